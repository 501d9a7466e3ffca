#include "git/zlib_stream.h"

#include <zlib.h>

#include <algorithm>

namespace picket {
namespace {

// The input and the output may be larger than zlib's own counters.
constexpr uint64_t kChunk = uint64_t{1} << 30;

}  // namespace

struct ZlibStream::State {
  z_stream z{};
};

void ZlibStream::End::operator()(State* state) const {
  inflateEnd(&state->z);
  delete state;
}

ZlibStream::ZlibStream(Bytes input) : input_(input), state_(new State) {
  ok_ = inflateInit(&state_->z) == Z_OK;
}

uint64_t ZlibStream::Fill(uint8_t* output, uint64_t size) {
  uint64_t written = 0;
  while (ok_ && !ended_ && written < size) {
    const uint64_t room = std::min(size - written, kChunk);
    const uint64_t available = std::min<uint64_t>(input_.size() - consumed_, kChunk);
    z_stream& z = state_->z;
    z.next_in = const_cast<Bytef*>(input_.data() + consumed_);
    z.avail_in = static_cast<uInt>(available);
    z.next_out = output + written;
    z.avail_out = static_cast<uInt>(room);
    const int code = inflate(&z, Z_NO_FLUSH);
    const uint64_t taken = available - z.avail_in;
    const uint64_t given = room - z.avail_out;
    consumed_ += taken;
    written += given;
    ended_ = code == Z_STREAM_END;
    ok_ = (code == Z_OK || ended_) && (ended_ || taken + given > 0);
  }
  return written;
}

bool ZlibStream::Ends() {
  uint8_t extra = 0;
  ok_ = Fill(&extra, 1) == 0 && ok_ && ended_;
  return ok_;
}

}  // namespace picket
