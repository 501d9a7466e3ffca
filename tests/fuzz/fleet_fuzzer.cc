// Plans and results of a fleet's audit, as another machine left them: whatever the bytes, a plan,
// an Error or no result.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "cli/fleet_plan.h"
#include "core/error.h"
#include "report/escape.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  picket::FleetPlan plan;
  try {
    plan = picket::ReadPlan(text, "plan.json");
    for (const picket::FleetRepository& one : plan.repositories) {
      // It names a file.
      if (one.key.find_first_not_of("0123456789abcdef") != std::string::npos) std::abort();
      if (one.key.size() != 32 || one.shard >= plan.shards) std::abort();
    }
    const picket::FleetPlan again = picket::ReadPlan(picket::WritePlan(plan), "plan.json");
    if (!picket::Difference(plan, again).empty()) std::abort();
  } catch (const picket::Error& error) {
    if (!std::string_view(error.what()).ends_with('.')) std::abort();
  }
  picket::FleetResult result;
  if (picket::ReadResult(text, plan, std::string(32, 'a'), &result) &&
      result.text.size() + result.json.size() > size) {
    std::abort();
  }
  // Plans that differ, and the input as what a task tells of a repository.
  if (plan.shards > 0) {
    picket::FleetPlan other = plan;
    picket::Deal(&other);
    for (const picket::FleetRepository& one : other.repositories) {
      if (one.shard >= other.shards) std::abort();
    }
    other.engine = size % 2 == 0 ? other.engine : "another";
    other.shards += size % 3 == 0 ? 1 : 0;
    other.list = plan.list;
    other.today = size % 5 == 0 ? "2030-01-31" : other.today;
    if (size % 2 != 0 && picket::Difference(plan, other).empty()) std::abort();
    picket::Difference(plan, other);
  }
  picket::FleetResult told;
  told.key = std::string(32, 'a');
  told.outcome = static_cast<picket::Outcome>(size % 3);
  const size_t cut = std::min(text.find('\0'), size);
  told.text = text.substr(0, cut);
  told.json = cut < size ? text.substr(cut + 1) : "{}";
  if (picket::ReadResult(picket::WriteResult(told, plan), plan, told.key, &result)) {
    if (result.text != told.text || result.json != told.json) std::abort();
    std::erase_if(told.text, [](char c) { return c == '\n' || c == '\t'; });
    if (picket::EscapeForTerminal(told.text) != told.text) std::abort();
    if (result.outcome != told.outcome) std::abort();
  }
  return 0;
}
