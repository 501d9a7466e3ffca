#include <cstdlib>
#include <vector>

#include "git/pack/delta.h"

// The first byte splits the rest into a base and a delta.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const picket::Bytes rest(data + 1, size - 1);
  const size_t split = rest.size() * data[0] / 256;
  const picket::Bytes base = rest.first(split);
  const picket::Bytes delta = rest.subspan(split);
  picket::DeltaHead head;
  if (!picket::MeasureDelta(delta, &head) || head.result_size > (size_t{1} << 24)) return 0;
  std::vector<uint8_t> out(head.result_size);
  std::vector<picket::CopiedRange> copies;
  const bool good = picket::ApplyDelta(base, delta, out, &copies);
  if (good != (head.base_size == base.size())) abort();
  uint64_t end = 0;
  for (const picket::CopiedRange& copy : copies) {
    if (!good) break;
    if (copy.offset < end || copy.length > out.size() - copy.offset) abort();
    end = copy.offset + copy.length;
    for (uint64_t i = 0; i < copy.length; ++i) {
      if (out[copy.offset + i] != base[copy.base_offset + i]) abort();
    }
  }
  return 0;
}
