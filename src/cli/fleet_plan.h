// What a fleet's tasks agree on: which repositories, judged by what, and which of them is whose. It
// stands in the results folder, written by the task that came first, so that tasks which start
// later, or again, deal in the same way whatever has been pushed meanwhile.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/verdict.h"

namespace picket {

struct FleetRepository {
  // As the list has it; "" in a plan that was read, which holds no path but what may be shown.
  std::string path;
  std::string key;     // 32 hexadecimal digits: the path's own, and the name of its result
  std::string name;    // the path, masked
  uint64_t bytes = 0;  // of its packs
  uint32_t shard = 0;
};

struct FleetPlan {
  std::string engine;  // for people
  std::string judge;   // hexadecimal: rules, policy, program and options
  std::string list;    // hexadecimal: the keys, in order
  std::string today;   // "YYYY-MM-DD": allowances expire for all at once
  uint32_t shards = 1;
  std::vector<FleetRepository> repositories;  // in the list's order

  // What a result must have been made for.
  std::string Id() const;
};

// The paths of a list, one a line, "-" for standard input; empty lines and those that begin with
// '#' don't count, and what stands there twice counts once. Throws Error for an empty list, and
// where it can't be read.
std::vector<std::string> ReadRepositoryList(const std::string& file);

// `path` with its key and the size of its packs; 0 where they can't be found.
FleetRepository Describe(const std::string& path);

// Gives each repository to a shard: the largest first, to the one with the least to do. Sets `list`
// too.
void Deal(FleetPlan* plan);

std::string WritePlan(const FleetPlan& plan);
// `file` names it in errors. Throws Error where it is no plan.
FleetPlan ReadPlan(std::string_view text, const std::string& file);

// "" or a sentence that says in what `other` differs from `plan`, so that their results can't stand
// beside each other.
std::string Difference(const FleetPlan& plan, const FleetPlan& other);

// One repository, audited.
struct FleetResult {
  std::string key;
  Outcome outcome = Outcome::kIncomplete;
  bool complete = false;
  // It could be opened; if not, another try may have more luck.
  bool opened = false;
  // There is nothing to tell of it.
  bool silent = false;
  std::string text;  // the reports, whole
  std::string json;
};

std::string WriteResult(const FleetResult& result, const FleetPlan& plan);
// False where it is damaged, cut off, of another plan or repository, or no report (cli/told.h).
bool ReadResult(std::string_view bytes, const FleetPlan& plan, const std::string& key,
                FleetResult* result);

}  // namespace picket
