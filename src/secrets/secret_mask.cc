#include "secrets/secret_mask.h"

#include <algorithm>
#include <vector>

#include "secrets/deep_scan.h"

namespace picket {
namespace {

// Outgoing strings are short; what is decoded from one is shorter.
constexpr ExpandLimits kLimits{uint64_t{1} << 26, 1000, 4};

}  // namespace

SecretMask::SecretMask(const SecretDetector& detector)
    : session_(detector.NewSession()), expander_(kLimits) {}

std::string SecretMask::Apply(std::string_view text) {
  std::vector<Finding> findings = DeepScan(text, ObjectKind::kMessage, *session_, expander_);
  std::string masked;
  uint64_t copied = 0;
  for (const Finding& finding : findings) {
    uint64_t end = finding.span.end();
    if (end <= copied) continue;
    if (finding.span.offset >= copied) {
      masked += text.substr(copied, finding.span.offset - copied);
      masked += finding.masked;
    }
    copied = end;
  }
  masked += text.substr(copied);
  return masked;
}

}  // namespace picket
