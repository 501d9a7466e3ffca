// Comments beside a finding, at every offset that the first byte picks.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "scan/inline_mark.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  for (uint64_t offset = data[0] % 16; offset <= text.size(); offset += 16) {
    const picket::InlineMarks marks = picket::ReadInlineMarks(text, offset);
    if (marks.rules.size() > 16) std::abort();
    if (!marks.rules.empty() && (marks.words & picket::kPicketAllow) == 0) std::abort();
    picket::Finding finding;
    finding.kind = picket::FindingKind::kSecret;
    finding.rule = finding.family = "a.rule";
    if (marks.words == 0 && marks.Cover(finding, 0xff)) std::abort();
    for (const std::string& rule : marks.rules) {
      if (rule.empty() || rule.size() > 4096) std::abort();
      finding.family = rule;
      if (!marks.Cover(finding, 0xff) || marks.Cover(finding, 0)) std::abort();
    }
  }
  return 0;
}
