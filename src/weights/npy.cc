// NumPy's .npy: magic, version, a Python literal as header, then the array; an array of objects is
// a pickle. Source: numpy/lib/format.py.
#include <cstdio>
#include <optional>

#include "core/byte_reader.h"
#include "weights/format.h"

namespace picket {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr uint64_t kMaxHeader = uint64_t{1} << 20;
constexpr int kMaxDepth = 32;

enum class Objects : uint8_t { kNo, kUnclear, kYes };

// Reads just enough of a Python literal to find the dtype and tell whether it has objects in it.
// What it does not follow is unclear, never "no".
class HeaderReader {
 public:
  explicit HeaderReader(std::string_view text) : text_(text) {}

  Objects Read() {
    SkipSpace();
    if (!Eat('{')) return Objects::kUnclear;
    Objects found = Objects::kNo;
    bool seen = false;
    while (true) {
      SkipSpace();
      if (Eat('}')) break;
      auto key = String();
      SkipSpace();
      if (!key || !Eat(':')) return Objects::kUnclear;
      if (*key == "descr") {
        seen = true;
        Objects objects = Descr(0);
        if (objects > found) found = objects;
        if (objects == Objects::kUnclear) return found;
      } else if (!SkipLiteral(0)) {
        return Objects::kUnclear;
      }
      SkipSpace();
      if (!Eat(',') && Peek() != '}') return Objects::kUnclear;
    }
    return seen ? found : Objects::kUnclear;
  }

 private:
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool Eat(char c) {
    if (Peek() != c || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }
  void SkipSpace() {
    while (Peek() == ' ' || Peek() == '\t' || Peek() == '\n' || Peek() == '\r') ++at_;
  }

  // A string literal without prefix and escapes, and no second one behind it.
  std::optional<std::string_view> String() {
    SkipSpace();
    char quote = Peek();
    if (quote != '\'' && quote != '"') return std::nullopt;
    size_t start = ++at_;
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '\\' || text_[at_] == '\n') return std::nullopt;
      ++at_;
    }
    if (at_ >= text_.size()) return std::nullopt;
    std::string_view value = text_.substr(start, at_ - start);
    ++at_;
    SkipSpace();
    if (Peek() == '\'' || Peek() == '"') return std::nullopt;
    return value;
  }

  static Objects OfTypeString(std::string_view type) {
    if (type.find('O') != std::string_view::npos) return Objects::kYes;
    for (size_t i = 0; i + 3 <= type.size(); ++i) {
      if (type.substr(i, 3) == "obj") return Objects::kYes;
    }
    return Objects::kNo;
  }

  Objects Descr(int depth) {
    SkipSpace();
    if (depth > kMaxDepth) return Objects::kUnclear;
    if (Peek() == '\'' || Peek() == '"') {
      auto type = String();
      return type ? OfTypeString(*type) : Objects::kUnclear;
    }
    if (Eat('(')) {  // (base, shape)
      Objects base = Descr(depth + 1);
      SkipSpace();
      if (!Eat(',') || !SkipLiteral(depth + 1)) return Worse(base, Objects::kUnclear);
      SkipSpace();
      Eat(',');
      SkipSpace();
      return Eat(')') ? base : Worse(base, Objects::kUnclear);
    }
    if (!Eat('[')) return Objects::kUnclear;
    Objects found = Objects::kNo;
    while (true) {  // (name, type[, shape])
      SkipSpace();
      if (Eat(']')) return found;
      if (!Eat('(') || !SkipLiteral(depth + 1)) return Worse(found, Objects::kUnclear);
      SkipSpace();
      if (!Eat(',')) return Worse(found, Objects::kUnclear);
      found = Worse(found, Descr(depth + 1));
      SkipSpace();
      if (Eat(',')) {
        SkipSpace();
        if (Peek() != ')' && !SkipLiteral(depth + 1)) return Worse(found, Objects::kUnclear);
        SkipSpace();
        Eat(',');
        SkipSpace();
      }
      if (!Eat(')')) return Worse(found, Objects::kUnclear);
      SkipSpace();
      if (!Eat(',') && Peek() != ']') return Worse(found, Objects::kUnclear);
    }
  }

  static Objects Worse(Objects a, Objects b) { return a > b ? a : b; }

  // A string, a number, True, False, None, or a tuple or list of those.
  bool SkipLiteral(int depth) {
    SkipSpace();
    if (depth > kMaxDepth) return false;
    char c = Peek();
    if (c == '\'' || c == '"') return String().has_value();
    if (c == '(' || c == '[') {
      char close = c == '(' ? ')' : ']';
      ++at_;
      while (true) {
        SkipSpace();
        if (Eat(close)) return true;
        if (!SkipLiteral(depth + 1)) return false;
        SkipSpace();
        if (!Eat(',') && Peek() != close) return false;
      }
    }
    size_t start = at_;
    while ((Peek() >= '0' && Peek() <= '9') || (Peek() >= 'a' && Peek() <= 'z') ||
           (Peek() >= 'A' && Peek() <= 'Z') || Peek() == '-' || Peek() == '_') {
      ++at_;
    }
    return at_ > start;
  }

  std::string_view text_;
  size_t at_ = 0;
};

bool Hints(std::string_view header) {
  return header.find('O') != std::string_view::npos ||
         header.find("obj") != std::string_view::npos ||
         header.find('\\') != std::string_view::npos;
}

}  // namespace

void ReadNpy(const Blob& blob, PickleScanner& scanner, WeightReport& report) {
  if (!AsText(blob.bytes).starts_with(kMagic)) return;
  ByteReader reader(blob.bytes, kMagic.size());
  uint8_t major = reader.U8();
  reader.Skip(1);
  if (major < 1 || major > 3) return;  // NumPy refuses it
  uint64_t length = major == 1 ? reader.U16Le() : reader.U32Le();
  std::string_view header = AsText(reader.Take(length));
  if (!reader.ok()) return;  // NumPy refuses it: the header is cut short
  if (length > kMaxHeader) {
    report.gaps.push_back("its .npy header is longer than 1 MiB");
    return;
  }
  Objects objects = HeaderReader(header).Read();
  if (objects == Objects::kNo || (objects == Objects::kUnclear && !Hints(header))) return;
  char suffix[32];
  std::snprintf(suffix, sizeof suffix, "@0x%llx", static_cast<unsigned long long>(reader.offset()));
  PickleScan scan = scanner.Scan(blob.bytes, reader.offset(), PickleSuspicion::kRouted);
  report.pickles.push_back({suffix, std::move(scan)});
}

}  // namespace picket
