#include "git/slot_table.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace picket {
namespace {

ObjectId IdOf(unsigned number) {
  std::string raw(20, '\0');
  for (size_t i = 0; i < 4; ++i) raw[19 - i] = static_cast<char>(number >> 8 * i);
  return ObjectId::FromRaw(AsBytes(raw));
}

}  // namespace

TEST_CASE("slot table: everything that was put in is found, and nothing else") {
  const KeyedHash hash;
  std::vector<std::string> names;
  SlotTable table;
  const auto find = [&](const std::string& name) {
    return table.Find(hash(AsBytes(name)), [&](uint32_t index) { return names[index] == name; });
  };
  CHECK(find("a") == kNone);
  for (uint32_t i = 0; i < 20'000; ++i) {
    names.push_back("name" + std::to_string(i));
    table.Insert(hash(AsBytes(names.back())), i);
  }
  for (uint32_t i = 0; i < 20'000; i += 97) CHECK(find(names[i]) == i);
  CHECK(find("name20000") == kNone);
  CHECK(find("") == kNone);
}

TEST_CASE("slot table: things of one hash are told apart") {
  SlotTable table;
  for (uint32_t i = 0; i < 100; ++i) table.Insert(7, i);
  CHECK(table.Find(7, [](uint32_t index) { return index == 63; }) == 63);
  CHECK(table.Find(7, [](uint32_t index) { return index == 100; }) == kNone);
  CHECK(table.Find(8, [](uint32_t) { return true; }) == kNone);
}

TEST_CASE("id set: ids that differ late, and one that stands twice") {
  std::vector<ObjectId> ids;
  for (unsigned i = 0; i < 1'000; ++i) ids.push_back(IdOf(i % 500));
  const IdSet set(ids);
  for (unsigned i = 0; i < 500; ++i) CHECK(set.contains(IdOf(i)));
  CHECK_FALSE(set.contains(IdOf(500)));
  CHECK_FALSE(IdSet({}).contains(IdOf(0)));
}

}  // namespace picket
