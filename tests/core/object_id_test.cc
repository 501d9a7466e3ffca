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

TEST_CASE("object id: zero is Git's word for no object, empty is ours for no name") {
  CHECK(ObjectId::TryParse(std::string(40, '0'))->is_zero());
  CHECK_FALSE(ObjectId::TryParse(std::string(40, '0'))->empty());
  CHECK(ObjectId().empty());
}

}  // namespace picket
