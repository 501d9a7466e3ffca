// Pickles, by content, by route and by name.
#include <string_view>

#include "weights/format.h"

namespace picket {
namespace {

// zlib, joblib's own wrapping, raw LZMA, gzip, bzip2 and xz: how joblib and pandas write pickles
// that are compressed.
bool LooksCompressed(Bytes bytes) {
  if (bytes.size() < 3) return false;
  std::string_view text = AsText(bytes);
  if (text.starts_with("\x1f\x8b") || text.starts_with("BZh") ||
      text.starts_with("\xfd"
                       "7zXZ")) {
    return true;
  }
  bool zlib = bytes[0] == 0x78 && (bytes[0] * 256 + bytes[1]) % 31 == 0;
  bool wrapped = bytes[0] == 'Z' && bytes[1] == 'F';
  bool lzma = bytes[0] == 0x5d && bytes[1] == 0 && bytes[2] == 0;
  return zlib || wrapped || lzma;
}

}  // namespace

void ReadPickle(const Blob& blob, PickleScanner& scanner, WeightReport& report) {
  bool routed = !blob.origin.route.empty();
  PickleSuspicion suspicion = routed                ? PickleSuspicion::kRouted
                              : HasWeightName(blob) ? PickleSuspicion::kNamed
                                                    : PickleSuspicion::kNone;
  PickleScan scan = scanner.Scan(blob.bytes, 0, suspicion);
  if (!scan.claimed && LooksCompressed(blob.bytes) &&
      IsNamedLike(blob, {".pkl", ".pickle", ".joblib", ".sav", ".dill"})) {
    report.gaps.push_back(
        "its name says pickle and its content is compressed in a way that is not opened");
  }
  if (!scan.streams.empty()) {
    const std::vector<Span>& arrays = scan.streams.front().arrays;
    report.tensors.insert(report.tensors.end(), arrays.begin(), arrays.end());
  }
  if (scan.claimed || !scan.gaps.empty()) report.pickles.push_back({{}, std::move(scan)});
}

}  // namespace picket
