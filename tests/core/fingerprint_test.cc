#include "core/fingerprint.h"

#include <doctest/doctest.h>

#include <stop_token>
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

// Whoever keeps allowances has them: Python's hmac gives these.
TEST_CASE("fingerprint: HMAC-SHA-256, whatever the length of the key") {
  CHECK(FingerprintKey().Fingerprint("a", AsBytes("secret")) ==
        "fp1:b9e8941ec23e76977219180004407e73d36e87b9");
  const FingerprintKey short_key(std::string(16, 'k'));
  CHECK(short_key.id() == "ee6321d7");
  CHECK(short_key.Fingerprint("a", AsBytes("x")) == "fp1:b838d3f08c6295c45005b392d7cc0b93e65838d8");
  std::string text;
  for (int i = 0; i < 13; ++i) text += "0123456789";
  const FingerprintKey long_key(text);
  CHECK(long_key.id() == "426f26da");
  CHECK(long_key.Fingerprint("family", AsBytes("content")) ==
        "fp1:17973a77d5426d17566fb92f16049da6d1f1f8bb");
}

TEST_CASE("digests: of nothing, and of text, whole and in steps") {
  CHECK(ToHex(AsBytes(Sha256({}))) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(ToHex(AsBytes(Sha256(AsBytes("abc")))) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(ToHex(AsBytes(Sha1({}))) == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  CHECK(ToHex(AsBytes(Sha1(AsBytes("abc")))) == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(Sha256(AsBytes("abc"), std::stop_token()) == Sha256(AsBytes("abc")));
}

TEST_CASE("mask: never more than a third is shown, and never a control character") {
  CHECK(MaskSecret("ab") == "****");
  CHECK(MaskSecret("abcdef") == "ab****");
  CHECK(MaskSecret("abcdefghijklmnopqrst") == "abcd****st");
  CHECK(MaskSecret("\x1b[31mabcdefghijklm") == "?[31****lm");
}

}  // namespace picket
