#include "match/excerpt.h"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace picket {

void Excerpt::Take(Bytes text, std::span<const TokenRun> runs, const SearchReach& reach) {
  pieces_.clear();
  size_ = 0;
  for (const TokenRun& run : runs) {
    if (reach.Counts(run)) Add(text, run.begin, run.end, reach);
  }
  Copy(text);
}

void Excerpt::Take(Bytes text, std::span<const Landmark> landmarks, const SearchReach& reach) {
  pieces_.clear();
  size_ = 0;
  for (const Landmark& landmark : landmarks) Add(text, landmark.begin, landmark.end, reach);
  Copy(text);
}

void Excerpt::Add(Bytes text, uint32_t begin, uint32_t end, const SearchReach& reach) {
  begin -= std::min(begin, reach.before);
  end = static_cast<uint32_t>(std::min<uint64_t>(text.size(), uint64_t{end} + reach.after));
  if (!pieces_.empty() && begin <= pieces_.back().end) {
    if (end <= pieces_.back().end) return;
    size_ += end - pieces_.back().end;
    pieces_.back().end = end;
  } else {
    pieces_.push_back({0, begin, end});
    size_ += end - begin + 1;
  }
}

void Excerpt::Copy(Bytes text) {
  if (size_ * 4 >= uint64_t{text.size()} * 3 && !pieces_.empty()) {
    pieces_.assign(1, {0, 0, static_cast<uint32_t>(text.size())});
    bytes_ = text;
    return;
  }
  if (copy_.size() < size_) copy_.resize(size_);
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
