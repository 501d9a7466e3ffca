#include "cli/shard.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "core/error.h"

namespace picket {
namespace {

using Variables = std::map<std::string, std::string>;

Environment Of(const Variables& variables) {
  return [&variables](const char* name) -> const char* {
    const auto at = variables.find(name);
    return at == variables.end() ? nullptr : at->second.c_str();
  };
}

Variables Slurm(const std::string& id, const std::string& min, const std::string& max,
                const std::string& step, const std::string& count) {
  return {{"SLURM_ARRAY_TASK_ID", id},
          {"SLURM_ARRAY_TASK_MIN", min},
          {"SLURM_ARRAY_TASK_MAX", max},
          {"SLURM_ARRAY_TASK_STEP", step},
          {"SLURM_ARRAY_TASK_COUNT", count}};
}

TEST_CASE("a task reads which part it is from what its scheduler sets") {
  struct Case {
    std::string named;
    uint32_t count;
    Variables variables;
    Shard shard;
  };
  const std::vector<Case> cases = {
      {"", 0, {}, {0, 1}},
      {"", 1, {}, {0, 1}},
      {"1/1", 0, {}, {0, 1}},
      {"2/8", 0, {}, {1, 8}},
      {"8/8", 8, {}, {7, 8}},
      {"", 0, Slurm("0", "0", "3", "1", "4"), {0, 4}},
      {"", 0, Slurm("3", "0", "3", "1", "4"), {3, 4}},
      {"", 0, Slurm("5", "5", "9", "2", "3"), {0, 3}},
      {"", 0, Slurm("9", "5", "9", "2", "3"), {2, 3}},
      {"", 0, Slurm("9", "5", "10", "2", "3"), {2, 3}},
      {"", 0, Slurm("4", "1", "4", "", "4"), {3, 4}},
      // One task of four, sent again by itself: its id still says which one it is.
      {"", 4, Slurm("2", "2", "2", "1", "1"), {2, 4}},
      {"", 5, {{"JOB_COMPLETION_INDEX", "0"}}, {0, 5}},
      {"", 5, {{"JOB_COMPLETION_INDEX", "4"}}, {4, 5}},
      {"", 3, {{"PARALLEL_SEQ", "1"}}, {0, 3}},
      {"", 3, {{"PARALLEL_SEQ", "3"}}, {2, 3}},
      // GNU parallel sets it for jobs that have nothing to do with shards.
      {"", 0, {{"PARALLEL_SEQ", "3"}}, {0, 1}},
      {"2/3", 0, Slurm("0", "0", "3", "1", "4"), {1, 3}},
  };
  for (const Case& one : cases) {
    CAPTURE(one.named);
    CAPTURE(one.count);
    CAPTURE(one.variables.size());
    const Shard shard = ChooseShard(one.named, one.count, Of(one.variables));
    CHECK(shard.index == one.shard.index);
    CHECK(shard.count == one.shard.count);
  }
}

TEST_CASE("a part that can't be told is an error and never the whole") {
  struct Case {
    std::string named;
    uint32_t count;
    Variables variables;
  };
  const std::vector<Case> cases = {
      {"0/4", 0, {}},
      {"5/4", 0, {}},
      {"1", 0, {}},
      {"/", 0, {}},
      {"1/", 0, {}},
      {"a/b", 0, {}},
      {"1/2/3", 0, {}},
      {"-1/4", 0, {}},
      {" 1/4", 0, {}},
      {"1/99999999", 0, {}},
      {"1/99999999999", 0, {}},
      {"1/4", 8, {}},
      {"", 4, {}},
      // Gaps between the tasks.
      {"", 0, Slurm("7", "1", "7", "1", "3")},
      {"", 0, Slurm("6", "5", "9", "2", "3")},
      {"", 0, Slurm("1", "0", "3", "0", "4")},
      {"", 0, Slurm("x", "0", "3", "1", "4")},
      {"", 0, Slurm("1", "", "3", "1", "4")},
      {"", 4, Slurm("4", "1", "4", "1", "4")},
      {"", 0, {{"JOB_COMPLETION_INDEX", "0"}}},
      {"", 2, {{"JOB_COMPLETION_INDEX", "2"}}},
      {"", 2, {{"JOB_COMPLETION_INDEX", "one"}}},
      {"", 2, {{"PARALLEL_SEQ", "3"}}},
      {"", 2, {{"PARALLEL_SEQ", "0"}}},
      {"", 2, {{"PARALLEL_SEQ", "1"}, {"JOB_COMPLETION_INDEX", "1"}}},
  };
  for (const Case& one : cases) {
    CAPTURE(one.named);
    CAPTURE(one.count);
    CAPTURE(one.variables.size());
    CHECK_THROWS_AS(ChooseShard(one.named, one.count, Of(one.variables)), Error);
  }
}

}  // namespace
}  // namespace picket
