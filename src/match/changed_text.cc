#include "match/changed_text.h"

#include <algorithm>
#include <cstring>

namespace picket {
namespace {

constexpr uint8_t kSeparator = 0xff;
// A seam costs a few calls, which take as long as so many bytes.
constexpr uint64_t kLeastSaved = 256;

}  // namespace

bool ChangedText::Take(Bytes text, uint64_t base_size, std::span<const CopiedRange> copies,
                       const HitReach& reach) {
  FindCarried(text.size(), base_size, copies, reach);
  if (carried_.empty()) return false;
  FindPieces(text.size(), reach);
  size_ = 0;
  for (Piece& piece : pieces_) {
    piece.at = size_;
    size_ += piece.end - piece.begin + 1;
  }
  if (size_ * 4 >= uint64_t{text.size()} * 3) return false;
  if (space_.size() < size_) space_.resize(size_);
  for (const Piece& piece : pieces_) {
    const uint64_t length = piece.end - piece.begin;
    std::memcpy(space_.data() + piece.at, text.data() + piece.begin, length);
    space_[piece.at + length] = kSeparator;
  }
  return true;
}

void ChangedText::FindCarried(uint64_t text_size, uint64_t base_size,
                              std::span<const CopiedRange> copies, const HitReach& reach) {
  carried_.clear();
  for (size_t i = 0; i < copies.size();) {
    // Git copies long ranges in parts.
    CopiedRange copy = copies[i++];
    while (i < copies.size() && copies[i].offset == copy.offset + copy.length &&
           copies[i].base_offset == copy.base_offset + copy.length) {
      copy.length += copies[i++].length;
    }
    const bool first = copy.offset == 0 && copy.base_offset == 0;
    const uint64_t end = copy.offset + copy.length;
    const bool last = end == text_size && copy.base_offset + copy.length == base_size;
    const uint64_t before = first ? 0 : reach.before;
    const uint64_t after = last ? 0 : reach.after;
    if (copy.length <= before + after) continue;
    // Around what is carried over the same reach is searched for the ends beside it.
    const uint64_t ends = copy.length - before - after;
    if (ends <= reach.before + reach.after + kLeastSaved) continue;
    carried_.push_back({copy.offset + before, end - after, copy.base_offset + before});
  }
}

void ChangedText::FindPieces(uint64_t text_size, const HitReach& reach) {
  pieces_.clear();
  uint64_t after = 0;
  const auto add = [&](uint64_t last) {
    if (last == after) return;
    const uint64_t begin = after - std::min(after, reach.before);
    const uint64_t end = std::min(text_size, last + reach.after);
    pieces_.push_back({0, begin, end, after, last});
  };
  for (const Carried& carried : carried_) {
    add(carried.after);
    after = carried.last;
  }
  add(text_size);
}

template <typename Bounds>
void ChangedText::Map(const Hit& hit, std::vector<Hit>* hits, Bounds bounds) const {
  auto piece = std::partition_point(pieces_.begin(), pieces_.end(), [&hit](const Piece& one) {
    return one.at + (one.end - one.begin) < hit.first_end;
  });
  // What ends on a separator, or before the first byte of a piece, stands in no piece.
  for (; piece != pieces_.end() && piece->at < hit.last_end; ++piece) {
    const auto [after, last] = bounds(*piece);
    const uint64_t shift = piece->begin - piece->at;
    const uint64_t first_end = std::max(hit.first_end + shift, after + 1);
    const uint64_t last_end = std::min(hit.last_end + shift, last);
    if (first_end <= last_end) hits->push_back({hit.id, first_end, last_end});
  }
}

void ChangedText::MapHit(const Hit& hit, std::vector<Hit>* hits) const {
  Map(hit, hits, [](const Piece& piece) { return std::pair(piece.after, piece.last); });
}

void ChangedText::MapWherever(const Hit& hit, std::vector<Hit>* hits) const {
  Map(hit, hits, [](const Piece& piece) { return std::pair(piece.begin, piece.end); });
}

void ChangedText::CarryOver(const HitList& base, std::vector<Hit>* hits) const {
  const std::span<const Hit> known = base.hits();
  for (const Carried& carried : carried_) {
    const uint64_t base_last = carried.base_after + (carried.last - carried.after);
    auto hit = std::partition_point(known.begin(), known.end(), [&carried](const Hit& one) {
      return one.first_end + HitList::kMostEnds <= carried.base_after + 1;
    });
    for (; hit != known.end() && hit->first_end <= base_last; ++hit) {
      const uint64_t first_end = std::max(hit->first_end, carried.base_after + 1);
      const uint64_t last_end = std::min(hit->last_end, base_last);
      if (first_end > last_end) continue;
      const uint64_t from = carried.after - carried.base_after;
      hits->push_back({hit->id, first_end + from, last_end + from});
    }
  }
}

}  // namespace picket
