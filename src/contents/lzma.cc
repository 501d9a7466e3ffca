// xz (The .xz File Format 1.1.0) and its forerunner .lzma, which has no mark but properties, a
// window and a length that make sense.
#include "contents/lzma.h"

#include <lzma.h>

#include <cstdlib>

#include "core/byte_reader.h"
#include "core/error.h"

namespace picket {
namespace {

constexpr uint64_t kMemory = kMaxPackedWindow + (uint64_t{16} << 20);
constexpr uint32_t kSmallestWindow = 4096;
constexpr int kLengthBits = 38;
constexpr uint8_t kUsualProperties = 0x5d;
constexpr uint8_t kPropertiesEnd = 9 * 5 * 5;

std::optional<PackedMark> FindXz(Bytes bytes, uint64_t at) {
  constexpr std::string_view kMagic("\xfd\x37\x7a\x58\x5a\x00", 6);
  if (!AsText(bytes.subspan(at)).starts_with(kMagic)) return std::nullopt;
  return PackedMark{at, true};
}

// Windows that encoders choose: 2^n, 2^n + 2^(n - 1), or the largest.
bool IsUsualWindow(uint32_t window) {
  if (window < kSmallestWindow) return false;
  uint32_t rest = window & (window - 1);
  return window == UINT32_MAX || rest == 0 || (window ^ rest) == rest / 2;
}

std::optional<PackedMark> FindLzma(Bytes bytes, uint64_t at) {
  ByteReader reader(bytes, at);
  uint8_t properties = reader.U8();
  uint32_t window = reader.U32Le();
  uint64_t length = reader.U64Le();
  // The first byte of the range coder is always 0.
  uint8_t first = reader.U8();
  if (!reader.ok() || properties >= kPropertiesEnd || first != 0) return std::nullopt;
  if (length == 0 || (length != UINT64_MAX && length >> kLengthBits != 0)) return std::nullopt;
  bool usual_properties = properties == kUsualProperties;
  bool usual_window = IsUsualWindow(window);
  if (!usual_window && !usual_properties) return std::nullopt;
  return PackedMark{at, usual_window && usual_properties};
}

class LzmaDecoder : public PackedDecoder {
 public:
  LzmaDecoder() = default;
  ~LzmaDecoder() override { lzma_end(&stream_); }
  LzmaDecoder(const LzmaDecoder&) = delete;
  LzmaDecoder& operator=(const LzmaDecoder&) = delete;

  void Start() override {
    lzma_ret status = Init(&stream_);
    if (status == LZMA_MEM_ERROR) Fail();
    ready_ = status == LZMA_OK;
  }

  Step Decode(Bytes in, std::span<uint8_t> out) override {
    if (!ready_) return {0, 0, State::kRefused};
    stream_.next_in = in.data();
    stream_.avail_in = in.size();
    stream_.next_out = out.data();
    stream_.avail_out = out.size();
    lzma_ret status = lzma_code(&stream_, LZMA_RUN);
    Step step{in.size() - stream_.avail_in, out.size() - stream_.avail_out, State::kMore};
    switch (status) {
      case LZMA_OK:
      case LZMA_BUF_ERROR: break;
      case LZMA_STREAM_END: step.state = State::kEnded; break;
      case LZMA_MEMLIMIT_ERROR: step.state = State::kRefused; break;
      case LZMA_MEM_ERROR: Fail();
      default: step.state = State::kDamaged;
    }
    return step;
  }

 private:
  virtual lzma_ret Init(lzma_stream* stream) = 0;
  [[noreturn]] static void Fail() { throw Error("There is no memory left to decompress with."); }

  lzma_stream stream_ = LZMA_STREAM_INIT;
  bool ready_ = false;
};

class XzDecoder : public LzmaDecoder {
  lzma_ret Init(lzma_stream* stream) override { return lzma_stream_decoder(stream, kMemory, 0); }
};

class LzmaAloneDecoder : public LzmaDecoder {
  lzma_ret Init(lzma_stream* stream) override { return lzma_alone_decoder(stream, kMemory); }
};

class RawDecoder : public LzmaDecoder {
 public:
  static std::unique_ptr<PackedDecoder> New(lzma_vli id, Bytes properties) {
    auto decoder = std::make_unique<RawDecoder>();
    decoder->filters_[0].id = id;
    lzma_ret status = lzma_properties_decode(&decoder->filters_[0], nullptr, properties.data(),
                                             properties.size());
    if (status == LZMA_MEM_ERROR) throw Error("There is no memory left to decompress with.");
    if (status != LZMA_OK) return nullptr;
    return decoder;
  }
  ~RawDecoder() override { std::free(filters_[0].options); }

 private:
  lzma_ret Init(lzma_stream* stream) override {
    if (lzma_raw_decoder_memusage(filters_) > kMemory) return LZMA_MEMLIMIT_ERROR;
    return lzma_raw_decoder(stream, filters_);
  }

  lzma_filter filters_[2] = {{0, nullptr}, {LZMA_VLI_UNKNOWN, nullptr}};
};

}  // namespace

std::unique_ptr<PackedDecoder> NewRawLzmaDecoder(Bytes properties) {
  return RawDecoder::New(LZMA_FILTER_LZMA1, properties);
}

std::unique_ptr<PackedDecoder> NewRawLzma2Decoder(Bytes properties) {
  return RawDecoder::New(LZMA_FILTER_LZMA2, properties);
}

const Packing kXzPacking = {
    "xz", FindXz, []() -> std::unique_ptr<PackedDecoder> { return std::make_unique<XzDecoder>(); }};
const Packing kLzmaPacking = {"lzma", FindLzma, []() -> std::unique_ptr<PackedDecoder> {
                                return std::make_unique<LzmaAloneDecoder>();
                              }};

}  // namespace picket
