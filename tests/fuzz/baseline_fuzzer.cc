// Baseline files: whatever the bytes, findings by their fingerprints or an Error, and what is read
// is written again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/error.h"
#include "scan/baseline.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const picket::Baseline baseline = picket::ParseBaseline(text, "baseline");
    picket::Verdict verdict;
    for (const picket::Allowance& one : baseline.allowances) {
      if (!picket::IsFingerprint(one.fingerprint)) std::abort();
      picket::JudgedFinding judged;
      judged.finding.fingerprint = one.fingerprint;
      judged.finding.rule = "a.rule";
      judged.path = text.substr(0, 200);
      verdict.findings.push_back(std::move(judged));
    }
    const auto written = picket::WriteBaseline(verdict, baseline.key_id, true);
    const auto again = picket::ParseBaseline(written.text, "baseline");
    if (again.allowances.size() != written.lines || again.key_id != baseline.key_id) std::abort();
  } catch (const picket::Error& error) {
    if (!std::string_view(error.what()).ends_with('.')) std::abort();
  }
  return 0;
}
