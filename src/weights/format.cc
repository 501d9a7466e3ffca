#include "weights/format.h"

#include <algorithm>

namespace picket {
namespace {

constexpr FormatReader kFormats[] = {
#define WEIGHT_FORMAT(Read) Read,
#include "weights/formats.def"
#undef WEIGHT_FORMAT
};

bool EndsWith(std::string_view name, std::string_view ending) {
  if (name.size() < ending.size() || (name.back() | 0x20) != (ending.back() | 0x20)) return false;
  name.remove_prefix(name.size() - ending.size());
  return std::equal(name.begin(), name.end(), ending.begin(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a | 0x20) : a) == b;
  });
}

// "model.pkl.gz" holds model.pkl.
std::string_view WithoutPacking(std::string_view name) {
  for (std::string_view ending : {".gz", ".z", ".bz2", ".xz", ".lzma", ".zst", ".lz4"}) {
    if (!EndsWith(name, ending)) continue;
    name.remove_suffix(ending.size());
    break;
  }
  return name;
}

}  // namespace

bool IsNamedLike(const Blob& blob, std::initializer_list<std::string_view> endings) {
  // A push has many names, and nearly none ends like one of these.
  auto matches = [&](std::string_view name) {
    if (name.empty()) return false;
    const int last = name.back() | 0x20;
    for (std::string_view ending : endings)
      if ((ending.back() | 0x20) == last && EndsWith(name, ending)) return true;
    return false;
  };
  bool packed = blob.origin.wrapping > 0;
  if (!packed && blob.origin.member.empty() && blob.ref.names.size() == 1)
    return matches(blob.ref.names.front());
  std::string_view member = blob.origin.member;
  member.remove_suffix(std::min<size_t>(blob.origin.wrapping, member.size()));
  if (!member.empty()) return matches(packed ? WithoutPacking(member) : member);
  return std::any_of(blob.ref.names.begin(), blob.ref.names.end(), [&](std::string_view name) {
    return matches(packed ? WithoutPacking(name) : name);
  });
}

bool HasNamePart(const Blob& blob, std::string_view part) {
  if (!blob.origin.member.empty()) return blob.origin.member.find(part) != std::string::npos;
  return std::any_of(blob.ref.names.begin(), blob.ref.names.end(), [&](std::string_view name) {
    return name.find(part) != std::string_view::npos;
  });
}

bool HasWeightName(const Blob& blob) {
  return IsNamedLike(blob, {".pt",      ".pth",    ".bin",      ".ckpt",  ".pkl",    ".pickle",
                            ".joblib",  ".npy",    ".npz",      ".model", ".sav",    ".dill",
                            ".th",      ".t7",     ".pdparams", ".pdopt", ".distcp", ".metadata",
                            ".weights", ".params", ".mar",      ".p"});
}

bool LeavesFolder(std::string_view path) {
  if (path.empty() || path.front() == '/' || path.front() == '\\' || path.front() == '~') {
    return true;
  }
  bool drive = path.size() > 1 && path[1] == ':';
  if (drive || path.find("://") != std::string_view::npos ||
      path.find('\0') != std::string_view::npos) {
    return true;
  }
  while (true) {
    size_t cut = path.find_first_of("/\\");
    if (path.substr(0, cut) == "..") return true;
    if (cut == std::string_view::npos) return false;
    path.remove_prefix(cut + 1);
  }
}

void AddProblem(WeightReport& report, FormatProblem problem) {
  constexpr size_t kMaxOfOneRule = 64;
  size_t same = 0;
  for (const FormatProblem& known : report.problems) {
    if (known.rule != problem.rule) continue;
    if (known.subject == problem.subject || ++same >= kMaxOfOneRule) return;
  }
  report.problems.push_back(std::move(problem));
}

void AddGap(WeightReport& report, const std::string& reason) {
  std::vector<std::string>& gaps = report.gaps;
  if (std::find(gaps.begin(), gaps.end(), reason) == gaps.end()) gaps.push_back(reason);
}

WeightConcern ConcernOf(const PickleScanner& scanner, const std::string& module,
                        const std::string& name) {
  constexpr int kNoPython2Names = 4;
  ImportJudgement judgement = scanner.imports().Get().Judge(module, name, kNoPython2Names);
  return judgement.verdict == ImportVerdict::kDangerous ? WeightConcern::kDangerous
                                                        : WeightConcern::kUnknown;
}

WeightReport ReadWeights(const Blob& blob, PickleScanner& scanner) {
  WeightReport report;
  for (FormatReader read : kFormats) read(blob, scanner, report);
  return report;
}

}  // namespace picket
