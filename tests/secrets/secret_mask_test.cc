#include "secrets/secret_mask.h"

#include <doctest/doctest.h>

#include <string>

#include "core/fingerprint.h"
#include "secrets/template.h"
#include "support/shipped_rules.h"

namespace picket {

TEST_CASE("secret mask: no string leaves with a secret, in the clear or encoded") {
  SecretDetector detector(ShippedRules(), FingerprintKey());
  SecretMask mask(detector);
  SeededRandom random(4);
  std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  for (int i = 0; i < 200; ++i) {
    std::string token = "hf_" + random.Text(letters, 34);
    CHECK(mask.Apply("refs/heads/" + token) == "refs/heads/" + MaskSecret(token));
    CHECK(mask.Apply(token + " and " + token) == MaskSecret(token) + " and " + MaskSecret(token));
    std::string encoded = EncodeBase64("user:" + token, false, true);
    std::string masked = mask.Apply("path/" + encoded + "/x");
    CHECK(masked.find(encoded.substr(12, 12)) == std::string::npos);
    CHECK(masked.find(encoded.substr(30, 12)) == std::string::npos);
  }
  for (const char* plain :
       {"", "src/main.cc", "refs/heads/main", "A sentence with nothing in it.", "\x1b[0m\xff"}) {
    CHECK(mask.Apply(plain) == plain);
  }
  std::string fingerprint = FingerprintKey().Fingerprint("x", AsBytes("y"));
  CHECK(mask.Apply("allow \"" + fingerprint + "\"") == "allow \"" + fingerprint + "\"");
}

}  // namespace picket
