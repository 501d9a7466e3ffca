// Zstandard frames (RFC 8878), skippable ones included.
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <bit>

#include "contents/frames.h"
#include "core/error.h"

namespace picket {
namespace {

constexpr uint32_t kMagic = 0xfd2fb528;
constexpr int kMaxWindowLog = std::countr_zero(kMaxPackedWindow);

std::optional<PackedMark> Find(Bytes bytes, uint64_t at) { return FindFrame(bytes, at, kMagic); }

class ZstdDecoder : public PackedDecoder {
 public:
  ZstdDecoder() : context_(ZSTD_createDCtx()) {
    if (!context_) Fail();
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kMaxWindowLog);
  }

  void Start() override {
    ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only);
    wanted_ = 1;
  }

  // A step that fails gives nothing, so each is given what one block needs.
  Step Decode(Bytes in, std::span<uint8_t> out) override {
    ZSTD_inBuffer input{in.data(), std::min(in.size(), wanted_), 0};
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    size_t left = ZSTD_decompressStream(context_.get(), &output, &input);
    Step step{input.pos, output.pos, State::kMore};
    switch (ZSTD_getErrorCode(left)) {
      case ZSTD_error_no_error:
        if (left == 0) step.state = State::kEnded;
        wanted_ = std::max<size_t>(left, 1);
        break;
      case ZSTD_error_memory_allocation: Fail();
      case ZSTD_error_frameParameter_windowTooLarge:
      case ZSTD_error_dictionary_wrong: step.state = State::kRefused; break;
      default: step.state = State::kDamaged;
    }
    return step;
  }

 private:
  [[noreturn]] static void Fail() { throw Error("There is no memory left to decompress with."); }

  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  std::unique_ptr<ZSTD_DCtx, Free> context_;
  size_t wanted_ = 1;
};

}  // namespace

const Packing kZstdPacking = {"zstd", Find, []() -> std::unique_ptr<PackedDecoder> {
                                return std::make_unique<ZstdDecoder>();
                              }};

}  // namespace picket
