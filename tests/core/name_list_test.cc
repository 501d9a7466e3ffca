#include "core/name_list.h"

#include <doctest/doctest.h>

#include <string>

namespace picket {

TEST_CASE("name list: names come back as they were given") {
  NameList names = {"refs/heads/a", "", "refs/heads/b"};
  names.push_back(std::string(70'000, 'x'));
  names.push_back("");
  REQUIRE(names.size() == 5);
  CHECK(names[0] == "refs/heads/a");
  CHECK(names[1].empty());
  CHECK(names[2] == "refs/heads/b");
  CHECK(names[3] == std::string(70'000, 'x'));
  CHECK(names[4].empty());
  CHECK(NameList().empty());
}

TEST_CASE("name list: what is added to a copy is not in the other") {
  NameList names = {"a", "b"};
  const NameList copy = names;
  CHECK(copy[1].data() == names[1].data());
  names.push_back("c");
  REQUIRE(copy.size() == 2);
  REQUIRE(names.size() == 3);
  CHECK(copy[1] == "b");
  CHECK(names[1] == "b");
  CHECK(names[2] == "c");
}

}  // namespace picket
