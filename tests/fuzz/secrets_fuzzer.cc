// The whole wing on one input: the shipped rules' detector and the expander, every child in its
// turn. Findings lie in the text, and the work that children make stays within the limits.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "contents/expander.h"
#include "secrets/deep_scan.h"
#include "secrets/secret_detector.h"

namespace picket {
namespace {

const SecretDetector& Engine() {
  static const SecretDetector detector = [] {
    // The shipped rules. Compiled they may be in $PICKET_COMPILED_RULES.
    const std::string folder = PICKET_SOURCE_DIR "/patterns/secrets";
    const char* compiled = std::getenv("PICKET_COMPILED_RULES");
    std::vector<std::string> notes;
    return SecretDetector(LoadSecretRules(folder, compiled == nullptr ? "" : compiled, &notes),
                          FingerprintKey());
  }();
  return detector;
}

}  // namespace
}  // namespace picket

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace picket;
  static const std::unique_ptr<Session> session = Engine().NewSession();
  ExpandLimits limits;
  limits.bytes = 1 << 20;
  limits.children = 1000;
  Expander expander(limits);
  std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const Finding& finding : DeepScan(text, ObjectKind::kBlob, *session, expander)) {
    if (finding.span.end() > size || finding.match.end() > size) std::abort();
    if (finding.fingerprint.empty() || finding.rule.empty()) std::abort();
  }
  return 0;
}
