#include "match/excerpt.h"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace picket {

void Excerpt::Take(Bytes text, std::span<const TokenRun> runs, const SearchReach& reach) {
  pieces_.clear();
  uint64_t size = 0;
  for (const TokenRun& run : runs) {
    if (!reach.Counts(run)) continue;
    const uint32_t begin = run.begin - std::min(run.begin, reach.before);
    const auto end =
        static_cast<uint32_t>(std::min<uint64_t>(text.size(), uint64_t{run.end} + reach.after));
    if (!pieces_.empty() && begin <= pieces_.back().end) {
      size += end - pieces_.back().end;
      pieces_.back().end = end;
    } else {
      pieces_.push_back({0, begin, end});
      size += end - begin + 1;
    }
  }
  if (size * 4 >= uint64_t{text.size()} * 3 && !pieces_.empty()) {
    pieces_.assign(1, {0, 0, static_cast<uint32_t>(text.size())});
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
