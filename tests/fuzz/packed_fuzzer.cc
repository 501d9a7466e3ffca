// Every decoder of compressed streams: by its mark, alone, as data of a zip member, and bare.
// Nothing gives more than its limit, and what comes out does not hang on how much is asked for at a
// time; what passes by the opener as text would not have been opened.
#include "contents/packed.h"

#include <algorithm>
#include <cstdlib>

#include "contents/lzma.h"
#include "contents/short_text.h"
#include "contents/zip_methods.h"

namespace picket {
namespace {

constexpr uint64_t kLimit = uint64_t{1} << 18;

class Counter : public FindingSink, public ChildVisitor {
 public:
  void Add(Finding) override {}
  void Add(Gap) override { opened_ = true; }
  void Add(EncodedHint) override {}
  void OnChild(const Blob& child) override {
    opened_ = true;
    if (child.bytes.size() > kLimit) std::abort();
    if (child.origin.wrapping > child.origin.member.size()) std::abort();
    if (child.origin.depth < 3) ExpandPacked(child, budget_, *this, *this);
  }
  // Whether something came of it.
  bool Open(const Blob& blob) {
    ExpandPacked(blob, budget_, *this, *this);
    return opened_;
  }

 private:
  ExpandBudget budget_{kLimit, 100};
  bool opened_ = false;
};

std::string InSmallSteps(PackedDecoder& decoder, Bytes packed) {
  std::string out;
  decoder.Start();
  while (out.size() <= kLimit) {
    uint8_t room[7];
    PackedDecoder::Step step = decoder.Decode(packed, room);
    if (step.made > sizeof room || step.taken > packed.size()) std::abort();
    out.append(room, room + step.made);
    packed = packed.subspan(step.taken);
    if (step.state != PackedDecoder::State::kMore || step.made + step.taken == 0) break;
  }
  return out;
}

void Compare(const Packing& packing, Bytes bytes) {
  std::optional<PackedMark> mark = packing.Find(bytes, 0);
  if (!mark) return;
  Bytes data = bytes.subspan(mark->data);
  std::unique_ptr<PackedDecoder> decoder = packing.NewDecoder();
  std::string whole;
  decoder->Start();
  Unpacked end = Unpack(*decoder, data, kLimit, whole);
  if (end.taken > data.size() || whole.size() > kLimit + 1) std::abort();
  std::string steps = InSmallSteps(*decoder, data);
  size_t common = std::min<size_t>({whole.size(), steps.size(), kLimit});
  bool whole_stream = end.end == PackedEnd::kWhole;
  if (whole_stream && whole != steps) std::abort();
  if (whole.compare(0, common, steps, 0, common) != 0) std::abort();
}

// As 7z keeps it: LZMA2, or LZMA of a known size, with a filter over it.
void OpenRaw(uint8_t kind, uint64_t size, Bytes bytes) {
  RawLzma raw;
  raw.second = (kind & 0x40) == 0;
  raw.size = size;
  raw.filter = static_cast<LzmaFilter>(kind % 9);
  raw.properties = bytes.first(std::min<size_t>(bytes.size(), raw.second ? 1 : 5));
  std::unique_ptr<PackedDecoder> decoder = NewRawLzmaDecoder(raw);
  if (!decoder) return;
  std::string out;
  decoder->Start();
  Unpack(*decoder, bytes.subspan(raw.properties.size()), kLimit, out);
  if (out.size() > kLimit + 1) std::abort();
}

}  // namespace
}  // namespace picket

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace picket;
  Bytes bytes(data, size);
  BlobRef ref;
  const bool opened = Counter().Open(Blob{ref, bytes, {}});
  if (IsShortText(bytes) && !MayBePackedText(bytes) && opened) std::abort();
#define PICKET_PACKING(name) Compare(name, bytes);
#include "contents/packings.def"
#undef PICKET_PACKING
  if (size < 2) return 0;
  if (data[0] >= 0x80) {
    OpenRaw(data[0], data[1] * 16, bytes.subspan(2));
    return 0;
  }
  const uint16_t method = data[0];
  auto inflated = UnpackZipData(bytes.subspan(2), method, data[1] * 16, kLimit);
  if (inflated.has_value() != EndsByItself(method)) std::abort();
  if (inflated && inflated->bytes.size() > kLimit) std::abort();
  return 0;
}
