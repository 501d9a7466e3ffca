// xz (The .xz File Format 1.1.0) and its forerunner .lzma, which has no mark but properties, a
// window and a length that make sense.
#include "contents/lzma.h"

#include <lzma.h>

#include <algorithm>
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
  ~RawDecoder() override {
    for (lzma_filter& filter : filters_) std::free(filter.options);
  }

  // False where the properties are none. Filters stand in the order in which they encode.
  bool Add(lzma_vli id, Bytes properties) {
    lzma_filter& filter = filters_[used_];
    filter.id = id;
    lzma_ret status =
        lzma_properties_decode(&filter, nullptr, properties.data(), properties.size());
    if (status == LZMA_MEM_ERROR) throw Error("There is no memory left to decompress with.");
    if (status != LZMA_OK) filter.id = LZMA_VLI_UNKNOWN;
    ++used_;
    return status == LZMA_OK;
  }

  // Has the stream of the filter added last end behind `size` bytes, with an end mark or without.
  void SetSize(uint64_t size) {
    lzma_options_lzma* options = last_options();
    options->ext_flags = LZMA_LZMA1EXT_ALLOW_EOPM;
    lzma_set_ext_size(*options, size);
  }

  // Nothing looks back further than to the first byte that came out.
  void NarrowWindow(uint64_t size) {
    uint64_t enough = std::max<uint64_t>(size, LZMA_DICT_SIZE_MIN);
    lzma_options_lzma* options = last_options();
    options->dict_size = static_cast<uint32_t>(std::min<uint64_t>(options->dict_size, enough));
  }

 private:
  lzma_options_lzma* last_options() {
    return static_cast<lzma_options_lzma*>(filters_[used_ - 1].options);
  }

  lzma_ret Init(lzma_stream* stream) override {
    if (lzma_raw_decoder_memusage(filters_) > kMemory) return LZMA_MEMLIMIT_ERROR;
    return lzma_raw_decoder(stream, filters_);
  }

  lzma_filter filters_[3] = {
      {LZMA_VLI_UNKNOWN, nullptr}, {LZMA_VLI_UNKNOWN, nullptr}, {LZMA_VLI_UNKNOWN, nullptr}};
  size_t used_ = 0;
};

lzma_vli IdOf(LzmaFilter filter) {
  switch (filter) {
    case LzmaFilter::kNone: break;
    case LzmaFilter::kDelta: return LZMA_FILTER_DELTA;
    case LzmaFilter::kX86: return LZMA_FILTER_X86;
    case LzmaFilter::kPowerPc: return LZMA_FILTER_POWERPC;
    case LzmaFilter::kIa64: return LZMA_FILTER_IA64;
    case LzmaFilter::kArm: return LZMA_FILTER_ARM;
    case LzmaFilter::kArmThumb: return LZMA_FILTER_ARMTHUMB;
    case LzmaFilter::kSparc: return LZMA_FILTER_SPARC;
    case LzmaFilter::kArm64: return LZMA_FILTER_ARM64;
  }
  return LZMA_VLI_UNKNOWN;
}

}  // namespace

std::unique_ptr<PackedDecoder> NewRawLzmaDecoder(const RawLzma& raw) {
  auto decoder = std::make_unique<RawDecoder>();
  if (raw.filter != LzmaFilter::kNone && !decoder->Add(IdOf(raw.filter), raw.filter_properties)) {
    return nullptr;
  }
  bool sized = !raw.second && raw.size != UINT64_MAX;
  lzma_vli id = raw.second ? LZMA_FILTER_LZMA2 : sized ? LZMA_FILTER_LZMA1EXT : LZMA_FILTER_LZMA1;
  if (!decoder->Add(id, raw.properties)) return nullptr;
  decoder->NarrowWindow(raw.size);
  if (sized) decoder->SetSize(raw.size);
  return decoder;
}

const Packing kXzPacking = {
    "xz", FindXz, []() -> std::unique_ptr<PackedDecoder> { return std::make_unique<XzDecoder>(); }};
const Packing kLzmaPacking = {"lzma", FindLzma, []() -> std::unique_ptr<PackedDecoder> {
                                return std::make_unique<LzmaAloneDecoder>();
                              }};

}  // namespace picket
