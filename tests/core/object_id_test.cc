#include "core/object_id.h"

#include <doctest/doctest.h>

#include <string>

namespace picket {

TEST_CASE("object id: 40 and 64 digits and nothing else") {
  std::string sha1(40, 'a');
  std::string sha256(64, 'F');
  REQUIRE(ObjectId::TryParse(sha1));
  CHECK(ObjectId::TryParse(sha1)->ToHex() == sha1);
  REQUIRE(ObjectId::TryParse(sha256));
  CHECK(ObjectId::TryParse(sha256)->ToHex() == std::string(64, 'f'));
  CHECK_FALSE(ObjectId::TryParse(""));
  CHECK_FALSE(ObjectId::TryParse(sha1 + "a"));
  CHECK_FALSE(ObjectId::TryParse(std::string(39, 'a') + "g"));
}

TEST_CASE("object id: every byte at every place is a digit or none") {
  const std::string digits = "0123456789abcdef";
  for (size_t place = 0; place < 40; ++place) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string text;
      for (size_t i = 0; i < 40; ++i) text += digits[(i * 7 + 3) % 16];
      text[place] = static_cast<char>(byte);
      std::string lower = text;
      if (byte >= 'A' && byte <= 'F') lower[place] = static_cast<char>(byte + 32);
      const bool good = digits.find(lower[place]) != std::string::npos;
      const std::optional<ObjectId> id = ObjectId::TryParse(text);
      REQUIRE(id.has_value() == good);
      if (good) REQUIRE(id->ToHex() == lower);
    }
  }
}

TEST_CASE("object id: zero is Git's word for no object, empty is ours for no name") {
  CHECK(ObjectId::TryParse(std::string(40, '0'))->is_zero());
  CHECK_FALSE(ObjectId::TryParse(std::string(40, '0'))->empty());
  CHECK(ObjectId().empty());
}

}  // namespace picket
