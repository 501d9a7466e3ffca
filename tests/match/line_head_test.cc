#include "match/line_head.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "match/dialect.h"

namespace picket {

TEST_CASE("line heads: as much of a match as may stand up to its last line end") {
  struct Case {
    std::string_view pattern;
    uint64_t head;
  };
  for (const Case& one : {
           Case{"[a-z]{5,9}", 0},
           Case{"a\\n", 2},
           Case{"a\\nbcd", 2},
           Case{"[^a]{3,7}b", 7},
           Case{"ab[ \\n]{0,4}c{9}", 6},
           Case{"(?:a\\nb){3}cc", 8},
           Case{"(?:ab){3}\\r?\\n(?:xyz){2}", 8},
           Case{"a{20}|b\\nc", 2},
           Case{"a(?:bcd|e\\nf\\n|gh){0,2}i{30}", 9},
       }) {
    CAPTURE(one.pattern);
    CHECK(WidestLineHead(one.pattern) == one.head);
    // By which most patterns need not be read for it (Matcher::FindReaches).
    std::vector<std::string> complaints;
    CHECK(WidestLineHead(one.pattern) <= CheckDialect(one.pattern, &complaints).max_width);
    CHECK(complaints.empty());
  }
}

}  // namespace picket
