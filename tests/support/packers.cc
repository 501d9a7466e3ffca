#include "support/packers.h"

#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <cstdint>
#include <stdexcept>

namespace picket {
namespace {

void Require(bool holds) {
  if (!holds) throw std::runtime_error("a compressor failed");
}

std::string Room(const std::string& plain) {
  return std::string(plain.size() + plain.size() / 50 + 4096, '\0');
}

std::string Deflate(const std::string& plain, int level, int window_bits) {
  z_stream stream{};
  Require(deflateInit2(&stream, level, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed = Room(plain);
  std::string input = plain;
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  Require(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

}  // namespace

std::string PackGzip(const std::string& plain) { return Deflate(plain, 6, MAX_WBITS + 16); }
std::string PackZlib(const std::string& plain, int level) {
  return Deflate(plain, level, MAX_WBITS);
}
std::string PackDeflate(const std::string& plain) { return Deflate(plain, 6, -MAX_WBITS); }

std::string PackBzip2(const std::string& plain) {
  std::string packed = Room(plain);
  std::string input = plain;
  auto size = static_cast<unsigned>(packed.size());
  Require(BZ2_bzBuffToBuffCompress(packed.data(), &size, input.data(),
                                   static_cast<unsigned>(input.size()), 9, 0, 0) == BZ_OK);
  packed.resize(size);
  return packed;
}

std::string PackXz(const std::string& plain) {
  std::string packed = Room(plain);
  size_t size = 0;
  Require(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, nullptr,
                                  reinterpret_cast<const uint8_t*>(plain.data()), plain.size(),
                                  reinterpret_cast<uint8_t*>(packed.data()), &size,
                                  packed.size()) == LZMA_OK);
  packed.resize(size);
  return packed;
}

std::string PackLzma(const std::string& plain) {
  lzma_options_lzma options;
  Require(lzma_lzma_preset(&options, 6) == 0);
  lzma_stream stream = LZMA_STREAM_INIT;
  Require(lzma_alone_encoder(&stream, &options) == LZMA_OK);
  std::string packed = Room(plain);
  stream.next_in = reinterpret_cast<const uint8_t*>(plain.data());
  stream.avail_in = plain.size();
  stream.next_out = reinterpret_cast<uint8_t*>(packed.data());
  stream.avail_out = packed.size();
  Require(lzma_code(&stream, LZMA_FINISH) == LZMA_STREAM_END);
  packed.resize(stream.total_out);
  lzma_end(&stream);
  return packed;
}

std::string PackLzma2(const std::string& plain, bool x86) {
  lzma_options_lzma options;
  Require(lzma_lzma_preset(&options, 6) == 0);
  lzma_filter filters[] = {
      {LZMA_FILTER_X86, nullptr}, {LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, nullptr}};
  std::string packed = Room(plain);
  size_t size = 0;
  Require(lzma_raw_buffer_encode(filters + (x86 ? 0 : 1), nullptr,
                                 reinterpret_cast<const uint8_t*>(plain.data()), plain.size(),
                                 reinterpret_cast<uint8_t*>(packed.data()), &size,
                                 packed.size()) == LZMA_OK);
  packed.resize(size);
  return packed;
}

std::string PackZstd(const std::string& plain) {
  std::string packed = Room(plain);
  size_t size = ZSTD_compress(packed.data(), packed.size(), plain.data(), plain.size(), 3);
  Require(ZSTD_isError(size) == 0);
  packed.resize(size);
  return packed;
}

std::string PackLz4(const std::string& plain) {
  LZ4F_preferences_t preferences{};
  preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
  std::string packed(LZ4F_compressFrameBound(plain.size(), &preferences), '\0');
  size_t size =
      LZ4F_compressFrame(packed.data(), packed.size(), plain.data(), plain.size(), &preferences);
  Require(LZ4F_isError(size) == 0);
  packed.resize(size);
  return packed;
}

}  // namespace picket
