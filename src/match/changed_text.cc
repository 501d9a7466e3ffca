#include "match/changed_text.h"

#include <algorithm>
#include <cstring>

namespace picket {
namespace {

constexpr uint8_t kSeparator = 0xff;
// A seam costs a few calls, which take as long as so many bytes.
constexpr uint64_t kLeastSaved = 256;
constexpr size_t kKeptSpace = size_t{1} << 20;

}  // namespace

uint64_t HitReach::BeginFor(Bytes text, uint64_t end) const {
  const uint64_t floor = end - std::min(end, before);
  const void* line_end = memrchr(text.data() + floor, '\n', end - floor);
  if (line_end == nullptr) return floor;
  const auto line = static_cast<uint64_t>(static_cast<const uint8_t*>(line_end) - text.data()) + 1;
  return std::max(floor, line - std::min(line, before_line));
}

uint64_t HitReach::EndFor(Bytes text, uint64_t begin) const {
  const uint64_t last = std::min<uint64_t>(text.size(), begin + before);
  const uint64_t from = std::min(last, begin + before_line);
  const void* line_end = std::memchr(text.data() + from, '\n', last - from);
  if (line_end == nullptr) return last;
  return static_cast<uint64_t>(static_cast<const uint8_t*>(line_end) - text.data());
}

uint64_t HitReach::LastFor(Bytes text, uint64_t begin, uint64_t end) const {
  const uint64_t last = end - std::min(end, after);
  if (line_after <= after) return last;
  const uint64_t floor = std::min(end, std::max(begin, end - std::min(end, line_after)));
  const void* line_end = memrchr(text.data() + floor, '\n', end - floor);
  if (line_end == nullptr) return std::min(last, floor);
  return std::min(last, static_cast<uint64_t>(static_cast<const uint8_t*>(line_end) - text.data()));
}

uint64_t HitReach::ContextFor(Bytes text, uint64_t end) const {
  const uint64_t least = std::min<uint64_t>(text.size(), end + after);
  if (line_after <= after) return least;
  const uint64_t last = std::min<uint64_t>(text.size(), end + line_after);
  const void* line_end = std::memchr(text.data() + end, '\n', last - end);
  if (line_end == nullptr) return last;
  const auto line = static_cast<uint64_t>(static_cast<const uint8_t*>(line_end) - text.data()) + 1;
  return std::max(least, line);
}

void ChangedText::Take(Bytes text, uint64_t base_size, std::span<const CopiedRange> copies,
                       const HitReach& reach) {
  FindCarried(text, base_size, copies, reach);
  FindPieces(text, reach);
  uint64_t size = 0;
  for (Piece& piece : pieces_) {
    piece.at = size;
    size += piece.end - piece.begin + 1;
  }
  if (carried_.empty() || size * 8 >= uint64_t{text.size()} * 7) {
    carried_.clear();
    pieces_.assign(1, {0, 0, text.size(), 0, text.size()});
    bytes_ = text;
    return;
  }
  if (space_.size() < size) space_.resize(size);
  for (const Piece& piece : pieces_) {
    const uint64_t length = piece.end - piece.begin;
    std::memcpy(space_.data() + piece.at, text.data() + piece.begin, length);
    space_[piece.at + length] = kSeparator;
  }
  bytes_ = Bytes(space_).first(size);
}

void ChangedText::Trim() {
  bytes_ = {};
  if (space_.size() > kKeptSpace) space_ = {};
}

void ChangedText::FindCarried(Bytes text, uint64_t base_size, std::span<const CopiedRange> copies,
                              const HitReach& reach) {
  carried_.clear();
  for (size_t i = 0; i < copies.size();) {
    // Git copies long ranges in parts.
    CopiedRange copy = copies[i++];
    while (i < copies.size() && copies[i].offset == copy.offset + copy.length &&
           copies[i].base_offset == copy.base_offset + copy.length) {
      copy.length += copies[i++].length;
    }
    if (copy.length <= 2 * reach.before_line + 2 * reach.after + kLeastSaved) continue;
    const uint64_t end = copy.offset + copy.length;
    const bool first = copy.offset == 0 && copy.base_offset == 0;
    const bool ends_both = end == text.size() && copy.base_offset + copy.length == base_size;
    Carried carried;
    carried.after = first ? 0 : reach.EndFor(text, copy.offset);
    carried.last = ends_both ? end : reach.LastFor(text, carried.after, end);
    if (carried.last <= carried.after) continue;
    carried.base_after = copy.base_offset + (carried.after - copy.offset);
    carried.next = ends_both ? end : reach.BeginFor(text, carried.last);
    if (carried.next <= carried.after + reach.after + kLeastSaved) continue;
    carried_.push_back(carried);
  }
}

void ChangedText::FindPieces(Bytes text, const HitReach& reach) {
  pieces_.clear();
  uint64_t begin = 0;
  uint64_t after = 0;
  for (const Carried& carried : carried_) {
    if (carried.after != after) {
      const uint64_t end = reach.ContextFor(text, carried.after);
      pieces_.push_back({0, begin, end, after, carried.after});
    }
    begin = carried.next;
    after = carried.last;
  }
  if (after != text.size()) pieces_.push_back({0, begin, text.size(), after, text.size()});
}

size_t ChangedText::FirstOf(const HitList& base, const Carried& carried) {
  const std::span<const Hit> known = base.hits();
  const auto first = std::partition_point(known.begin(), known.end(), [&carried](const Hit& hit) {
    return hit.first_end + HitList::kMostEnds <= carried.base_after + 1;
  });
  return static_cast<size_t>(first - known.begin());
}

void ChangedText::MapHit(const Hit& hit, std::vector<Hit>* hits) const {
  auto piece = std::partition_point(pieces_.begin(), pieces_.end(), [&hit](const Piece& one) {
    return one.at + (one.end - one.begin) < hit.first_end;
  });
  // What ends on a separator, or before the first byte of a piece, stands in no piece.
  for (; piece != pieces_.end() && piece->at < hit.last_end; ++piece) {
    const uint64_t shift = piece->begin - piece->at;
    const uint64_t first_end = std::max(hit.first_end + shift, piece->after + 1);
    const uint64_t last_end = std::min(hit.last_end + shift, piece->last);
    if (first_end <= last_end) hits->push_back({hit.id, first_end, last_end});
  }
}

void ChangedText::MapByte(const Hit& hit, std::vector<Hit>* hits) const {
  const auto behind =
      std::partition_point(pieces_.begin(), pieces_.end(),
                           [&hit](const Piece& piece) { return piece.at < hit.first_end; });
  const Piece& piece = *std::prev(behind);
  const uint64_t end = hit.first_end - piece.at + piece.begin;
  hits->push_back({hit.id, end, end});
}

}  // namespace picket
