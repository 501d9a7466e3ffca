#include "match/rule_cost.h"

#include <hs.h>

#include <time.h>

#include <algorithm>
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

struct Counter {
  uint64_t hits = 0;
  uint64_t last_end = 0;
};

// Ends that follow each other are one hit to the matcher too.
int CountHit(unsigned int, unsigned long long, unsigned long long end, unsigned int,
             void* context) {
  Counter& counter = *static_cast<Counter*>(context);
  if (counter.hits == 0 || end != counter.last_end + 1) ++counter.hits;
  counter.last_end = end;
  return 0;
}

// Of this thread alone, so that a busy machine changes little.
double ProcessorNanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
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
  cost.group = ChooseSearchGroup(rule);
  size_t size = 0;
  if (hs_alloc_scratch(database.get(), &raw) != HS_SUCCESS ||
      hs_database_size(database.get(), &size) != HS_SUCCESS) {
    throw Error("Hyperscan could not allocate its scratch space; there may be too little memory.");
  }
  const Scratch scratch(raw);
  cost.database_bytes = size;
  double best = 0;
  for (int pass = 0; pass < std::max(passes, 1); ++pass) {
    Counter counter;
    const double start = ProcessorNanoseconds();
    hs_scan(database.get(), reinterpret_cast<const char*>(text.data()),
            static_cast<unsigned>(text.size()), 0, scratch.get(), &CountHit, &counter);
    const double spent = ProcessorNanoseconds() - start;
    cost.hits = counter.hits;
    if (pass == 0 || spent < best) best = spent;
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
