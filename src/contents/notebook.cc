// Jupyter notebooks (nbformat 3 and 4): the source and the outputs of every cell as a person sees
// them, so that a finding is named "cell 3, line 2". Lines that the file keeps as strings of a list
// are joined, which mends what a list breaks. Reach: whole.
//
// Where the outer blob's own bytes are examined too this only names places and joins lines. So what
// is no well-formed JSON, and the rest of a text over kMostText, is left to the outer view.
//
// Of a sound notebook the texts, its pictures decoded, and what stands beside them are all: nothing
// is read twice then.
// Source: https://nbformat.readthedocs.io/en/latest/format_description.html
#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "contents/child_origin.h"
#include "contents/encoded_text.h"
#include "contents/expand_gap.h"
#include "contents/expander.h"
#include "contents/mapped_text.h"
#include "contents/picture.h"
#include "contents/quote_marks.h"

namespace picket {
namespace {

constexpr uint64_t kProbe = 4096;
constexpr int kMaxNesting = 64;
constexpr size_t kMostKey = 64;
constexpr uint64_t kMostText = uint64_t{4} << 20;
// Cells are handed out together, because most are so short that it would cost more to begin with
// each than to read it: in pieces of about so many bytes.
constexpr uint64_t kPiece = uint64_t{1} << 20;
// Of a notebook that is handed out in place of its own bytes, since that takes as much memory
// again.
constexpr uint64_t kMostInstead = uint64_t{16} << 20;
// Each picture is a child.
constexpr size_t kMostPictures = 1000;
// Ends a section; no pattern goes on behind it.
constexpr char kRecordSeparator = '\x1e';

bool Holds(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

bool LooksLikeNotebook(Bytes bytes) {
  size_t at = 0;
  while (at < bytes.size() && at < 64 && std::strchr(" \t\r\n\xef\xbb\xbf", bytes[at]) != nullptr &&
         bytes[at] != 0) {
    ++at;
  }
  if (at >= bytes.size() || bytes[at] != '{') return false;
  const std::string_view head = AsText(bytes.first(std::min<uint64_t>(bytes.size(), kProbe)));
  const std::string_view tail = AsText(bytes.last(std::min<uint64_t>(bytes.size(), kProbe)));
  static constexpr std::string_view kFormat = "\"nbformat\"";
  // The last of the keys, where they are sorted.
  return Holds(head, "\"cells\"") &&
         (tail.rfind(kFormat) != std::string_view::npos || Holds(head, kFormat));
}

// Keys that tell nothing of the text that they name. With another one, as in an output that is
// JSON, it may be the key that makes a value a secret.
bool IsTextKey(std::string_view key) {
  return key == "source" || key == "input" || key == "text" || key == "traceback" ||
         key == "evalue" || key.starts_with("text/");
}

constexpr std::array<bool, 256> Table(std::string_view bytes) {
  std::array<bool, 256> table{};
  for (char c : bytes) table[static_cast<uint8_t>(c)] = true;
  return table;
}

constexpr std::array<bool, 256> kBlanks = Table(" \t\r\n");
// Marks and blanks between the strings of a list.
constexpr std::array<bool, 256> kBetweenLines = Table("\",[] \t\r\n");
// What ends a number, true, false and null.
constexpr std::array<bool, 256> kBehindWord = Table({",]} \n\r\t\0", 8});

// The byte, eight times.
constexpr uint64_t Eight(uint8_t byte) { return byte * uint64_t{0x0101010101010101}; }

class NotebookReader {
 public:
  NotebookReader(const Blob& blob, ExpandBudget& budget, FindingSink& sink, ChildVisitor& visitor)
      : blob_(blob),
        bytes_(blob.bytes),
        marks_(blob.bytes),
        budget_(budget),
        sink_(sink),
        visitor_(visitor),
        text_(blob.origin),
        beside_(blob.origin) {}

  // What stands before it is no notebook any more is handed out too.
  void Run() {
    ReadValue(0, Part::kAbove);
    EndSection();
    Visit();
  }

  // False, and nothing is handed out, unless every byte of it stands in the texts of its cells, as
  // it does in the file but for escapes, in its pictures, or in what stands beside them.
  bool RunInstead() {
    instead_ = true;
    if (bytes_.size() > kMostInstead) return false;
    text_.Reserve(bytes_.size());
    beside_.Reserve(bytes_.size() / 2);
    // Else it would look like a notebook itself.
    beside_.Append(kRecordSeparator, 0);
    if (!ReadValue(0, Part::kAbove)) return false;
    SkipBlanks();
    if (at_ != bytes_.size() || is_lost_) return false;
    TakeBeside(bytes_.size());
    if (!TakeAll()) return false;
    VisitSections();
    visitor_.OnChild({blob_.ref, AsBytes(beside_.text()), beside_.MakeOrigin("")});
    for (const Picture& picture : pictures_) VisitPicture(picture);
    return true;
  }

 private:
  // What the value that is being read belongs to.
  enum class Part : uint8_t { kAbove, kCells, kCell, kSource, kOutputs, kPicture, kIgnored };

  // In base64, without the padding.
  struct Picture {
    uint64_t begin = 0;
    uint64_t size = 0;
    uint64_t cell = 0;
  };

  uint8_t peek() const { return at_ < bytes_.size() ? bytes_[at_] : 0; }

  void SkipBlanks() {
    if (at_ != 0 && peek() > ' ') return;
    // Most are a line end and spaces.
    while (bytes_.size() - at_ >= sizeof(uint64_t)) {
      const uint64_t others = EightFrom(at_) ^ Eight(' ');
      if (others == 0) {
        at_ += sizeof(uint64_t);
        continue;
      }
      at_ += static_cast<uint64_t>(std::countr_zero(others)) / 8;
      if (bytes_[at_] > ' ' || !kBlanks[bytes_[at_]]) break;
      ++at_;
    }
    while (at_ < bytes_.size() && kBlanks[bytes_[at_]]) ++at_;
    // A byte order mark.
    if (at_ == 0 && bytes_.size() > 3 && bytes_[0] == 0xef) at_ = 3;
  }

  uint64_t EightFrom(uint64_t at) const {
    std::array<uint8_t, sizeof(uint64_t)> bytes;
    std::memcpy(bytes.data(), bytes_.data() + at, bytes.size());
    uint64_t eight = 0;
    for (size_t i = 0; i < bytes.size(); ++i) eight |= uint64_t{bytes[i]} << (8 * i);
    return eight;
  }

  // `plain`: what names it in the file names nothing in the text.
  bool ReadValue(int depth, Part part, bool plain = false) {
    if (depth > kMaxNesting || done_) return false;
    SkipBlanks();
    switch (peek()) {
      case '{': return ReadObject(depth, part);
      case '[': return ReadList(depth, part, plain);
      case '"':
        if (part == Part::kPicture) return ReadPicture();
        if (!IsText(part)) return SkipString();
        if (!ReadText(plain)) return false;
        if (depth_of_list_ == 0) EndText();
        return true;
      default: return ReadWord();
    }
  }

  bool ReadWord() {
    size_t first = at_;
    while (at_ < bytes_.size() && !kBehindWord[bytes_[at_]]) ++at_;
    return at_ > first;
  }

  static bool IsText(Part part) { return part == Part::kSource || part == Part::kOutputs; }

  // What goes on from a line without an end has another neighbour than it has in the file.
  bool is_in_line() const {
    return text_.text().size() > section_begin_ && text_.text().back() != '\n';
  }

  // Texts of one output stand on lines of their own.
  void EndText() {
    if (is_in_line()) text_.Append('\n', at_ - 1);
  }

  static Part PartOf(Part parent, std::string_view key) {
    // Of an output, or attached to a cell.
    if (key.starts_with("image/")) return Part::kPicture;
    switch (parent) {
      case Part::kAbove:
        return key == "cells" ? Part::kCells : key == "worksheets" ? Part::kAbove : Part::kIgnored;
      case Part::kCell:
        if (key == "source" || key == "input") return Part::kSource;
        return key == "outputs" ? Part::kOutputs : Part::kIgnored;
      case Part::kOutputs:
        if (key == "metadata") return Part::kIgnored;
        return key == "output_type" || key == "name" || key == "ename" ? Part::kIgnored : parent;
      default: return parent;
    }
  }

  bool ReadObject(int depth, Part part) {
    const bool cell = part == Part::kCells;
    if (cell) ++cells_;
    const Part own = cell ? Part::kCell : part;
    ++at_;
    SkipBlanks();
    while (peek() == '"') {
      std::string_view key;
      if (!ReadKey(&key)) return false;
      SkipBlanks();
      if (peek() != ':') return false;
      ++at_;
      const Part inner = PartOf(own, key);
      const bool begins = own == Part::kCell && IsText(inner);
      if (begins) BeginSection(inner);
      if (!ReadValue(depth + 1, inner, IsTextKey(key))) return false;
      if (begins) EndSection();
      SkipBlanks();
      if (peek() != ',') break;
      ++at_;
      SkipBlanks();
    }
    if (peek() != '}') return false;
    ++at_;
    if (cell && !instead_ && text_.cost() >= kPiece) Visit();
    return !done_;
  }

  bool ReadList(int depth, Part part, bool plain) {
    ++at_;
    SkipBlanks();
    ++depth_of_list_;
    while (peek() != ']') {
      // A list of strings is one text; objects in a list are texts of their own.
      const uint64_t outer = depth_of_list_;
      if (peek() == '{') depth_of_list_ = 0;
      const bool read =
          peek() == '"' && IsText(part) ? ReadLines(plain) : ReadValue(depth + 1, part, plain);
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
    if (IsText(part)) EndText();
    return true;
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

  // What is no picture in base64, or one too many, stays beside the text.
  bool ReadPicture() {
    const uint64_t begin = at_ + 1;
    if (!SkipString()) return false;
    if (!instead_ || pictures_.size() == kMostPictures) return true;
    const uint64_t size = PictureSize(bytes_.subspan(begin, at_ - 1 - begin));
    if (size == 0) return true;
    TakeBeside(begin);
    beside_from_ = begin + size;
    pictures_.push_back({begin, size, cells_});
    return true;
  }

  // Of an odd key no more than its beginning.
  bool ReadKey(std::string_view* key) {
    const uint64_t begin = at_ + 1;
    const uint64_t mark = marks_.Next(begin);
    if (mark == bytes_.size()) return false;
    if (bytes_[mark] == '"') {
      *key = AsText(bytes_.subspan(begin, mark - begin));
      at_ = mark + 1;
      return true;
    }
    key_.clear();
    for (at_ = begin; at_ < bytes_.size();) {
      const uint8_t c = bytes_[at_];
      uint64_t length = 1;
      char byte = static_cast<char>(c);
      if (c == '"') {
        ++at_;
        *key = key_;
        return true;
      }
      if (c == '\\' && !ReadEscaped(&byte, &length)) return false;
      if (key_.size() < kMostKey) key_ += byte;
      at_ += length;
    }
    return false;
  }

  // What stands between two strings, where it is as short as it is in most notebooks: a comma, a
  // line end, four blanks and the quotes. To call a comparison for it took 4 % of this reader's
  // time.
  struct Gap {
    uint64_t size = 0;
    std::array<uint64_t, 2> bytes{};
    std::array<uint64_t, 2> mask{};
  };

  static Gap GapOf(Bytes bytes) {
    Gap gap;
    if (bytes.size() > sizeof(gap.bytes)) return gap;
    gap.size = bytes.size();
    for (size_t i = 0; i < gap.size; ++i) {
      gap.bytes[i / 8] |= uint64_t{bytes[i]} << (8 * (i % 8));
      gap.mask[i / 8] |= uint64_t{0xff} << (8 * (i % 8));
    }
    return gap;
  }

  bool IsGap(const Gap& gap) const {
    return bytes_.size() - at_ >= sizeof(gap.bytes) &&
           (((EightFrom(at_) ^ gap.bytes[0]) & gap.mask[0]) |
            ((EightFrom(at_ + 8) ^ gap.bytes[1]) & gap.mask[1])) == 0;
  }

  // Strings of a list, side by side: each is a line. They are parted alike, so that what stands
  // between two is compared with what stood between those before.
  bool ReadLines(bool plain) {
    if (!ReadText(plain)) return false;
    Gap gap;
    while (true) {
      const uint64_t end = at_;
      if (gap.size != 0 && IsGap(gap)) {
        at_ += gap.size - 1;
      } else {
        SkipBlanks();
        if (peek() != ',') return true;
        const uint64_t comma = at_++;
        SkipBlanks();
        if (peek() != '"') {
          at_ = comma;
          return true;
        }
        gap = GapOf(bytes_.subspan(end, at_ + 1 - end));
      }
      if (plain) beside_from_ = at_ + 1;
      if (!ReadText(plain)) return false;
    }
  }

  bool ReadText(bool plain) {
    const uint64_t begin_of_text = ++at_;
    is_lost_ = is_lost_ || is_in_line();
    while (true) {
      const uint64_t begin = at_;
      at_ = marks_.Next(begin);
      PutText(AsText(bytes_.subspan(begin, at_ - begin)), begin);
      if (at_ == bytes_.size() || bytes_[at_] == '"') break;
      char byte = 0;
      uint64_t length = 0;
      if (!ReadEscaped(&byte, &length)) return false;
      PutByte(byte, at_);
      at_ += length;
      // Of a line the end is its only escape.
      if (peek() == '"') break;
    }
    if (at_ == bytes_.size()) return false;
    if (plain && instead_) {
      TakeBeside(begin_of_text);
      beside_from_ = at_;
    }
    ++at_;
    return true;
  }

  uint64_t RoomForText() const {
    return kMostText - std::min(kMostText, text_.cost() - section_cost_);
  }

  void PutText(std::string_view piece, uint64_t at) {
    const uint64_t room = RoomForText();
    is_lost_ = is_lost_ || piece.size() > room;
    text_.Append(piece.substr(0, room), at);
  }

  void PutByte(char byte, uint64_t at) {
    if (RoomForText() == 0) {
      is_lost_ = true;
    } else {
      text_.Append(byte, at);
    }
  }

  // Of the escape that begins here the byte that it means, 0xFF for what none can say, and how long
  // it is.
  bool ReadEscaped(char* byte, uint64_t* length) const {
    if (bytes_.size() - at_ < 2) return false;
    const char letter = static_cast<char>(bytes_[at_ + 1]);
    *length = 2;
    switch (letter) {
      case 'n': *byte = '\n'; return true;
      case 'r': *byte = '\r'; return true;
      case 't': *byte = '\t'; return true;
      case 'b': *byte = '\b'; return true;
      case 'f': *byte = '\f'; return true;
      case 'u': break;
      default: *byte = letter; return true;
    }
    if (bytes_.size() - at_ < 6) return false;
    const std::string_view digits = AsText(bytes_.subspan(at_ + 2, 4));
    unsigned value = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (read.ptr != digits.data() + digits.size()) return false;
    *byte = value < 0x100 ? static_cast<char>(value) : '\xff';
    *length = 6;
    return true;
  }

  void BeginSection(Part part) {
    section_ = part;
    section_begin_ = text_.text().size();
    section_cost_ = text_.cost();
  }

  void EndSection() {
    const Part ended = std::exchange(section_, Part::kIgnored);
    if (!IsText(ended) || text_.text().size() == section_begin_) return;
    std::string name = "cell " + std::to_string(cells_);
    if (ended == Part::kOutputs) name += " output";
    sections_.push_back({section_begin_, std::move(name)});
    text_.Append(kRecordSeparator, at_ - 1);
  }

  // What stands before `end`, from where the last text ended.
  void TakeBeside(uint64_t end) {
    if (end == beside_from_) return;
    const std::string_view piece = AsText(bytes_.subspan(beside_from_, end - beside_from_));
    const auto is_between = [](char c) { return kBetweenLines[static_cast<uint8_t>(c)]; };
    if (std::all_of(piece.begin(), piece.end(), is_between)) return;
    beside_.Append(piece, beside_from_);
    beside_.Append(kRecordSeparator, end - 1);
  }

  // Of the budget all that is to be handed out, or nothing.
  bool TakeAll() {
    uint64_t size = text_.text().size() + beside_.text().size();
    for (const Picture& picture : pictures_) size += picture.size / 4 * 3 + 3;
    const auto children = static_cast<uint32_t>(2 + pictures_.size());
    if (budget_.children < children || !budget_.TakeBytes(size)) return false;
    budget_.children -= children;
    return true;
  }

  void VisitPicture(const Picture& picture) {
    const DecodedBase64 decoded =
        DecodeBase64(bytes_, {picture.begin, picture.begin + picture.size});
    const std::string name = "cell " + std::to_string(picture.cell) + " picture";
    visitor_.OnChild(
        {blob_.ref, AsBytes(decoded.bytes),
         ChildOrigin(blob_.origin, name, picture.begin, decoded.outer_bytes, decoded.inner_bytes)});
  }

  void VisitSections() {
    Blob child{blob_.ref, AsBytes(text_.text()), text_.MakeOrigin("")};
    child.origin.sections = sections_;
    visitor_.OnChild(child);
  }

  void Visit() {
    if (sections_.empty() || done_) return;
    if (budget_.TakeBytes(text_.text().size()) && budget_.TakeChild()) {
      VisitSections();
    } else {
      AddExpandGap(blob_, "what it holds is larger, decoded, than the limit for one object", sink_);
      done_ = true;
    }
    text_.Clear();
    sections_.clear();
  }

  const Blob& blob_;
  Bytes bytes_;
  QuoteMarks marks_;
  ExpandBudget& budget_;
  FindingSink& sink_;
  ChildVisitor& visitor_;
  // Of all sections, one behind the other.
  MappedText text_;
  std::vector<TextSection> sections_;
  // The one that is being read, where there is one.
  Part section_ = Part::kIgnored;
  uint64_t section_begin_ = 0;
  uint64_t section_cost_ = 0;
  std::string key_;  // of a key with escapes
  MappedText beside_;
  uint64_t beside_from_ = 0;
  std::vector<Picture> pictures_;
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
