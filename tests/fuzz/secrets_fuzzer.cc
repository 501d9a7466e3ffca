// The whole wing on one input: the shipped rules' detector and the expander, every child in its
// turn. Findings lie in the text, and the work that children make stays within the limits. The
// input is a template of a text too: no secret stands in a corpus.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "contents/expander.h"
#include "secrets/deep_scan.h"
#include "secrets/secret_detector.h"
#include "secrets/template.h"

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

void Scan(std::string_view text, ObjectKind kind = ObjectKind::kBlob) {
  static const std::unique_ptr<Session> session = Engine().NewSession();
  ExpandLimits limits;
  limits.bytes = 1 << 20;
  limits.children = 1000;
  Expander expander(limits);
  for (const Finding& finding : DeepScan(text, kind, *session, expander)) {
    if (finding.span.end() > text.size() || finding.match.end() > text.size()) std::abort();
    if (finding.fingerprint.empty() || finding.rule.empty()) std::abort();
  }
}

}  // namespace
}  // namespace picket

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace picket;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Scan(text);
  if (size < 300) Scan(text, ObjectKind::kPathName);
  if (size > 1000) return 0;
  SeededRandom random(size);
  std::string why;
  if (const auto made = ExpandTemplate(text, random, Spoiling::kNone, &why)) Scan(*made);
  return 0;
}
