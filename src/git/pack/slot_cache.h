// What was made lately and may be asked for again, each in the one slot where it may stand: one
// goes for one that comes, so that memory is used again at once.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace picket {

// `Value` is empty when default-made and says so as a condition; `Hash` spreads over all 64 bits.
template <typename Key, typename Value, typename Hash>
class SlotCache {
 public:
  // In whatever Put() counts.
  explicit SlotCache(uint64_t limit) : limit_(limit) {}

  // Empty where it is not there.
  Value Find(const Key& key) {
    if (slots_.empty()) return Value();
    Slot& slot = SlotOf(key);
    if (!slot.value || !(slot.key == key)) return Value();
    slot.was_used = true;
    return slot.value;
  }

  // What stood in its slot makes room, and beyond the limit what was not used since it was met
  // last.
  void Put(const Key& key, Value value, uint64_t cost) {
    if (cost > limit_) return;
    if (count_ * 2 >= slots_.size() && slots_.size() < kMostSlots) MakeSlots();
    Slot& slot = SlotOf(key);
    Drop(&slot);
    while (cost_ + cost > limit_) {
      Slot& next = slots_[hand_];
      hand_ = (hand_ + 1) & (slots_.size() - 1);
      if (!std::exchange(next.was_used, false)) Drop(&next);
    }
    slot = {key, std::move(value), cost, false};
    ++count_;
    cost_ += cost;
  }

  void Clear() {
    slots_.clear();
    count_ = 0;
    cost_ = 0;
    hand_ = 0;
  }

 private:
  static constexpr size_t kFirstSlots = size_t{1} << 10;
  static constexpr size_t kMostSlots = size_t{1} << 18;

  struct Slot {
    Key key{};
    Value value{};
    uint64_t cost = 0;
    bool was_used = false;
  };

  Slot& SlotOf(const Key& key) { return slots_[Hash()(key) >> shift_]; }

  void Drop(Slot* slot) {
    if (!slot->value) return;
    cost_ -= slot->cost;
    --count_;
    *slot = Slot();
  }

  void MakeSlots() {
    std::vector<Slot> before(slots_.empty() ? kFirstSlots : slots_.size() * 4);
    before.swap(slots_);
    shift_ = 64 - std::countr_zero(slots_.size());
    hand_ = 0;
    for (Slot& old : before) {
      if (!old.value) continue;
      Slot& slot = SlotOf(old.key);
      if (slot.value) {
        cost_ -= old.cost;
        --count_;
      } else {
        slot = std::move(old);
      }
    }
  }

  uint64_t limit_;
  std::vector<Slot> slots_;  // a power of two
  int shift_ = 0;
  size_t count_ = 0;
  size_t hand_ = 0;  // where room is looked for next
  uint64_t cost_ = 0;
};

}  // namespace picket
