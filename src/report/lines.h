// Wrapped lines for the text report. Internal to report/.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace picket {

class Lines {
 public:
  // `width` is in columns. `out` outlives this.
  Lines(size_t width, std::ostream& out) : width_(width), out_(out) {}

  // `text` after `lead`, broken at spaces; further lines are indented by `indent` columns. A word
  // is never broken, so that a path, a ref or a fingerprint can be copied. Both are escaped
  // already.
  void Paragraph(std::string_view lead, size_t indent, std::string_view text);
  void Blank();

 private:
  size_t width_;
  std::ostream& out_;
};

// Escaped for a terminal; of a text that is very long, the middle is left out.
std::string Shown(std::string_view text);
// "1 blob", "1,234 blobs".
std::string Count(uint64_t count, std::string_view noun);
// "1,234".
std::string Number(uint64_t number);
// "12 B", "3.4 KiB": rounded down.
std::string Size(uint64_t bytes);

}  // namespace picket
