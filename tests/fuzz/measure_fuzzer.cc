// Walks over long bodies end within their bound and the text.
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "match/matcher.h"
#include "match/measure.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace picket;
  if (size < 2) return 0;
  Bytes text(data + 1, size - 1);
  uint64_t begin = data[0] % (text.size() + 1);
  constexpr uint32_t kMax = 500;
  for (const char* kind : {"run", "jwt", "pem"}) {
    RuleMeasure measure{kind, {}, 0, kMax};
    measure.bytes.AddRange('0', 'z');
    std::optional<uint64_t> end = MeasureBody(measure, text, begin);
    if (end && (*end < begin || *end > text.size() || *end > begin + kMax + 128)) std::abort();
  }
  FollowsEscape(text, begin);
  return 0;
}
