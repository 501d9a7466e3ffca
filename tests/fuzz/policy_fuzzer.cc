// Policy files and their globs: whatever the bytes, a Policy or an Error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/error.h"
#include "scan/policy.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    picket::Policy policy = picket::ParsePolicy(text, "policy.json");
    policy.Excludes(text.substr(0, 300));
    policy.AllowsClass(text.substr(0, 300));
    policy.InlineWordsAt(picket::Gate::kPreCommit);
    if (policy.effective_limits().expand_depth > 64) std::abort();
    const picket::Policy more = picket::WithAllowancesOf(picket::Policy(), policy);
    if (more.allow.size() != policy.allow.size() || !more.exclude.empty()) std::abort();
    try {
      picket::CheckTreePolicy(policy, "policy.json");
      if (!policy.lfs.stores.empty() || !policy.server.log.empty()) std::abort();
    } catch (const picket::Error& error) {
      if (!std::string_view(error.what()).ends_with('.')) std::abort();
    }
    // A policy tightens itself, unless it loosens the defaults.
    try {
      picket::Policy both = picket::Tighten(picket::Policy(), policy, "policy.json");
      if (both.GapsBlock(picket::Gate::kPreReceive) == false) std::abort();
      if (both.InlineWordsAt(picket::Gate::kPreReceive) != 0) std::abort();
      if (!both.allow.empty() || !both.exclude.empty()) std::abort();
      if (both.ActionFor(picket::Tier::kPrecise) != picket::Action::kBlock) std::abort();
    } catch (const picket::Error&) {
    }
  } catch (const picket::Error& error) {
    if (!std::string_view(error.what()).ends_with('.')) std::abort();
  }
  return 0;
}
