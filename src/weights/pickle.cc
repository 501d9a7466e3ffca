// Pickles, by content, by route and by name.
#include "weights/format.h"

namespace picket {
namespace {

// zlib, joblib's own wrapping and raw LZMA: how joblib writes with compress=; other compressors are
// opened as containers.
bool LooksCompressedByJoblib(Bytes bytes) {
  if (bytes.size() < 3) return false;
  bool zlib = bytes[0] == 0x78 && (bytes[0] * 256 + bytes[1]) % 31 == 0;
  bool wrapped = bytes[0] == 'Z' && bytes[1] == 'F';
  bool lzma = bytes[0] == 0x5d && bytes[1] == 0 && bytes[2] == 0;
  return zlib || wrapped || lzma;
}

}  // namespace

void ReadPickle(const Blob& blob, PickleScanner& scanner, WeightReport& report) {
  bool routed = !blob.origin.route.empty();
  if (!routed && !PickleScanner::MayBegin(blob.bytes, 0)) {
    if (LooksCompressedByJoblib(blob.bytes) &&
        IsNamedLike(blob, {".pkl", ".pickle", ".joblib", ".sav", ".dill"})) {
      report.gaps.push_back(
          "its name says pickle and its content is compressed in a way that is "
          "not opened");
    }
    return;
  }
  PickleSuspicion suspicion = routed                ? PickleSuspicion::kRouted
                              : HasWeightName(blob) ? PickleSuspicion::kNamed
                                                    : PickleSuspicion::kNone;
  PickleScan scan = scanner.Scan(blob.bytes, 0, suspicion);
  if (scan.claimed || !scan.gaps.empty()) report.pickles.push_back({{}, std::move(scan)});
}

}  // namespace picket
