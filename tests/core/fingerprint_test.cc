#include "core/fingerprint.h"

#include <doctest/doctest.h>

#include <string>

#include "core/error.h"

namespace picket {

TEST_CASE("fingerprint: depends on family and content only") {
  FingerprintKey key;
  std::string one = key.Fingerprint("a", AsBytes("secret"));
  CHECK(one.size() == 4 + 40);
  CHECK(one.starts_with("fp1:"));
  CHECK(one == FingerprintKey().Fingerprint("a", AsBytes("secret")));
  CHECK(one != key.Fingerprint("b", AsBytes("secret")));
  CHECK(one != key.Fingerprint("a", AsBytes("secret2")));
}

TEST_CASE("fingerprint: an organisation's key changes it and has an id") {
  FingerprintKey ours(std::string(16, 'k'));
  CHECK(ours.id().size() == 8);
  CHECK(ours.Fingerprint("a", AsBytes("x")) != FingerprintKey().Fingerprint("a", AsBytes("x")));
  CHECK_THROWS_AS(FingerprintKey("short"), Error);
}

TEST_CASE("mask: never more than a third is shown, and never a control character") {
  CHECK(MaskSecret("ab") == "****");
  CHECK(MaskSecret("abcdef") == "ab****");
  CHECK(MaskSecret("abcdefghijklmnopqrst") == "abcd****st");
  CHECK(MaskSecret("\x1b[31mabcdefghijklm") == "?[31****lm");
}

}  // namespace picket
