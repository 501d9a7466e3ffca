// LZ4 frames (LZ4 Frame Format 1.6.4), skippable ones before them included.
#include <lz4frame.h>

#include <algorithm>

#include "contents/frames.h"
#include "core/error.h"

namespace picket {
namespace {

constexpr uint32_t kMagic = 0x184d2204;
constexpr uint8_t kNamesDictionary = 1;
constexpr size_t kMarkAndFlags = 5;

std::optional<PackedMark> Find(Bytes bytes, uint64_t at) { return FindFrame(bytes, at, kMagic); }

class Lz4Decoder : public PackedDecoder {
 public:
  Lz4Decoder() {
    LZ4F_dctx* context = nullptr;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)) != 0) {
      throw Error("There is no memory left to decompress with.");
    }
    context_.reset(context);
  }

  void Start() override {
    LZ4F_resetDecompressionContext(context_.get());
    wanted_ = 0;
  }

  // A step that fails gives nothing, so each is given what one block needs.
  Step Decode(Bytes in, std::span<uint8_t> out) override {
    if (wanted_ == 0) {
      if (in.size() > 4 && (in[4] & kNamesDictionary) != 0) return {0, 0, State::kRefused};
      wanted_ = kMarkAndFlags;
    }
    size_t taken = std::min(in.size(), wanted_);
    size_t made = out.size();
    size_t left = LZ4F_decompress(context_.get(), out.data(), &made, in.data(), &taken, nullptr);
    if (LZ4F_isError(left) != 0) return {0, 0, State::kDamaged};
    wanted_ = std::max<size_t>(left, 1);
    return {taken, made, left == 0 ? State::kEnded : State::kMore};
  }

 private:
  struct Free {
    void operator()(LZ4F_dctx* context) const { LZ4F_freeDecompressionContext(context); }
  };
  std::unique_ptr<LZ4F_dctx, Free> context_;
  size_t wanted_ = 0;
};

}  // namespace

const Packing kLz4Packing = {
    "lz4", Find, []() -> std::unique_ptr<PackedDecoder> { return std::make_unique<Lz4Decoder>(); }};

}  // namespace picket
