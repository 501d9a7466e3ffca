// Plans and results of a fleet's audit, as another machine left them: whatever the bytes, a plan,
// an Error or no result.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "cli/fleet_plan.h"
#include "core/error.h"

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
  return 0;
}
