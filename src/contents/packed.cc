#include "contents/packed.h"

#include <algorithm>
#include <array>
#include <utility>

#include "contents/child_origin.h"
#include "contents/expand_gap.h"

namespace picket {
namespace {

constexpr uint64_t kFirstRoom = uint64_t{1} << 16;
constexpr uint64_t kMostRoom = uint64_t{1} << 30;
// Between two looks at whether anybody waits for it still.
constexpr uint64_t kMostAtOnce = uint64_t{8} << 20;
// DEFLATE can't do better than 1,032 to 1; the others can, and honest files don't.
constexpr uint64_t kMostRatio = 4096;
constexpr uint64_t kFreeBytes = uint64_t{64} << 20;
// What is no stream gives less than this before a decoder notices.
constexpr uint64_t kConvincing = 512;

constexpr const Packing* kPackings[] = {
#define PICKET_PACKING(name) &name,
#include "contents/packings.def"
#undef PICKET_PACKING
};

bool BeginsWithText(Bytes bytes) {
  unsigned other = 0;
  for (const uint8_t byte : bytes.first(std::min<uint64_t>(bytes.size(), kPackedHead))) {
    const bool is_space = byte == '\n' || byte == '\t' || byte == '\r';
    other |= static_cast<unsigned>((byte < ' ' || byte > '~') && !is_space);
  }
  return other == 0;
}

// All streams from the first on, as one content.
class StreamReader {
 public:
  StreamReader(const Packing& packing, Bytes bytes, std::stop_token stop)
      : packing_(&packing), decoder_(packing.NewDecoder()), bytes_(bytes), stop_(std::move(stop)) {}

  PackedEnd Read(PackedMark mark, uint64_t limit, std::string& out) {
    while (true) {
      decoder_->Start();
      uint64_t before = out.size();
      Unpacked unpacked = Unpack(*decoder_, bytes_.subspan(mark.data), limit, out, stop_);
      bool doubtful = !mark.certain && out.size() - before < kConvincing;
      if (unpacked.end == PackedEnd::kTooLarge) return unpacked.end;
      if (unpacked.end != PackedEnd::kWhole) return doubtful ? PackedEnd::kCut : unpacked.end;
      std::optional<PackedMark> next = FindNext(mark.data + unpacked.taken);
      if (!next) return PackedEnd::kWhole;
      mark = *next;
    }
  }

 private:
  std::optional<PackedMark> FindNext(uint64_t at) {
    while (at < bytes_.size() && bytes_[at] == 0) ++at;
    if (at == bytes_.size()) return std::nullopt;
    if (auto mark = packing_->Find(bytes_, at)) return mark;
    for (const Packing* other : kPackings) {
      auto mark = other->Find(bytes_, at);
      if (!mark || !mark->certain) continue;
      packing_ = other;
      decoder_ = other->NewDecoder();
      return mark;
    }
    return std::nullopt;
  }

  const Packing* packing_;
  std::unique_ptr<PackedDecoder> decoder_;
  Bytes bytes_;
  std::stop_token stop_;
};

void OpenStreams(const Packing& packing, PackedMark mark, const Blob& blob, ExpandBudget& budget,
                 FindingSink& sink, ChildVisitor& visitor) {
  if (!budget.TakeChild()) {
    return AddExpandGap(blob, "it holds more members than one object may", sink);
  }
  uint64_t limit = std::min(budget.bytes, MostUnpacked(blob.bytes.size()));
  std::string bytes;
  PackedEnd end = StreamReader(packing, blob.bytes, sink.stop()).Read(mark, limit, bytes);
  if (const char* reason = GapReason(end)) AddExpandGap(blob, reason, sink);
  // The work of finding out is spent.
  budget.TakeBytes(end == PackedEnd::kTooLarge ? limit : bytes.size());
  if (end == PackedEnd::kTooLarge || bytes.empty()) return;
  Blob child{blob.ref, AsBytes(bytes), ChildOrigin(blob.origin, packing.name, 0, 0, 0)};
  child.origin.wrapping =
      blob.origin.wrapping + child.origin.member.size() - blob.origin.member.size();
  visitor.OnChild(child);
}

}  // namespace

Unpacked Unpack(PackedDecoder& decoder, Bytes packed, uint64_t limit, std::string& out,
                const std::stop_token& stop) {
  const uint64_t begin = out.size();
  uint64_t used = begin;
  Unpacked result;
  PackedDecoder::Step step;
  do {
    // Room is made only where there is none, since making it costs as much as there is of it: a
    // step may give little, and a stream too.
    if (used == out.size()) {
      uint64_t room = std::clamp<uint64_t>(used - begin, kFirstRoom, kMostRoom);
      out.resize(used + std::min(room, limit - std::min(used, limit) + 1));
    }
    Bytes in = packed.subspan(result.taken);
    const uint64_t most = std::min<uint64_t>(out.size() - used, kMostAtOnce);
    step = decoder.Decode(in, {reinterpret_cast<uint8_t*>(out.data()) + used, most});
    used += step.made;
    result.taken += step.taken;
  } while (step.state == PackedDecoder::State::kMore && used <= limit &&
           (step.taken > 0 || step.made > 0) && !stop.stop_requested());
  out.resize(used);
  if (stop.stop_requested()) {
    result.end = PackedEnd::kCut;
    return result;
  }
  if (used > limit) {
    result.end = PackedEnd::kTooLarge;
    return result;
  }
  switch (step.state) {
    case PackedDecoder::State::kMore:
      result.end = result.taken == packed.size() ? PackedEnd::kCut : PackedEnd::kDamaged;
      break;
    case PackedDecoder::State::kEnded: result.end = PackedEnd::kWhole; break;
    case PackedDecoder::State::kDamaged: result.end = PackedEnd::kDamaged; break;
    case PackedDecoder::State::kRefused: result.end = PackedEnd::kRefused; break;
  }
  return result;
}

uint64_t MostUnpacked(uint64_t size) {
  constexpr uint64_t kMost = uint64_t{1} << 62;
  return size > kMost / kMostRatio ? kMost : kFreeBytes + size * kMostRatio;
}

const char* GapReason(PackedEnd end) {
  switch (end) {
    case PackedEnd::kWhole:
    case PackedEnd::kCut: return nullptr;
    case PackedEnd::kDamaged: return "its compressed bytes are damaged";
    case PackedEnd::kRefused:
      return "its compressed bytes need a dictionary that is not here, or more memory than one "
             "object may take";
    case PackedEnd::kTooLarge: return "it is larger, inflated, than the limit for one object";
  }
  return nullptr;
}

bool MayBePackedText(Bytes text) {
  static const std::array<bool, 256> begins = [] {
    std::array<bool, 256> bytes{};
    for (const Packing* packing : kPackings)
      if (packing->text_begin != 0) bytes[static_cast<uint8_t>(packing->text_begin)] = true;
    return bytes;
  }();
  return !text.empty() && begins[text.front()];
}

void ExpandPacked(const Blob& blob, ExpandBudget& budget, FindingSink& sink,
                  ChildVisitor& visitor) {
  if (blob.bytes.empty()) return;
  const bool is_text = BeginsWithText(blob.bytes);
  for (const Packing* packing : kPackings) {
    if (is_text && (packing->text_begin == 0 || packing->text_begin != blob.bytes[0])) continue;
    std::optional<PackedMark> mark = packing->Find(blob.bytes, 0);
    if (mark) OpenStreams(*packing, *mark, blob, budget, sink, visitor);
  }
}

}  // namespace picket
