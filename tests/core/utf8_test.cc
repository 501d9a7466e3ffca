#include "core/utf8.h"

#include <doctest/doctest.h>

#include <string>

namespace picket {

TEST_CASE("UTF-8: encoded surrogates are for those who ask, and all else is the same for both") {
  const std::string first = "\xed\xa0\x80";
  const std::string last = "\xed\xbf\xbf";
  for (const std::string& surrogate : {first, last}) {
    CHECK(!IsUtf8(surrogate));
    CHECK(!DecodeUtf8(surrogate).valid);
    CHECK(IsUtf8("a" + surrogate + "b", true));
    CHECK(DecodeUtf8(surrogate, true).length == 3);
  }
  CHECK(DecodeUtf8(first, true).value == 0xd800);
  CHECK(DecodeUtf8(last, true).value == 0xdfff);
  for (bool surrogates : {false, true}) {
    CAPTURE(surrogates);
    for (const char* good : {"", "plain", "gr\xc3\xbc\xc3\x9f", "\xed\x9f\xbf", "\xee\x80\x80",
                             "\xf0\x9f\x90\xb1", "\xf4\x8f\xbf\xbf"}) {
      CHECK(IsUtf8(good, surrogates));
    }
    // Overlong, beyond the last code point, cut short, a tail without a head.
    for (const char* bad :
         {"\xc0\xaf", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
          "\xf5\x80\x80\x80", "\xe6\x97", "\xe6\x97x", "\x80", "a\xff"}) {
      CAPTURE(bad);
      CHECK(!IsUtf8(bad, surrogates));
    }
  }
}

}  // namespace picket
