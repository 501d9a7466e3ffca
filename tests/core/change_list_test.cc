#include "core/change_list.h"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

namespace picket {
namespace {

std::vector<Place> All(const PlaceList& list) { return {list.begin(), list.end()}; }

}  // namespace

TEST_CASE("places: none, one and many are kept in order") {
  PlaceList list;
  CHECK(list.empty());
  CHECK(list.size() == 0);
  std::vector<Place> expected;
  for (uint32_t i = 0; i < 5; ++i) {
    list.push_back({i, 9 - i});
    expected.push_back({i, 9 - i});
    CHECK_FALSE(list.empty());
    CHECK(list.size() == expected.size());
    CHECK(All(list) == expected);
    CHECK(list.front() == expected.front());
    CHECK(list.back() == expected.back());
  }
}

TEST_CASE("places: a copy is its own, and what was moved is there") {
  for (const std::vector<Place>& places :
       {std::vector<Place>{}, std::vector<Place>{{1, 2}}, std::vector<Place>{{1, 2}, {3, 4}}}) {
    PlaceList list{std::span<const Place>(places)};
    PlaceList copy = list;
    copy.push_back({7, 7});
    CHECK(All(list) == places);
    CHECK(copy.size() == places.size() + 1);
    list = copy;
    CHECK(All(list) == All(copy));
    const PlaceList moved = std::move(copy);
    CHECK(All(moved) == All(list));
  }
}

TEST_CASE("texts: names stand in the list once, and a Git object has none of its own") {
  ChangeList list;
  list.refs = {"refs/heads/a", "refs/heads/b"};
  list.paths = {"x/y", "z"};
  list.message = "subject";
  ChangedObject object;
  CHECK(list.TextOf(object).empty());
  object.kind = ObjectKind::kRefName;
  CHECK(list.TextOf(object).empty());
  object.ref = 1;
  CHECK(list.TextOf(object) == "refs/heads/b");
  object.kind = ObjectKind::kPathName;
  CHECK(list.TextOf(object).empty());
  object.places = {{0, 1}, {1, 0}};
  CHECK(list.TextOf(object) == "z");
  object.kind = ObjectKind::kMessage;
  CHECK(list.TextOf(object) == "subject");
}

}  // namespace picket
