// One pack as trees of deltas: every entry, what it is a delta of, and what are deltas of it. Known
// from the index and the entries' headers; nothing is inflated.
//
// Walked from its roots, each base is built once and serves all its children (see forest_walk.h).
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "git/large_pages.h"
#include "git/object_type.h"
#include "git/pack/pack_store.h"

namespace picket {

class ObjectDatabase;

class DeltaForest {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  enum class State : uint8_t {
    kGood,
    kDamaged,    // its header or its base can't be read, or it is its own base
    kTooDeep,    // its chain is longer than kMaxDeltaChain
    kDuplicate,  // the index names this object at another offset too
  };

  // 20 bytes: a history may have ten million.
  struct Entry {
    uint32_t index_position = 0;  // in the pack's index
    uint32_t base = kNone;        // position of its base; kNone: a root
    uint32_t label = kNone;       // the caller's; kNone: not wanted
    // Where it begins in the pack, bytes; in two parts, see DeltaForest::offset().
    uint32_t offset_low = 0;
    uint32_t offset_high : 13 = 0;
    uint32_t depth : 13 = 0;  // how many deltas stand above
    State state : 2 = State::kGood;
    ObjectType type : 2 = ObjectType::kBlob;
    // A root that is a delta all the same, on an object outside of this pack.
    bool has_outer_base : 1 = false;
    // Entries below this one are wanted.
    bool wanted_below : 1 = false;

    // Something at or below it is wanted.
    bool wanted() const { return label != kNone || wanted_below; }
  };

  // `pack` is open. `database` answers for bases outside of the pack. `threads` is 1 or
  // more; the result is the same for any.
  DeltaForest(std::shared_ptr<const PackFile> pack, ObjectDatabase& database, unsigned threads);

  const PackFile& pack() const { return *pack_; }
  const std::shared_ptr<const PackFile>& shared_pack() const { return pack_; }
  // By offset.
  std::span<const Entry> entries() const { return entries_; }
  ObjectId id(uint32_t entry) const {
    const Entry& known = entries_[entry];
    const Bytes ids = known.type == ObjectType::kTree ? tree_ids_ : object_ids_;
    if (known.label == kNone || ids.empty()) return pack_->index().id(known.index_position);
    const size_t id_bytes = pack_->id_bytes();
    return ObjectId::FromRaw(ids.subspan(known.label * id_bytes, id_bytes));
  }
  // In the pack, bytes. An offset that the index does not have lies behind every pack.
  uint64_t offset(uint32_t entry) const {
    const Entry& known = entries_[entry];
    const uint64_t offset = uint64_t{known.offset_high} << 32 | known.offset_low;
    return offset == kFar ? OffsetAt(known.index_position) : offset;
  }
  // By the number of wanted entries below, then by offset: who walks them in this order and lets go
  // of a base with its last child holds no more than a logarithm of bases.
  std::span<const uint32_t> children(uint32_t entry) const {
    return std::span(children_).subspan(first_child_[entry],
                                        first_child_[entry + size_t{1}] - first_child_[entry]);
  }
  // The entry will be asked for soon: packs are large, and in another order. Memory answers several
  // at once, but not before it is known where to look: first this, and some time later
  // FetchBytes().
  void Fetch(uint32_t entry) const {
    __builtin_prefetch(&entries_[entry]);
    __builtin_prefetch(&first_child_[entry]);
  }
  // Its compressed bytes, and what comes below it.
  void FetchBytes(uint32_t entry) const {
    __builtin_prefetch(children_.data() + first_child_[entry]);
    if (object_ids_.empty()) pack_->index().FetchId(entries_[entry].index_position);
    const Bytes bytes = pack_->bytes();
    const uint64_t begin = offset(entry);
    if (begin >= bytes.size()) return;
    const uint64_t most = std::min<uint64_t>(bytes.size() - begin, kFetchedBytes);
    for (uint64_t at = 0; at < most; at += kLine) __builtin_prefetch(&bytes[begin + at]);
  }
  // The compressed bytes of an entry end before this. An index may place the next entry anywhere.
  uint64_t end(uint32_t entry) const {
    if (lengths_.empty()) {
      const size_t next = entry + size_t{1};
      if (next == entries_.size()) return pack_->end();
      return std::min(offset(static_cast<uint32_t>(next)), pack_->end());
    }
    const uint64_t begin = offset(entry);
    const uint64_t most = lengths_[entry];
    if (begin >= pack_->end() || most == kLong || most > pack_->end() - begin) return pack_->end();
    return begin + most;
  }
  // A clause about an entry that is not good.
  std::string Why(uint32_t entry) const;

  // Before walking, once: label(entry) is asked for every good entry, by offset.
  template <typename Label>
  void LabelAll(const Label& label) {
    for (uint32_t i = 0; i < entries_.size(); ++i) {
      if (entries_[i].state == State::kGood) entries_[i].label = label(i);
    }
    CountWanted();
  }
  // Moves the labels to the order of a walk: relabel(entry) is asked for every wanted entry below
  // `root`, itself included, parents before children.
  template <typename Relabel>
  void RelabelInOrder(uint32_t root, const Relabel& relabel) {
    std::vector<uint32_t> pending = {root};
    while (!pending.empty()) {
      const uint32_t entry = pending.back();
      pending.pop_back();
      if (!entries_[entry].wanted()) continue;
      if (entries_[entry].label != kNone) entries_[entry].label = relabel(entry);
      const std::span<const uint32_t> below = children(entry);
      pending.insert(pending.end(), below.rbegin(), below.rend());
    }
  }
  // The ids of the labelled entries, each at its label: in the order of a walk, where the index has
  // them in that of ids. `trees` those of trees, `objects` of all else; they must outlive this.
  void UseIds(Bytes objects, Bytes trees) {
    object_ids_ = objects;
    tree_ids_ = trees;
  }
  // Where entries stand once others are gone.
  class Moved {
   public:
    // Of one that stays.
    uint32_t operator()(uint32_t entry) const {
      const uint64_t lower = stays_[entry / 64] & ((uint64_t{1} << (entry % 64)) - 1);
      return before_[entry / 64] + static_cast<uint32_t>(std::popcount(lower));
    }

   private:
    friend class DeltaForest;
    bool Stays(uint32_t entry) const { return (stays_[entry / 64] >> (entry % 64) & 1) != 0; }

    // A bit for each entry, and how many of those before every 64th stay.
    std::vector<uint64_t> stays_;
    std::vector<uint32_t> before_;
  };
  // Gives back the room of all entries of a type, which nobody walks any more. Those that stay move
  // up.
  Moved Forget(ObjectType type);

 private:
  // The rest of an entry's bytes the processor fetches by itself.
  static constexpr uint64_t kFetchedBytes = 256;
  static constexpr uint64_t kLine = 64;

  // No pack is as large: where an entry is said to begin there or behind it.
  static constexpr uint64_t kFar = (uint64_t{1} << 45) - 1;
  static constexpr uint32_t kLong = UINT32_MAX;

  uint64_t OffsetAt(uint32_t index_position) const {
    return pack_->index().offset(index_position).value_or(UINT64_MAX);
  }
  void ListEntries();
  void ReadHeaders(unsigned threads);
  void ReadHeader(uint32_t entry, std::span<const uint32_t> by_index);
  void Resolve(ObjectDatabase& database);
  void ResolveRoot(uint32_t entry, ObjectDatabase& database);
  void LinkChildren();
  void CountWanted();
  uint32_t FindOffset(uint64_t offset) const;

  std::shared_ptr<const PackFile> pack_;
  template <typename T>
  using Table = std::vector<T, LargePages<T>>;

  Table<Entry> entries_;
  Table<uint32_t> first_child_;  // into children_, one more than entries
  Table<uint32_t> children_;
  std::vector<uint32_t> by_depth_;  // entries that have a base, the deepest last; until LabelAll()
  // While entries are resolved: the offsets of all, and of each part of the pack, 2^part_bits_
  // bytes, the first entry in it or behind it.
  Table<uint64_t> offsets_;
  Table<uint32_t> parts_;
  unsigned part_bits_ = 0;
  // After Forget(): of each entry the bytes to where another began in the pack, or kLong where they
  // are more than the number can say.
  Table<uint32_t> lengths_;
  Bytes object_ids_;  // see UseIds()
  Bytes tree_ids_;
};

}  // namespace picket
