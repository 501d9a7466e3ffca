#include "report/lines.h"

#include <algorithm>
#include <iterator>

#include "report/escape.h"

namespace picket {
namespace {

// The longest path that Linux opens is 4,096 bytes; what is longer is no path to copy.
constexpr size_t kLongest = 4096;
constexpr size_t kKeptHead = 1024;
constexpr size_t kKeptTail = 256;

}  // namespace

void Lines::Paragraph(std::string_view lead, size_t indent, std::string_view text) {
  out_ << lead;
  size_t column = Columns(lead);
  bool fresh = true;
  while (!text.empty()) {
    size_t end = std::min(text.find(' '), text.size());
    std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    size_t columns = Columns(word);
    if (!fresh && column + 1 + columns > width_) {
      out_ << '\n' << std::string(indent, ' ');
      column = indent;
      fresh = true;
    }
    if (!fresh) out_ << ' ';
    out_ << word;
    column += columns + (fresh ? 0 : 1);
    fresh = false;
  }
  out_ << '\n';
}

void Lines::Blank() { out_ << '\n'; }

std::string Shown(std::string_view text) {
  if (text.size() <= kLongest) return EscapeForTerminal(text);
  return EscapeForTerminal(text.substr(0, kKeptHead)) + "[...]" +
         EscapeForTerminal(text.substr(text.size() - kKeptTail));
}

std::string Number(uint64_t number) {
  std::string digits = std::to_string(number);
  for (size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

std::string Count(uint64_t count, std::string_view noun) {
  return Number(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::string Size(uint64_t bytes) {
  static constexpr std::string_view kUnits[] = {"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return std::to_string(bytes) + " B";
  size_t unit = 0;
  while (unit + 1 < std::size(kUnits) && bytes >> (10 * (unit + 2)) != 0) ++unit;
  uint64_t scale = uint64_t{1} << (10 * (unit + 1));
  uint64_t tenth = bytes % scale * 10 / scale;
  return Number(bytes / scale) + "." + std::to_string(tenth) + " " + std::string(kUnits[unit]);
}

}  // namespace picket
