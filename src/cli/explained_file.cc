#include "cli/explained_file.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace picket {
namespace {

constexpr uint64_t kMaxOpcodeLines = 100'000;
constexpr size_t kTextShown = 80;

FileVerdict VerdictOf(const ExplainedFile& file) {
  ImportVerdict worst = WorstOf(file.pickles);
  if (worst == ImportVerdict::kDangerous || !file.disagreements.empty()) {
    return FileVerdict::kDangerous;
  }
  bool unread = !file.gaps.empty() ||
                std::any_of(file.pickles.begin(), file.pickles.end(),
                            [](const ExplainedPickle& pickle) { return !pickle.gaps.empty(); });
  if (unread) return FileVerdict::kNotRead;
  return worst == ImportVerdict::kUnknown ? FileVerdict::kUnknown : FileVerdict::kHarmless;
}

}  // namespace

std::string_view ToString(FileVerdict verdict) {
  switch (verdict) {
    case FileVerdict::kHarmless: return "harmless";
    case FileVerdict::kUnknown: return "unknown";
    case FileVerdict::kNotRead: return "not read";
    case FileVerdict::kDangerous: return "dangerous";
  }
  return "";
}

std::string ShownText(const std::string& text, Mask& mask) {
  std::string shown = mask.Apply(text);
  return shown.size() <= kTextShown ? shown : shown.substr(0, kTextShown) + "...";
}

FileExplainer::FileExplainer(const Engine& engine, const ExpandLimits& limits, bool disassemble)
    : engine_(engine),
      limits_(limits),
      disassemble_(disassemble),
      lines_left_(kMaxOpcodeLines),
      expander_(limits) {}

ExplainedFile FileExplainer::Explain(const std::string& path, BlobReader& reader, size_t item) {
  file_ = {};
  file_.path = path;
  reader.Visit(item, *this);
  file_.verdict = VerdictOf(file_);
  if (file_.format.empty() && file_.pickles.empty() && file_.verdict != FileVerdict::kHarmless) {
    file_.format = "not known";
  }
  return std::move(file_);
}

void FileExplainer::OnBlob(const Blob& blob, const Derivation*) {
  expander_.Reset();
  file_.format = WeightFormatOf(blob);
  if (!file_.format.empty() && IsLfsPointer(blob.bytes)) {
    file_.format = "Git LFS pointer";
    file_.elsewhere = true;
    Gap gap;
    gap.path = file_.path;
    gap.reason = "Git LFS keeps the weights elsewhere; fetch them with git lfs pull";
    file_.gaps.push_back(std::move(gap));
  }
  Look(blob);
}

void FileExplainer::Look(const Blob& blob) {
  for (ExplainedPickle& pickle : ExplainPickles(blob, engine_.imports())) {
    if (pickle.start && blob.origin.depth == 0 && file_.pickles.empty()) file_.format = "pickle";
    file_.opcodes.emplace_back();
    if (disassemble_ && pickle.start) file_.opcodes.back() = Disassemble(blob, *pickle.start);
    file_.pickles.push_back(std::move(pickle));
  }
  if (blob.origin.depth < limits_.depth) expander_.Expand(blob, {}, *this, *this);
}

std::vector<std::string> FileExplainer::Disassemble(const Blob& blob, uint64_t start) {
  std::vector<std::string> lines;
  Mask& mask = engine_.mask();
  std::string end =
      DisassemblePickle(blob.bytes, start, lines_left_, [&](const DisassembledOpcode& opcode) {
        std::array<char, 32> place{};
        std::snprintf(place.data(), place.size(),
                      "%8llu: ", static_cast<unsigned long long>(opcode.offset));
        std::string line = place.data();
        line += opcode.opcode;
        if (!opcode.operand.empty()) line += " " + ShownText(opcode.operand, mask);
        line += "  [";
        const char* separator = "";
        for (const std::string& value : opcode.stack) {
          line += separator + ShownText(value, mask);
          separator = ", ";
        }
        lines.push_back(line + "]");
      });
  lines_left_ -= std::min<uint64_t>(lines_left_, lines.size());
  lines.push_back(std::move(end));
  return lines;
}

}  // namespace picket
