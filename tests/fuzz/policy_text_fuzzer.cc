// Edits of policy files: what the parser accepts takes one more allowance, and says the same else.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/error.h"
#include "scan/policy.h"
#include "scan/policy_text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  picket::Policy before;
  try {
    if (!text.empty()) before = picket::ParsePolicy(text, "policy.json");
  } catch (const picket::Error&) {
    return 0;
  }
  picket::Allowance one;
  one.fingerprint = "fp1:" + std::string(40, '5');
  one.reason = "because";
  try {
    const picket::PolicyEdit edit = picket::AllowIn(text, one, "policy.json");
    const picket::Policy after = picket::ParsePolicy(edit.text, "policy.json");
    const size_t more = edit.what == picket::PolicyEdit::What::kAdded ? 1 : 0;
    if (after.allow.size() != before.allow.size() + more) std::abort();
    if (after.exclude.size() != before.exclude.size() || after.gaps != before.gaps) std::abort();
    if (picket::AllowIn(edit.text, one, "policy.json").text != edit.text) std::abort();
  } catch (const picket::Error& error) {
    // The only complaint about a good policy.
    if (std::string_view(error.what()).find("two allowances") == std::string_view::npos)
      std::abort();
  }
  return 0;
}
