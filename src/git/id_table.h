// Finds ids in a list that somebody else keeps: four to eight bytes an entry, where a hash map of
// ids takes sixty.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/change_list.h"
#include "core/object_id.h"
#include "git/large_pages.h"
#include "git/stored_objects.h"

namespace picket {

// Const once it is filled. `objects` must outlive it; its ids are distinct and fewer than 2^31.
class IdTable {
 public:
  explicit IdTable(const StoredObjects& objects) : IdTable(objects, kLater) { Fill(); }
  // Finds nothing before Fill(), which is called once.
  enum Later { kLater };
  IdTable(const StoredObjects& objects, Later) : objects_(objects) {}
  void Fill() {
    constexpr uint32_t kAhead = 16;
    const auto count = static_cast<uint32_t>(objects_.size());
    slots_.assign(std::bit_ceil(objects_.size() * 2 + 2), kNone);
    for (uint32_t i = 0; i < count; ++i) {
      if (count - i > kAhead) FetchSlot(objects_[i + kAhead].oid);
      slots_[SlotOf(objects_[i].oid)] = i;
    }
  }

  // The position in the list, or kNone.
  uint32_t Find(const ObjectId& oid) const { return slots_[SlotOf(oid)]; }
  // Who looks for many asks for their slots first, then for what stands there: memory answers
  // several at once.
  void FetchSlot(const ObjectId& oid) const { __builtin_prefetch(&slots_[FirstSlotOf(oid)]); }
  void FetchObject(const ObjectId& oid) const {
    const uint32_t found = slots_[FirstSlotOf(oid)];
    if (found != kNone) __builtin_prefetch(objects_.raw_id(found).data());
  }

 private:
  size_t FirstSlotOf(const ObjectId& oid) const {
    return std::hash<ObjectId>()(oid) & (slots_.size() - 1);
  }

  size_t SlotOf(const ObjectId& oid) const {
    size_t mask = slots_.size() - 1;
    size_t slot = FirstSlotOf(oid);
    while (slots_[slot] != kNone && AsText(objects_.raw_id(slots_[slot])) != AsText(oid.raw()))
      slot = (slot + 1) & mask;
    return slot;
  }

  const StoredObjects& objects_;
  std::vector<uint32_t, LargePages<uint32_t>> slots_;
};

}  // namespace picket
