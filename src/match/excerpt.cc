#include "match/excerpt.h"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace picket {

void Excerpt::Take(Bytes text, std::span<const TokenRun> runs, const SearchReach& reach) {
  TakeThose(text, runs, reach, [&reach](const TokenRun& run) { return reach.Counts(run); });
}

void Excerpt::Take(Bytes text, std::span<const Landmark> landmarks, const SearchReach& reach) {
  TakeThose(text, landmarks, reach, [](const Landmark&) { return true; });
}

// Without a branch: which items count, and which stand beside the last, can't be predicted.
template <typename Item, typename Counts>
void Excerpt::TakeThose(Bytes text, std::span<const Item> items, const SearchReach& reach,
                        Counts counts) {
  // The first is none: what goes on from it would begin before the text.
  if (space_.size() < items.size() + 1) space_.resize(items.size() + 1);
  size_t last = 0;
  int64_t last_end = -1;
  for (const Item& item : items) {
    const uint32_t begin = item.begin - std::min(item.begin, reach.before);
    const auto end =
        static_cast<int64_t>(std::min<uint64_t>(text.size(), uint64_t{item.end} + reach.after));
    const bool taken = counts(item);
    const bool is_new = taken && begin > last_end;
    last += is_new ? 1u : 0u;
    Piece& piece = space_[last];
    piece.begin = is_new ? begin : piece.begin;
    last_end = taken ? std::max(last_end, end) : last_end;
    piece.end = static_cast<uint32_t>(last_end);
  }
  pieces_ = std::span(space_).subspan(1, last);
  Copy(text);
}

void Excerpt::Copy(Bytes text) {
  uint64_t size = 0;  // with the NULs
  for (const Piece& piece : pieces_) size += piece.size() + 1;
  if (size * 4 >= uint64_t{text.size()} * 3 && !pieces_.empty()) {
    pieces_ = pieces_.first(1);
    pieces_[0] = {0, 0, static_cast<uint32_t>(text.size())};
    bytes_ = text;
    return;
  }
  if (copy_.size() < size) copy_.resize(size);
  uint32_t at = 0;
  for (Piece& piece : pieces_) {
    copy_[at++] = 0;
    piece.at = at;
    std::memcpy(copy_.data() + at, text.data() + piece.begin, piece.size());
    at += piece.size();
  }
  bytes_ = Bytes(copy_).first(at);
}

uint64_t Excerpt::EndInText(uint64_t end) const {
  const auto behind = std::partition_point(pieces_.begin(), pieces_.end(),
                                           [end](const Piece& piece) { return piece.at < end; });
  if (behind == pieces_.begin()) return 0;
  const Piece& piece = *std::prev(behind);
  return std::min<uint64_t>(piece.begin + (end - piece.at), piece.end);
}

}  // namespace picket
