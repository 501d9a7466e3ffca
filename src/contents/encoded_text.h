// Text that stands inside other content in another spelling: UTF-16, base64 (RFC 4648, both
// alphabets, wrapped lines) and hexadecimal digits. Pure functions; offsets count in the bytes
// given.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "core/bytes.h"
#include "core/detector.h"

namespace picket {

// The order in which a whole blob is UTF-16: a byte order mark at its start, or a first 4 KiB in
// which nearly every unit has one zero byte, always on the same side.
struct Utf16Text {
  Encoding order = Encoding::kUtf16Le;
  uint64_t begin = 0;  // after the mark
};
std::optional<Utf16Text> DetectUtf16(Bytes bytes);

// One byte for each unit, so that positions stay in step: Latin-1 as it is, 0xFF for the rest. A
// lone byte at the end is dropped.
std::string DecodeUtf16(Bytes bytes, Encoding order);

// A run of encoded text around a hint.
struct EncodedRun {
  uint64_t begin = 0;
  uint64_t end = 0;
  bool is_cut = false;  // it goes on
};

// The run of units with one zero byte, and the other not zero, that holds the unit at `offset`.
EncodedRun FindUtf16Run(Bytes bytes, Encoding order, uint64_t offset);

// The run of base64 characters that holds `offset`, which is a boundary of four. A line break (LF
// or CR LF and indentation, or escaped as in JSON) between two characters belongs to the run. It
// starts a multiple of four characters before `offset`, at most kBase64Before of them: left of a
// hint only context is of use. It ends no more than kBase64Behind bytes behind it, unless a gzip or
// zip file begins there: what is further on in text has hints of its own.
inline constexpr uint64_t kBase64Before = 1024;
inline constexpr uint64_t kBase64Behind = 64 << 10;
EncodedRun FindBase64Run(Bytes bytes, uint64_t offset);

// Whether all are base64 characters, of either alphabet; padding is none.
bool AreBase64(Bytes bytes);

struct DecodedBase64 {
  std::string bytes;
  // What stands for `bytes`, line breaks included, as a ratio: exact for unwrapped text; an average
  // for wrapped text, off by less than two line breaks where lines are of equal length.
  uint64_t outer_bytes = 4;
  uint64_t inner_bytes = 3;
};
DecodedBase64 DecodeBase64(Bytes bytes, const EncodedRun& run);

// The run of hexadecimal digits that holds `offset`, which is a boundary of two; line breaks as
// in base64. At most kHexBefore digits before `offset`.
inline constexpr uint64_t kHexBefore = 512;
EncodedRun FindHexRun(Bytes bytes, uint64_t offset);
DecodedBase64 DecodeHex(Bytes bytes, const EncodedRun& run);

// Lets one hint pass for each run and alignment, one for each
// kind of escape, and of split text those where a joint follows, so that hostile text can't
// multiply them. For the hints of one blob, nearly in ascending order within one encoding.
class HintFilter {
 public:
  void Reset() { *this = HintFilter(); }
  bool Keep(Bytes bytes, const EncodedHint& hint);

 private:
  bool KeepUtf16(Bytes bytes, const EncodedHint& hint);
  bool KeepBase64(Bytes bytes, uint64_t offset);
  bool KeepHex(Bytes bytes, uint64_t offset);
  bool KeepEscape(uint8_t lead);

  std::array<uint64_t, 4> utf16_end_{};  // by order and parity
  uint64_t base64_end_ = 0;
  uint64_t reference_ = 0;        // an offset in the run ...
  uint64_t reference_count_ = 0;  // ... and its place in it, modulo four
  unsigned alignments_ = 0;
  uint64_t hex_end_ = 0;
  uint64_t hex_reference_ = 0;  // an offset in the run, an odd number of digits on or an even one
  uint64_t hex_odd_ = 0;
  unsigned hex_alignments_ = 0;
  unsigned escapes_ = 0;
};

}  // namespace picket
