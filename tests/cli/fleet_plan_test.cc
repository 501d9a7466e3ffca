#include "cli/fleet_plan.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "core/error.h"

namespace picket {
namespace {

FleetPlan Planned(const std::vector<uint64_t>& sizes, uint32_t shards) {
  FleetPlan plan;
  plan.engine = "picket, for a test";
  plan.judge = std::string(64, 'a');
  plan.today = "2030-01-31";
  plan.shards = shards;
  for (size_t i = 0; i < sizes.size(); ++i) {
    plan.repositories.push_back(Describe("/nowhere/" + std::to_string(i)));
    plan.repositories.back().name = "name \"" + std::to_string(i) + "\"";
    plan.repositories.back().bytes = sizes[i];
  }
  Deal(&plan);
  return plan;
}

TEST_CASE("repositories are dealt so that no shard has much more to do than another") {
  std::vector<uint64_t> sizes;
  for (uint64_t i = 1; i <= 100; ++i) sizes.push_back((i * 7919 % 101) << 22);
  sizes.push_back(uint64_t{500} << 22);
  for (uint32_t shards : {1u, 2u, 7u}) {
    const FleetPlan plan = Planned(sizes, shards);
    std::vector<uint64_t> loads(shards, 0);
    for (const FleetRepository& one : plan.repositories) loads.at(one.shard) += one.bytes;
    const uint64_t most = *std::max_element(loads.begin(), loads.end());
    const uint64_t least = *std::min_element(loads.begin(), loads.end());
    CHECK(most - least <= uint64_t{102} << 22);
  }
  // Small ones count too.
  const FleetPlan small = Planned(std::vector<uint64_t>(10, 0), 5);
  std::vector<int> counts(5, 0);
  for (const FleetRepository& one : small.repositories) ++counts.at(one.shard);
  CHECK(counts == std::vector<int>(5, 2));
}

TEST_CASE("what was dealt does not depend on the order of the list") {
  FleetPlan one = Planned({5, 900000, 30, 7000000, 7000000, 1}, 3);
  FleetPlan other = one;
  std::reverse(other.repositories.begin(), other.repositories.end());
  Deal(&other);
  std::set<std::pair<std::string, uint32_t>> dealt[2];
  for (const FleetRepository& repository : one.repositories)
    dealt[0].emplace(repository.key, repository.shard);
  for (const FleetRepository& repository : other.repositories)
    dealt[1].emplace(repository.key, repository.shard);
  CHECK(dealt[0] == dealt[1]);
  CHECK(one.list != other.list);
}

TEST_CASE("a plan is read as it was written, and nothing else is one") {
  const FleetPlan plan = Planned({1, 2, 3}, 2);
  const std::string text = WritePlan(plan);
  const FleetPlan again = ReadPlan(text, "plan.json");
  CHECK(WritePlan(again) == text);
  CHECK(again.Id() == plan.Id());
  CHECK(Difference(plan, again).empty());

  for (size_t length = 0; length + 2 < text.size(); length += 7)
    CHECK_THROWS_AS(ReadPlan(text.substr(0, length), "plan.json"), Error);
  for (const char* wrong : {"", "[]", "{}", "{\"picket_plan\":2}", "null"})
    CHECK_THROWS_AS(ReadPlan(wrong, "plan.json"), Error);
  const auto changed = [&text](const std::string& from, const std::string& to) {
    std::string other = text;
    other.replace(other.find(from), from.size(), to);
    return other;
  };
  CHECK_THROWS_AS(ReadPlan(changed("\"shards\": 2", "\"shards\": 0"), "plan.json"), Error);
  CHECK_THROWS_AS(ReadPlan(changed("\"shard\": 1", "\"shard\": 2"), "plan.json"), Error);
  CHECK_THROWS_AS(
      ReadPlan(changed(plan.repositories[1].key, plan.repositories[0].key), "plan.json"), Error);
  CHECK_THROWS_AS(ReadPlan(changed(plan.repositories[1].key, "../../etc/passwd"), "plan.json"),
                  Error);
}

TEST_CASE("plans that differ in anything but sizes are told apart") {
  const FleetPlan plan = Planned({1, 2, 3}, 2);
  FleetPlan same = plan;
  same.repositories[0].bytes = 77;
  CHECK(Difference(plan, same).empty());
  std::vector<FleetPlan> others(6, plan);
  others[0].engine += "1";
  others[1].judge[0] = 'b';
  others[2].list[0] = plan.list[0] == 'a' ? 'b' : 'a';
  others[3].shards = 3;
  others[4].today = "2030-02-01";
  others[5].repositories[0].shard ^= 1;
  std::set<std::string> sentences;
  for (const FleetPlan& other : others) sentences.insert(Difference(plan, other));
  CHECK(sentences.size() == others.size());
  CHECK(!sentences.contains(""));
}

TEST_CASE("a result that is cut off, damaged or of another plan is none") {
  const FleetPlan plan = Planned({1, 2}, 2);
  FleetResult result;
  result.key = plan.repositories[0].key;
  result.outcome = Outcome::kBlocked;
  result.complete = result.opened = true;
  result.text = "text\nof two lines\n";
  result.json = "{\"a\": 1}\n";
  const std::string bytes = WriteResult(result, plan);
  FleetResult again;
  REQUIRE(ReadResult(bytes, plan, result.key, &again));
  CHECK(again.text == result.text);
  CHECK(again.json == result.json);
  CHECK(again.outcome == Outcome::kBlocked);
  CHECK(again.complete);
  CHECK(again.opened);
  CHECK(!again.silent);

  for (size_t length = 0; length < bytes.size(); ++length)
    CHECK(!ReadResult(std::string_view(bytes).substr(0, length), plan, result.key, &again));
  std::string damaged = bytes;
  damaged.back() = ' ';
  CHECK(!ReadResult(damaged, plan, result.key, &again));
  CHECK(!ReadResult(bytes, plan, plan.repositories[1].key, &again));
  CHECK(!ReadResult(bytes, Planned({1, 2}, 3), result.key, &again));
}

}  // namespace
}  // namespace picket
