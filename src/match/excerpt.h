// The pieces of a text that stand beside token runs, or landmarks, laid one behind the other
// with a NUL before each: what Hyperscan reads for a group of rules instead of the whole text.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/bytes.h"
#include "match/landmark.h"
#include "match/search_group.h"
#include "match/token_run.h"

namespace picket {

// Memory grows to about the size of the largest text and stays.
class Excerpt {
 public:
  // Valid until the next call; `text` has to live as long. When nearly all of it would be copied,
  // it is taken as it is.
  void Take(Bytes text, std::span<const TokenRun> runs, const SearchReach& reach);
  void Take(Bytes text, std::span<const Landmark> landmarks, const SearchReach& reach);

  Bytes bytes() const { return bytes_; }
  // Where the text's byte is whose successor is at `end` of the excerpt, plus one: the end, in the
  // text, of what ends there. 0 < `end` <= bytes().size().
  uint64_t EndInText(uint64_t end) const;

 private:
  struct Piece {
    uint32_t at = 0;  // in the excerpt
    uint32_t begin = 0;
    uint32_t end = 0;

    uint32_t size() const { return end - begin; }
  };

  // `counts(item)` says which are taken.
  template <typename Item, typename Counts>
  void TakeThose(Bytes text, std::span<const Item> items, const SearchReach& reach, Counts counts);
  void Copy(Bytes text);

  std::vector<Piece> space_;
  std::span<Piece> pieces_;
  std::vector<uint8_t> copy_;
  Bytes bytes_;
};

}  // namespace picket
