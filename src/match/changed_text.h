// What has to be searched of a text that was made from another by copying ranges of it, when the
// other's hits are known: the ends of matches fall into those that are carried over, since what a
// match may stand on was copied with them, and the others, beside which the text is searched.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/blob.h"
#include "core/bytes.h"
#include "match/hit_list.h"

namespace picket {

// What stands around an end and may decide whether there is a hit; bytes.
struct HitReach {
  // A match is as wide at most, and so much of it stands at most before the line that it ends on.
  uint64_t before = 0;
  uint64_t before_line = 0;
  uint64_t after = 0;
  // Of what stands further behind only the line of the end may decide, up to so many bytes: the
  // word that the end stands in, and whether it goes on elsewhere.
  uint64_t line_after = 0;

  // Where a match may begin that ends behind `end`: the line of `end` begins it, and what may stand
  // before a line.
  uint64_t BeginFor(Bytes text, uint64_t end) const;
  // Where the last match may end that begins before `begin`.
  uint64_t EndFor(Bytes text, uint64_t begin) const;
  // The last end of those in (begin, end] that nothing from `end` on decides; `begin` or less for
  // none.
  uint64_t LastFor(Bytes text, uint64_t begin, uint64_t end) const;
  // Where what decides of ends up to `end` has its own end; no more than the text's.
  uint64_t ContextFor(Bytes text, uint64_t end) const;
};

// One thread's own. Memory is that of the pieces until Trim().
class ChangedText {
 public:
  // `copies` are by offset; `text` has to live as long as bytes() is used.
  void Take(Bytes text, uint64_t base_size, std::span<const CopiedRange> copies,
            const HitReach& reach);
  // Nothing is carried over: nearly all of the text would have to be searched anyway.
  bool is_whole() const { return carried_.empty(); }

  // The pieces of the text that are searched, with a byte 0xFF behind each: no rule file, which is
  // UTF-8, can have it in a literal, and it is part of no token run and of no landmark.
  Bytes bytes() const { return bytes_; }
  // Where `hit` of bytes() ends in the text, as far as that is not carried over; appends to `hits`.
  void MapHit(const Hit& hit, std::vector<Hit>* hits) const;
  // The same of a hit with one end whose match is a byte of a piece, carried over or not.
  void MapByte(const Hit& hit, std::vector<Hit>* hits) const;
  // Appends those of the base's hits that are carried over, where they end in the text, if `wanted`
  // says so of their ids. False, with some of them, once `hits` has more than `most`: a range may
  // be copied any number of times.
  template <typename Wanted>
  bool CarryOver(const HitList& base, Wanted wanted, uint64_t most, std::vector<Hit>* hits) const {
    for (const Carried& carried : carried_) {
      // Counted in the base: what stands before the range there may have no place in the text.
      const uint64_t base_last = carried.base_after + (carried.last - carried.after);
      const auto moved = [&carried](uint64_t end) {
        return end - carried.base_after + carried.after;
      };
      const std::span<const Hit> known = base.hits();
      for (size_t i = FirstOf(base, carried); i < known.size(); ++i) {
        const Hit& hit = known[i];
        if (hit.first_end > base_last) break;
        const uint64_t first_end = std::max(hit.first_end, carried.base_after + 1);
        const uint64_t last_end = std::min(hit.last_end, base_last);
        if (first_end > last_end || !wanted(hit.id)) continue;
        hits->push_back({hit.id, moved(first_end), moved(last_end)});
        if (hits->size() > most) return false;
      }
    }
    return true;
  }
  // Lets go of memory that few texts need. bytes() is no more.
  void Trim();

 private:
  // Ends in (after, last] of the text are those in (base_after, ...] of the base.
  struct Carried {
    uint64_t after = 0;
    uint64_t last = 0;
    uint64_t base_after = 0;
    // What is searched for the ends behind begins here.
    uint64_t next = 0;
  };
  struct Piece {
    uint64_t at = 0;  // in bytes()
    uint64_t begin = 0;
    uint64_t end = 0;
    // Ends in (after, last] are looked for.
    uint64_t after = 0;
    uint64_t last = 0;
  };

  void FindCarried(Bytes text, uint64_t base_size, std::span<const CopiedRange> copies,
                   const HitReach& reach);
  void FindPieces(Bytes text, const HitReach& reach);
  // The first hit that may end in what is carried over.
  static size_t FirstOf(const HitList& base, const Carried& carried);

  std::vector<Carried> carried_;
  std::vector<Piece> pieces_;
  std::vector<uint8_t> space_;
  Bytes bytes_;
};

}  // namespace picket
