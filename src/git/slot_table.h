// Finds things in a list that somebody else keeps, by a hash that nobody outside can foresee: eight
// to sixteen bytes a thing and no allocation for each, where a map of ids takes sixty.
#pragma once

#include <sys/random.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "core/change_list.h"
#include "core/object_id.h"
#include "git/large_pages.h"

namespace picket {

// Names and ids come from whoever pushes: without a secret of this process they could be chosen to
// meet in one slot.
class KeyedHash {
 public:
  KeyedHash() {
    if (getrandom(&key_, sizeof key_, GRND_NONBLOCK) != static_cast<ssize_t>(sizeof key_))
      key_ = static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  }
  uint64_t operator()(Bytes bytes) const {
    uint64_t hash = key_ ^ bytes.size();
    while (!bytes.empty()) {
      uint64_t word = 0;
      const size_t count = bytes.size() < sizeof word ? bytes.size() : sizeof word;
      std::memcpy(&word, bytes.data(), count);
      hash = Fold(hash ^ word);
      bytes = bytes.subspan(count);
    }
    return Fold(hash ^ key_);
  }

 private:
  // Both halves of the product, so that no difference of two words survives unchanged.
  static uint64_t Fold(uint64_t value) {
    constexpr uint64_t kFactor = 0x9e3779b97f4a7c15U;
    const auto product = static_cast<unsigned __int128>(value) * kFactor;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  }

  uint64_t key_ = 0;
};

class SlotTable {
 public:
  // The index that was inserted with this hash and for which is_it(index) holds, or kNone.
  template <typename IsIt>
  uint32_t Find(uint64_t hash, const IsIt& is_it) const {
    if (slots_.empty()) return kNone;
    const auto mark = static_cast<uint32_t>(hash);
    const size_t mask = slots_.size() - 1;
    for (size_t slot = SlotOf(mark, mask); slots_[slot].index != kNone; slot = (slot + 1) & mask) {
      if (slots_[slot].mark == mark && is_it(slots_[slot].index)) return slots_[slot].index;
    }
    return kNone;
  }
  // For whoever asks a little later: a table of many lies in no cache.
  void Fetch(uint64_t hash) const {
    if (slots_.empty()) return;
    __builtin_prefetch(&slots_[SlotOf(static_cast<uint32_t>(hash), slots_.size() - 1)]);
  }
  void Reserve(size_t count) { GrowTo(std::bit_ceil(std::max<size_t>(count * 2 + 2, 64))); }
  // What is not there yet. No more than 2^31 of them.
  void Insert(uint64_t hash, uint32_t index) {
    if ((count_ + 1) * 2 > slots_.size()) GrowTo(slots_.empty() ? 64 : slots_.size() * 2);
    ++count_;
    Put({static_cast<uint32_t>(hash), index});
  }

 private:
  struct Slot {
    uint32_t mark = 0;
    uint32_t index = kNone;
  };

  static size_t SlotOf(uint32_t mark, size_t mask) { return mark & mask; }

  void Put(const Slot& slot) {
    const size_t mask = slots_.size() - 1;
    size_t at = SlotOf(slot.mark, mask);
    while (slots_[at].index != kNone) at = (at + 1) & mask;
    slots_[at] = slot;
  }
  void GrowTo(size_t size) {
    std::vector<Slot> before;
    ReserveInLargePages(&before, size);
    before.resize(size);
    before.swap(slots_);
    for (const Slot& slot : before)
      if (slot.index != kNone) Put(slot);
  }

  std::vector<Slot> slots_;
  size_t count_ = 0;
};

// Const after construction. `ids`, of which some may stand twice, must outlive it.
class IdSet {
 public:
  explicit IdSet(std::span<const ObjectId> ids) : ids_(ids) {
    table_.Reserve(ids.size());
    for (uint32_t i = 0; i < ids.size(); ++i)
      if (!contains(ids[i])) table_.Insert(hash_(ids[i].raw()), i);
  }
  bool contains(const ObjectId& id) const {
    return table_.Find(hash_(id.raw()), [&](uint32_t index) { return ids_[index] == id; }) != kNone;
  }

 private:
  std::span<const ObjectId> ids_;
  KeyedHash hash_;
  SlotTable table_;
};

}  // namespace picket
