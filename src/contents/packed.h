// Compressed streams: gzip, zlib, bzip2, xz, LZMA, Zstandard, LZ4. One interface for the decoders,
// one loop that bounds what they give, one table (packings.def) of what a blob may begin with.
//
// A blob that begins with a stream becomes one child, named after its packing. Streams that follow
// each other, of one packing or of several, with zero bytes between them or not, are one content:
// gzip, xz, zstd and Python's modules read them so. What stands behind the last one is left to the
// detectors of the outer blob, which have seen it. Reach: whole.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "contents/expander.h"
#include "core/bytes.h"

namespace picket {

// What a stream may have a decoder look back on, in bytes. More is refused: memory is bounded.
inline constexpr uint64_t kMaxPackedWindow = uint64_t{256} << 20;

enum class PackedEnd : uint8_t {
  kWhole,
  kCut,       // the input ends before the stream does: what is there was read
  kDamaged,   // what came out before the damage was kept
  kRefused,   // it wants a dictionary that is not here, or a larger window than kMaxPackedWindow
  kTooLarge,  // more than the limit would come out
};

// Decodes streams of one kind, one after the other. One thread's own.
class PackedDecoder {
 public:
  enum class State : uint8_t { kMore, kEnded, kDamaged, kRefused };
  struct Step {
    uint64_t taken = 0;
    uint64_t made = 0;
    State state = State::kMore;
  };

  virtual ~PackedDecoder() = default;
  // Before each stream.
  virtual void Start() = 0;
  // `in` is all that is left of the input, `out` is not empty. A step that takes and makes nothing
  // is the last. Throws Error only when there is no memory.
  virtual Step Decode(Bytes in, std::span<uint8_t> out) = 0;
};

struct PackedMark {
  // Where the decoder takes over, an offset in the bytes asked about.
  uint64_t data = 0;
  // False: what is no stream at all may begin like this, so that little before damage says nothing.
  bool certain = true;
};

// One row of packings.def.
struct Packing {
  const char* name;
  // nullopt when no stream begins at `at`, which is not behind the end of `bytes`.
  std::optional<PackedMark> (*Find)(Bytes bytes, uint64_t at);
  std::unique_ptr<PackedDecoder> (*NewDecoder)();
  // The first byte of streams whose first kPackedHead bytes, or all there are, may be text, as they
  // are of nearly all that is not packed; 0 where no stream begins so.
  char text_begin = 0;
};
inline constexpr uint64_t kPackedHead = 14;
#define PICKET_PACKING(name) extern const Packing name;
#include "contents/packings.def"
#undef PICKET_PACKING

struct Unpacked {
  PackedEnd end = PackedEnd::kDamaged;
  uint64_t taken = 0;
};

// Appends to `out` what one stream at the start of `packed` holds, until it is `limit` bytes long
// in all, or `stop` is requested (kCut). Memory is a small multiple of what comes out, and the
// decoder's window.
Unpacked Unpack(PackedDecoder& decoder, Bytes packed, uint64_t limit, std::string& out,
                const std::stop_token& stop = {});

// The most that `size` bytes may become: content that is packed thousands to one is no content.
uint64_t MostUnpacked(uint64_t size);

// False where no stream begins as `text` does, which is text.
bool MayBePackedText(Bytes text);

// The opener: does nothing when `blob` begins with no stream.
void ExpandPacked(const Blob& blob, ExpandBudget& budget, FindingSink& sink, ChildVisitor& visitor);

// What is wrong, as a clause for a Gap; nullptr for kWhole and kCut, which are read to their end.
const char* GapReason(PackedEnd end);

}  // namespace picket
