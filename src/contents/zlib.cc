// zlib streams (RFC 1950): what joblib writes with compress=True or "zlib", and much else besides.
// Old joblib puts "ZF" and the length before one. A zlib stream has hardly a mark: text may begin
// with one. Source of the latter: joblib/numpy_pickle_compat.py (read_zfile).
#include <algorithm>

#include "contents/deflate.h"

namespace picket {
namespace {

constexpr uint8_t kWindow32k = 0x78;
constexpr uint8_t kPresetDictionary = 0x20;
constexpr uint64_t kJoblibMark = 2;
constexpr uint64_t kJoblibLength = 19;

bool IsZlib(Bytes bytes, uint64_t at, bool any_window) {
  if (bytes.size() - at < 3) return false;
  uint8_t method = bytes[at];
  uint8_t flags = bytes[at + 1];
  bool window =
      any_window ? (method & 0xf) == Z_DEFLATED && method <= kWindow32k : method == kWindow32k;
  return window && (method * 256 + flags) % 31 == 0 && (flags & kPresetDictionary) == 0;
}

// joblib's loader goes on with any stream behind the first.
std::optional<PackedMark> Find(Bytes bytes, uint64_t at) {
  if (!IsZlib(bytes, at, at > 0)) return std::nullopt;
  return PackedMark{at, false};
}

// "ZF", the length in hexadecimal digits, padded with blanks to 19 bytes, or 20 of very old
// versions.
std::optional<PackedMark> FindJoblib(Bytes bytes, uint64_t at) {
  if (at != 0 || !AsText(bytes).starts_with("ZF")) return std::nullopt;
  uint64_t data = kJoblibMark + kJoblibLength;
  if (bytes.size() <= data + 1) return std::nullopt;
  Bytes length = bytes.subspan(kJoblibMark, kJoblibLength);
  bool printable = std::all_of(length.begin(), length.end(),
                               [](uint8_t byte) { return byte >= ' ' && byte < 0x7f; });
  if (bytes[data] == ' ') ++data;
  if (!printable || !IsZlib(bytes, data, true)) return std::nullopt;
  return PackedMark{data, true};
}

std::unique_ptr<PackedDecoder> NewZlibDecoder() {
  return std::make_unique<DeflateDecoder>(MAX_WBITS);
}

}  // namespace

const Packing kZlibPacking = {"zlib", Find, NewZlibDecoder, 'x'};
const Packing kJoblibZlibPacking = {"zlib", FindJoblib, NewZlibDecoder, 'Z'};

}  // namespace picket
