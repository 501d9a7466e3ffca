// What has to be searched of a text that was made from another by copying ranges of it, when the
// other's hits are known: the ends of matches fall into those that are carried over, since what a
// match may stand on was copied with them, and the others, beside which the text is searched.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/blob.h"
#include "core/bytes.h"
#include "match/hit_list.h"

namespace picket {

// What stands around an end and may decide whether there is a hit; bytes.
struct HitReach {
  uint64_t before = 0;
  uint64_t after = 0;
};

// One thread's own. Memory grows to the size of the largest text and stays.
class ChangedText {
 public:
  // False when it is not worth it: nearly all of the text would have to be searched. `copies` are
  // by offset; `text` has to live as long as bytes() is used.
  bool Take(Bytes text, uint64_t base_size, std::span<const CopiedRange> copies,
            const HitReach& reach);

  // The pieces of the text that are searched, with a byte 0xFF between two: no rule file, which is
  // UTF-8, can have it in a literal, and it is part of no token run and of no landmark.
  Bytes bytes() const { return {space_.data(), size_}; }
  // Where `hit` of bytes() ends in the text, as far as that is not carried over; appends to `hits`.
  void MapHit(const Hit& hit, std::vector<Hit>* hits) const;
  // The same wherever it ends in a piece.
  void MapWherever(const Hit& hit, std::vector<Hit>* hits) const;
  // Appends those of the base's hits that are carried over, where they end in the text.
  void CarryOver(const HitList& base, std::vector<Hit>* hits) const;

 private:
  // Ends in (after, last] of the text are those in (base_after, ...] of the base.
  struct Carried {
    uint64_t after = 0;
    uint64_t last = 0;
    uint64_t base_after = 0;
  };
  struct Piece {
    uint64_t at = 0;  // in bytes()
    uint64_t begin = 0;
    uint64_t end = 0;
    // Ends in (after, last] are looked for.
    uint64_t after = 0;
    uint64_t last = 0;
  };

  void FindCarried(uint64_t text_size, uint64_t base_size, std::span<const CopiedRange> copies,
                   const HitReach& reach);
  void FindPieces(uint64_t text_size, const HitReach& reach);
  template <typename Bounds>
  void Map(const Hit& hit, std::vector<Hit>* hits, Bounds bounds) const;

  std::vector<Carried> carried_;
  std::vector<Piece> pieces_;
  std::vector<uint8_t> space_;
  uint64_t size_ = 0;
};

}  // namespace picket
