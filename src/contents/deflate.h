// DEFLATE (RFC 1951) streams, bare: gzip, zlib, zip and 7z put their own ends around them.
#pragma once

#include <zlib.h>

#include "contents/packed.h"

namespace picket {

// A decoder around zlib's; what stands around the bare stream is `window_bits`'s affair, as for
// inflateInit2.
class DeflateDecoder : public PackedDecoder {
 public:
  explicit DeflateDecoder(int window_bits);
  ~DeflateDecoder() override;
  DeflateDecoder(const DeflateDecoder&) = delete;
  DeflateDecoder& operator=(const DeflateDecoder&) = delete;

  void Start() override;
  Step Decode(Bytes in, std::span<uint8_t> out) override;

 private:
  z_stream stream_{};
};

std::unique_ptr<PackedDecoder> NewRawDeflateDecoder();

}  // namespace picket
