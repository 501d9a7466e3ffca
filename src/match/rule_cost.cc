#include "match/rule_cost.h"

#include <hs.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "core/error.h"

namespace picket {
namespace {

struct FreeDatabase {
  void operator()(hs_database_t* database) const { hs_free_database(database); }
};
struct FreeScratch {
  void operator()(hs_scratch_t* scratch) const { hs_free_scratch(scratch); }
};
using Database = std::unique_ptr<hs_database_t, FreeDatabase>;
using Scratch = std::unique_ptr<hs_scratch_t, FreeScratch>;

int CountHit(unsigned int, unsigned long long, unsigned long long, unsigned int, void* count) {
  ++*static_cast<uint64_t*>(count);
  return 0;
}

Database CompileAlone(const Rule& rule) {
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  const unsigned flags = rule.ignore_case ? HS_FLAG_CASELESS : 0u;
  if (hs_compile(rule.pattern.c_str(), flags, HS_MODE_BLOCK, nullptr, &database, &error) !=
      HS_SUCCESS) {
    const std::string why = error == nullptr ? "no reason given" : error->message;
    hs_free_compile_error(error);
    throw Error("Hyperscan can't compile the rule " + rule.id + " by itself: " + why +
                "; correct its pattern.");
  }
  return Database(database);
}

}  // namespace

RuleCost MeasureCost(const Rule& rule, Bytes text, int passes) {
  const Database database = CompileAlone(rule);
  hs_scratch_t* raw = nullptr;
  RuleCost cost;
  size_t size = 0;
  if (hs_alloc_scratch(database.get(), &raw) != HS_SUCCESS ||
      hs_database_size(database.get(), &size) != HS_SUCCESS) {
    throw Error("Hyperscan could not allocate its scratch space; there may be too little memory.");
  }
  const Scratch scratch(raw);
  cost.database_bytes = size;
  double best = 0;
  for (int pass = 0; pass < std::max(passes, 1); ++pass) {
    cost.hits = 0;
    const auto start = std::chrono::steady_clock::now();
    hs_scan(database.get(), reinterpret_cast<const char*>(text.data()),
            static_cast<unsigned>(text.size()), 0, scratch.get(), &CountHit, &cost.hits);
    const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - start;
    if (pass == 0 || spent.count() < best) best = spent.count();
  }
  if (passes > 0 && !text.empty()) {
    cost.nanoseconds_per_kib = best * 1024 / static_cast<double>(text.size());
  }
  return cost;
}

std::vector<std::string> BrokenBudgets(const Rule& rule, const RuleCost& cost, uint64_t bytes) {
  std::vector<std::string> broken;
  auto check = [&broken](const char* what, uint64_t value, uint64_t budget) {
    if (value <= budget) return;
    broken.push_back(std::string(what) + " " + std::to_string(value) + ", over the budget of " +
                     std::to_string(budget));
  };
  check("the bytes that a match may have are", rule.max_width, kMaxRuleWidth);
  check("the bytes of its compiled form are", cost.database_bytes, kMaxRuleDatabase);
  check("the places in generated source text that look like a match are", cost.hits,
        kMaxHitsPerMebibyte * bytes / (1024 * 1024));
  return broken;
}

}  // namespace picket
