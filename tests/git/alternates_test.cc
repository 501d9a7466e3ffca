#include "git/alternates.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "core/error.h"

namespace picket {

TEST_CASE("alternates: entries are split, unquoted and stripped of comments as Git does it") {
  struct Case {
    std::string text;
    char separator;
    std::vector<std::string> entries;
  };
  for (const Case& c : {
           Case{"", '\n', {}},
           Case{"/a\n/b", '\n', {"/a", "/b"}},
           Case{"/a\n\n# /c\n/b\n", '\n', {"/a", "/b"}},
           Case{"/a:/b::/c", ':', {"/a", "/b", "/c"}},
           Case{"\"/a:b\":/c", ':', {"/a:b", "/c"}},
           Case{"\"/a\\\"\\n\\303\\244\"", ':', {"/a\"\n\xc3\xa4"}},
           Case{"/a\"b:/c", ':', {"/a\"b", "/c"}},
           Case{"/a:b\n/c", '\n', {"/a:b", "/c"}},
       }) {
    CAPTURE(c.text);
    CHECK(ParseAlternates(c.text, c.separator, "test") == c.entries);
  }
}

TEST_CASE("alternates: a quote that Git can't read is an error, not an entry less") {
  for (const char* text : {"\"/a", "\"/a\\", "\"/a\\q\"", "\"/a\\40", "\"/a\\400\"", "\"/a\"b"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(ParseAlternates(text, ':', "test"), Error);
  }
}

}  // namespace picket
