// The decoders of UTF-16 and base64, and the expander over hints at any place: children stay within
// the budget, and a run holds its hint.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "contents/encoded_text.h"
#include "contents/expander.h"

namespace picket {
namespace {

class Counter : public FindingSink, public ChildVisitor {
 public:
  void Add(Finding) override {}
  void Add(Gap) override {}
  void Add(EncodedHint) override {}
  void OnChild(const Blob& child) override { bytes += child.bytes.size(); }

  uint64_t bytes = 0;
};

}  // namespace
}  // namespace picket

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace picket;
  if (size < 2) return 0;
  size_t count = std::min<size_t>(data[0] % 16, size - 1);
  Bytes bytes(data + 1, size - 1);
  std::vector<EncodedHint> hints;
  for (size_t i = 0; i < count; ++i) {
    Encoding encoding = static_cast<Encoding>(bytes[i] % 6);
    hints.push_back({encoding, bytes[i] * size_t{7} % bytes.size()});
  }
  HintFilter filter;
  for (const EncodedHint& hint : hints) {
    filter.Keep(bytes, hint);
    EncodedRun run = FindUtf16Run(bytes, hint.encoding, hint.offset);
    if (hint.encoding == Encoding::kBase64) run = FindBase64Run(bytes, hint.offset);
    if (hint.encoding == Encoding::kHex) run = FindHexRun(bytes, hint.offset);
    if (run.begin > hint.offset || run.end < hint.offset || run.end > bytes.size()) std::abort();
    if (DecodeBase64(bytes, run).bytes.size() > run.end - run.begin) std::abort();
    if (DecodeHex(bytes, run).bytes.size() > (run.end - run.begin) / 2) std::abort();
  }
  if (const auto text = DetectUtf16(bytes)) {
    if (DecodeUtf16(bytes, text->order).size() > 2 * bytes.size()) std::abort();
  }
  ExpandLimits limits;
  limits.bytes = 4 * bytes.size();
  Expander expander(limits);
  Counter counter;
  BlobRef ref;
  expander.Expand(Blob{ref, bytes, {}}, hints, counter, counter);
  if (counter.bytes > limits.bytes + 3 * count) std::abort();
  return 0;
}
