// Jupyter notebooks (nbformat 3 and 4): the source and the outputs of every cell as a person sees
// them, so that a finding is named "cell 3, line 2". Lines that the file keeps as strings of a list
// are joined, which mends what a list breaks. Reach: whole.
//
// Where the outer blob's own bytes are examined too this only names places and joins lines. So what
// is no well-formed JSON, and the rest of a text over kMostText, is left to the outer view.
//
// Of a sound notebook the text and what stands beside it are all: nothing is read twice then.
// Source: https://nbformat.readthedocs.io/en/latest/format_description.html
#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "contents/expand_gap.h"
#include "contents/expander.h"
#include "contents/mapped_text.h"

namespace picket {
namespace {

constexpr uint64_t kProbe = 4096;
constexpr int kMaxNesting = 64;
constexpr uint64_t kMostText = uint64_t{4} << 20;
// Cells are handed out together, because most are so short that it would cost more to begin with
// each than to read it: in pieces of about so many bytes.
constexpr uint64_t kPiece = uint64_t{1} << 20;
// Of a notebook that is handed out in place of its own bytes, since that takes as much memory
// again.
constexpr uint64_t kMostInstead = uint64_t{16} << 20;
// Ends a section; no pattern goes on behind it.
constexpr char kRecordSeparator = '\x1e';

bool Holds(Bytes bytes, std::string_view word) {
  return AsText(bytes).find(word) != std::string_view::npos;
}

bool LooksLikeNotebook(Bytes bytes) {
  size_t at = 0;
  while (at < bytes.size() && at < 64 && std::strchr(" \t\r\n\xef\xbb\xbf", bytes[at]) != nullptr &&
         bytes[at] != 0) {
    ++at;
  }
  if (at >= bytes.size() || bytes[at] != '{') return false;
  Bytes head = bytes.first(std::min<uint64_t>(bytes.size(), kProbe));
  Bytes tail = bytes.last(std::min<uint64_t>(bytes.size(), kProbe));
  return Holds(head, "\"cells\"") && (Holds(tail, "\"nbformat\"") || Holds(head, "\"nbformat\""));
}

// Keys that tell nothing of the text that they name. With another one, as in an output that is
// JSON, it may be the key that makes a value a secret.
bool IsTextKey(std::string_view key) {
  return key == "source" || key == "input" || key == "text" || key == "traceback" ||
         key == "evalue" || key.starts_with("text/");
}

// Marks and blanks between the strings of a list.
bool IsBetweenLines(char c) {
  switch (c) {
    case '"':
    case ',':
    case '[':
    case ']':
    case ' ':
    case '\t':
    case '\r':
    case '\n': return true;
    default: return false;
  }
}

class NotebookReader {
 public:
  NotebookReader(const Blob& blob, ExpandBudget& budget, FindingSink& sink, ChildVisitor& visitor)
      : blob_(blob),
        bytes_(blob.bytes),
        budget_(budget),
        sink_(sink),
        visitor_(visitor),
        source_(blob.origin),
        outputs_(blob.origin),
        sections_text_(blob.origin),
        beside_(blob.origin) {}

  // What stands before it is no notebook any more is handed out too.
  void Run() {
    ReadValue(0, Part::kAbove);
    Visit();
  }

  // False, and nothing is handed out, unless every byte of it stands in the texts of its cells, as
  // it does in the file but for escapes, or in what stands beside them.
  bool RunInstead() {
    instead_ = true;
    // Else it would look like a notebook itself.
    beside_.Append(kRecordSeparator, 0);
    if (bytes_.size() > kMostInstead || !ReadValue(0, Part::kAbove)) return false;
    SkipBlanks();
    if (at_ != bytes_.size() || is_lost_) return false;
    TakeBeside(bytes_.size());
    const uint64_t size = sections_text_.text().size() + beside_.text().size();
    if (!budget_.TakeBytes(size) || !budget_.TakeChild() || !budget_.TakeChild()) return false;
    VisitSections();
    visitor_.OnChild({blob_.ref, AsBytes(beside_.text()), beside_.MakeOrigin("")});
    return true;
  }

 private:
  // What the value that is being read belongs to.
  enum class Part : uint8_t { kAbove, kCells, kCell, kSource, kOutputs, kIgnored };

  uint8_t peek() const { return at_ < bytes_.size() ? bytes_[at_] : 0; }

  void SkipBlanks() {
    while (at_ < bytes_.size() && (bytes_[at_] == ' ' || bytes_[at_] == '\n' ||
                                   bytes_[at_] == '\r' || bytes_[at_] == '\t')) {
      ++at_;
    }
    // A byte order mark.
    if (at_ == 0 && bytes_.size() > 3 && bytes_[0] == 0xef) at_ = 3;
  }

  // `plain`: what names it in the file names nothing in the text.
  bool ReadValue(int depth, Part part, bool plain = false) {
    if (depth > kMaxNesting || done_) return false;
    SkipBlanks();
    switch (peek()) {
      case '{': return ReadObject(depth, part);
      case '[': return ReadList(depth, part, plain);
      case '"':
        if (!ReadString(TargetOf(part), nullptr, plain)) return false;
        if (depth_of_list_ == 0 && TargetOf(part) != nullptr) EndText(TargetOf(part));
        return true;
      default: return ReadWord();
    }
  }

  bool ReadWord() {
    size_t first = at_;
    while (at_ < bytes_.size() && std::strchr(",]} \n\r\t", bytes_[at_]) == nullptr) ++at_;
    return at_ > first;
  }

  MappedText* TargetOf(Part part) {
    if (part == Part::kSource) return &source_;
    return part == Part::kOutputs ? &outputs_ : nullptr;
  }

  // Texts of one output stand on lines of their own.
  void EndText(MappedText* target) {
    if (!target->empty() && target->text().back() != '\n') target->Append('\n', at_ - 1);
  }

  Part PartOf(Part parent, std::string_view key) const {
    switch (parent) {
      case Part::kAbove:
        return key == "cells" ? Part::kCells : key == "worksheets" ? Part::kAbove : Part::kIgnored;
      case Part::kCell:
        if (key == "source" || key == "input") return Part::kSource;
        return key == "outputs" ? Part::kOutputs : Part::kIgnored;
      case Part::kOutputs:
        // Pictures are long, and base64 in the outer bytes already.
        if (key.starts_with("image/") || key == "metadata") return Part::kIgnored;
        return key == "output_type" || key == "name" || key == "ename" ? Part::kIgnored : parent;
      default: return parent;
    }
  }

  bool ReadObject(int depth, Part part) {
    bool cell = part == Part::kCells;
    if (cell) ++cells_;
    Part own = cell ? Part::kCell : part;
    ++at_;
    SkipBlanks();
    while (peek() == '"') {
      std::string key;
      if (!ReadString(nullptr, &key)) return false;
      SkipBlanks();
      if (peek() != ':') return false;
      ++at_;
      if (!ReadValue(depth + 1, PartOf(own, key), IsTextKey(key))) return false;
      SkipBlanks();
      if (peek() != ',') break;
      ++at_;
      SkipBlanks();
    }
    if (peek() != '}') return false;
    ++at_;
    if (!cell) return true;
    const std::string name = "cell " + std::to_string(cells_);
    AddSection(&source_, name);
    AddSection(&outputs_, name + " output");
    if (!instead_ && sections_text_.cost() >= kPiece) Visit();
    return !done_;
  }

  bool ReadList(int depth, Part part, bool plain) {
    ++at_;
    SkipBlanks();
    ++depth_of_list_;
    while (peek() != ']') {
      // A list of strings is one text; objects in a list are texts of their own.
      uint64_t outer = depth_of_list_;
      if (peek() == '{') depth_of_list_ = 0;
      bool read = ReadValue(depth + 1, part, plain);
      depth_of_list_ = outer;
      if (!read) return false;
      SkipBlanks();
      if (peek() != ',') break;
      ++at_;
      SkipBlanks();
    }
    if (peek() != ']') return false;
    ++at_;
    --depth_of_list_;
    if (TargetOf(part) != nullptr) EndText(TargetOf(part));
    return true;
  }

  void Put(MappedText* target, std::string* key, std::string_view piece, uint64_t at) {
    if (target != nullptr) {
      const uint64_t room = kMostText - std::min(kMostText, target->cost());
      target->Append(piece.substr(0, room), at);
      is_lost_ = is_lost_ || piece.size() > room;
    }
    if (key != nullptr && key->size() < 64) *key += piece.substr(0, 64 - key->size());
  }

  // Pictures are long.
  bool SkipString() {
    for (++at_; at_ < bytes_.size(); ++at_) {
      const void* quote = std::memchr(bytes_.data() + at_, '"', bytes_.size() - at_);
      if (quote == nullptr) return false;
      at_ = static_cast<uint64_t>(static_cast<const uint8_t*>(quote) - bytes_.data());
      uint64_t backslashes = 0;
      while (bytes_[at_ - 1 - backslashes] == '\\') ++backslashes;
      if (backslashes % 2 != 0) continue;
      ++at_;
      return true;
    }
    return false;
  }

  // The first of `byte` in [begin, end), or the end.
  uint64_t Find(uint8_t byte, uint64_t begin, uint64_t end) const {
    const void* const found = std::memchr(bytes_.data() + begin, byte, end - begin);
    return found == nullptr
               ? end
               : static_cast<uint64_t>(static_cast<const uint8_t*>(found) - bytes_.data());
  }

  bool ReadString(MappedText* target, std::string* key, bool plain = false) {
    if (target == nullptr && key == nullptr) return SkipString();
    const uint64_t begin_of_text = at_ + 1;
    uint64_t quote = 0;
    // What goes on from a line without an end has another neighbour than it has in the file.
    if (target != nullptr && !target->empty() && target->text().back() != '\n') is_lost_ = true;
    for (++at_; at_ < bytes_.size();) {
      uint8_t c = bytes_[at_];
      if (c == '"') {
        if (target != nullptr && plain && instead_) {
          TakeBeside(begin_of_text);
          beside_from_ = at_;
        }
        ++at_;
        return true;
      }
      if (c == '\\') {
        if (!ReadEscaped(target, key)) return false;
        continue;
      }
      const uint64_t begin = at_;
      if (quote <= at_) quote = Find('"', at_, bytes_.size());
      at_ = Find('\\', at_, quote);
      Put(target, key, AsText(bytes_.subspan(begin, at_ - begin)), begin);
    }
    return false;
  }

  bool ReadEscaped(MappedText* target, std::string* key) {
    if (bytes_.size() - at_ < 2) return false;
    static constexpr std::string_view kLetters = "nrtbf";
    static constexpr std::string_view kMeanings = "\n\r\t\b\f";
    char letter = static_cast<char>(bytes_[at_ + 1]);
    if (letter != 'u') {
      size_t index = kLetters.find(letter);
      const char meaning = index == std::string_view::npos ? letter : kMeanings[index];
      Put(target, key, {&meaning, 1}, at_);
      at_ += 2;
      return true;
    }
    if (bytes_.size() - at_ < 6) return false;
    std::string digits(AsText(bytes_.subspan(at_ + 2, 4)));
    char* end = nullptr;
    unsigned long value = std::strtoul(digits.c_str(), &end, 16);
    if (end != digits.c_str() + 4) return false;
    const char byte = value < 0x100 ? static_cast<char>(value) : '\xff';
    Put(target, key, {&byte, 1}, at_);
    at_ += 6;
    return true;
  }

  void AddSection(MappedText* text, const std::string& name) {
    if (text->empty()) return;
    sections_.push_back({sections_text_.text().size(), name});
    text->Append(kRecordSeparator, at_ - 1);
    sections_text_.Append(*text);
    text->Clear();
  }

  // What stands before `end`, from where the last text ended.
  void TakeBeside(uint64_t end) {
    const std::string_view piece = AsText(bytes_.subspan(beside_from_, end - beside_from_));
    if (std::all_of(piece.begin(), piece.end(), &IsBetweenLines)) return;
    beside_.Append(piece, beside_from_);
    beside_.Append(kRecordSeparator, end - 1);
  }

  void VisitSections() {
    Blob child{blob_.ref, AsBytes(sections_text_.text()), sections_text_.MakeOrigin("")};
    child.origin.sections = sections_;
    visitor_.OnChild(child);
  }

  void Visit() {
    if (sections_.empty() || done_) return;
    if (budget_.TakeBytes(sections_text_.text().size()) && budget_.TakeChild()) {
      VisitSections();
    } else {
      AddExpandGap(blob_, "what it holds is larger, decoded, than the limit for one object", sink_);
      done_ = true;
    }
    sections_text_.Clear();
    sections_.clear();
  }

  const Blob& blob_;
  Bytes bytes_;
  ExpandBudget& budget_;
  FindingSink& sink_;
  ChildVisitor& visitor_;
  MappedText source_;
  MappedText outputs_;
  MappedText sections_text_;
  std::vector<TextSection> sections_;
  MappedText beside_;
  uint64_t beside_from_ = 0;
  bool instead_ = false;
  bool is_lost_ = false;  // something of the texts is not as in the file
  uint64_t at_ = 0;
  uint64_t cells_ = 0;
  uint64_t depth_of_list_ = 0;
  bool done_ = false;
};

}  // namespace

void ExpandNotebook(const Blob& blob, ExpandBudget& budget, FindingSink& sink,
                    ChildVisitor& visitor) {
  if (LooksLikeNotebook(blob.bytes)) NotebookReader(blob, budget, sink, visitor).Run();
}

bool ExpandNotebookInstead(const Blob& blob, ExpandBudget& budget, FindingSink& sink,
                           ChildVisitor& visitor) {
  // Where its place can be told byte by byte.
  const Origin& origin = blob.origin;
  const bool plain = origin.steps.empty() && origin.inner_bytes == origin.outer_bytes;
  return plain && blob.left_out.empty() && LooksLikeNotebook(blob.bytes) &&
         NotebookReader(blob, budget, sink, visitor).RunInstead();
}

}  // namespace picket
