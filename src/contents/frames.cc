#include "contents/frames.h"

#include "core/byte_reader.h"

namespace picket {
namespace {

constexpr uint32_t kSkippable = 0x184d2a50;
constexpr uint32_t kSkippableMask = 0xfffffff0;
constexpr int kMostSkipped = 64;

}  // namespace

std::optional<PackedMark> FindFrame(Bytes bytes, uint64_t at, uint32_t magic) {
  ByteReader reader(bytes, at);
  for (int i = 0; i < kMostSkipped; ++i) {
    uint64_t begin = reader.offset();
    uint32_t found = reader.U32Le();
    if (!reader.ok()) return std::nullopt;
    if (found == magic) return PackedMark{begin, true};
    if ((found & kSkippableMask) != kSkippable) return std::nullopt;
    reader.Skip(reader.U32Le());
  }
  return std::nullopt;
}

}  // namespace picket
