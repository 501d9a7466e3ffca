// gzip (RFC 1952). The header is read as Python's gzip module reads it, which asks neither for its
// checksum nor for reserved flags; zlib, which does, reads no file that this does not.
#include <libdeflate.h>

#include <algorithm>

#include "contents/deflate.h"
#include "core/byte_reader.h"

namespace picket {
namespace {

constexpr uint64_t kTrailerBytes = 8;
constexpr uint8_t kHeaderSum = 2;
constexpr uint8_t kExtra = 4;
constexpr uint8_t kName = 8;
constexpr uint8_t kComment = 16;

std::optional<PackedMark> Find(Bytes bytes, uint64_t at) {
  ByteReader reader(bytes, at);
  if (reader.U8() != 0x1f || reader.U8() != 0x8b || reader.U8() != Z_DEFLATED) return std::nullopt;
  uint8_t flags = reader.U8();
  reader.Skip(6);
  if ((flags & kExtra) != 0) reader.Skip(reader.U16Le());
  if ((flags & kName) != 0) reader.TakeUntil(0);
  if ((flags & kComment) != 0) reader.TakeUntil(0);
  if ((flags & kHeaderSum) != 0) reader.Skip(2);
  if (!reader.ok() || reader.at_end()) return std::nullopt;
  return PackedMark{reader.offset(), true};
}

class GzipDecoder : public DeflateDecoder {
 public:
  GzipDecoder() : DeflateDecoder(-MAX_WBITS) {}

  void Start() override {
    DeflateDecoder::Start();
    sum_ = 0;
    size_ = 0;
    inflated_ = false;
  }

  Step Decode(Bytes in, std::span<uint8_t> out) override {
    if (inflated_) return {std::min<uint64_t>(in.size(), kTrailerBytes), 0, Check(in)};
    Step step = DeflateDecoder::Decode(in, out);
    sum_ = libdeflate_crc32(sum_, out.data(), step.made);
    size_ += step.made;
    if (step.state != State::kEnded) return step;
    inflated_ = true;
    Bytes trailer = in.subspan(step.taken);
    if (trailer.empty()) return {step.taken, step.made, State::kMore};
    step.taken += std::min<uint64_t>(trailer.size(), kTrailerBytes);
    step.state = Check(trailer);
    return step;
  }

 private:
  // Where the file ends within the trailer, everything was read.
  State Check(Bytes trailer) const {
    if (trailer.size() < kTrailerBytes) return State::kMore;
    ByteReader reader(trailer);
    uint32_t sum = reader.U32Le();
    uint32_t size = reader.U32Le();
    return sum == sum_ && size == static_cast<uint32_t>(size_) ? State::kEnded : State::kDamaged;
  }

  uint32_t sum_ = 0;
  uint64_t size_ = 0;
  bool inflated_ = false;
};

}  // namespace

const Packing kGzipPacking = {"gzip", Find, []() -> std::unique_ptr<PackedDecoder> {
                                return std::make_unique<GzipDecoder>();
                              }};

}  // namespace picket
