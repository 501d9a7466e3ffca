#include "contents/deflate.h"

#include <algorithm>

#include "core/error.h"

namespace picket {
namespace {

// zlib counts in 32 bits.
constexpr uint64_t kMaxStep = uint64_t{1} << 30;

}  // namespace

DeflateDecoder::DeflateDecoder(int window_bits) {
  if (inflateInit2(&stream_, window_bits) != Z_OK) {
    throw Error("There is no memory left to inflate with.");
  }
}

DeflateDecoder::~DeflateDecoder() { inflateEnd(&stream_); }

void DeflateDecoder::Start() { inflateReset(&stream_); }

PackedDecoder::Step DeflateDecoder::Decode(Bytes in, std::span<uint8_t> out) {
  uint64_t offered = std::min<uint64_t>(in.size(), kMaxStep);
  uint64_t room = std::min<uint64_t>(out.size(), kMaxStep);
  stream_.next_in = const_cast<Bytef*>(in.data());
  stream_.avail_in = static_cast<uInt>(offered);
  stream_.next_out = out.data();
  stream_.avail_out = static_cast<uInt>(room);
  int status = inflate(&stream_, Z_NO_FLUSH);
  Step step{offered - stream_.avail_in, room - stream_.avail_out, State::kMore};
  switch (status) {
    case Z_OK:
    case Z_BUF_ERROR: break;
    case Z_STREAM_END: step.state = State::kEnded; break;
    case Z_NEED_DICT: step.state = State::kRefused; break;
    case Z_MEM_ERROR: throw Error("There is no memory left to inflate with.");
    default: step.state = State::kDamaged;
  }
  return step;
}

std::unique_ptr<PackedDecoder> NewRawDeflateDecoder() {
  return std::make_unique<DeflateDecoder>(-MAX_WBITS);
}

}  // namespace picket
