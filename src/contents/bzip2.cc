// bzip2: a mark, the size of blocks, and the mark of a first block or of the end.
// Source: the manual of bzip2 1.0.8 and its decompress.c.
#include <bzlib.h>

#include <algorithm>

#include "contents/packed.h"
#include "core/error.h"

namespace picket {
namespace {

// The library counts in 32 bits.
constexpr uint64_t kMaxStep = uint64_t{1} << 30;
constexpr std::string_view kBlock = "\x31\x41\x59\x26\x53\x59";
constexpr std::string_view kEnd = "\x17\x72\x45\x38\x50\x90";

std::optional<PackedMark> Find(Bytes bytes, uint64_t at) {
  std::string_view text = AsText(bytes.subspan(at));
  if (!text.starts_with("BZh") || text.size() < 4 || text[3] < '1' || text[3] > '9') {
    return std::nullopt;
  }
  text.remove_prefix(4);
  if (!text.starts_with(kBlock) && !text.starts_with(kEnd)) return std::nullopt;
  return PackedMark{at, true};
}

class Bzip2Decoder : public PackedDecoder {
 public:
  Bzip2Decoder() = default;
  ~Bzip2Decoder() override { BZ2_bzDecompressEnd(&stream_); }
  Bzip2Decoder(const Bzip2Decoder&) = delete;
  Bzip2Decoder& operator=(const Bzip2Decoder&) = delete;

  void Start() override {
    BZ2_bzDecompressEnd(&stream_);
    stream_ = {};
    if (BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) {
      throw Error("There is no memory left to decompress with.");
    }
  }

  Step Decode(Bytes in, std::span<uint8_t> out) override {
    uint64_t offered = std::min<uint64_t>(in.size(), kMaxStep);
    uint64_t room = std::min<uint64_t>(out.size(), kMaxStep);
    stream_.next_in = reinterpret_cast<char*>(const_cast<uint8_t*>(in.data()));
    stream_.avail_in = static_cast<unsigned>(offered);
    stream_.next_out = reinterpret_cast<char*>(out.data());
    stream_.avail_out = static_cast<unsigned>(room);
    int status = BZ2_bzDecompress(&stream_);
    Step step{offered - stream_.avail_in, room - stream_.avail_out, State::kMore};
    if (status == BZ_MEM_ERROR) throw Error("There is no memory left to decompress with.");
    if (status == BZ_STREAM_END) {
      step.state = State::kEnded;
    } else if (status != BZ_OK) {
      step.state = State::kDamaged;
    }
    return step;
  }

 private:
  bz_stream stream_{};
};

}  // namespace

const Packing kBzip2Packing = {
    "bzip2", Find,
    []() -> std::unique_ptr<PackedDecoder> { return std::make_unique<Bzip2Decoder>(); }, 'B'};

}  // namespace picket
