#include "core/reading.h"

#include <cstring>
#include <unordered_map>

namespace picket {
namespace {

ReadingSlot* all_slots = nullptr;
thread_local ReadingSlot* own_slot = nullptr;

// Gives the slot back when the thread ends. Apart from the pointer, which a signal handler reads.
struct SlotReturn {
  ReadingSlot* slot = nullptr;
  ~SlotReturn() {
    own_slot = nullptr;
    if (slot != nullptr && all_slots != nullptr) slot->taken = 0;
  }
};

ReadingSlot* TakeSlot() {
  thread_local SlotReturn give_back;
  for (size_t i = 0; i < kReadingSlots; ++i) {
    uint32_t free = 0;
    if (!all_slots[i].taken.compare_exchange_strong(free, 1)) continue;
    give_back.slot = &all_slots[i];
    return &all_slots[i];
  }
  return nullptr;
}

struct Avoided {
  std::unordered_map<ObjectId, int> ids;
  std::unordered_map<uint64_t, int> positions;
  bool any = false;
};

Avoided& TheAvoided() {
  static Avoided avoided;
  return avoided;
}

void Write(ReadingSlot* slot, const ObjectId& oid, uint64_t position, uint64_t others) {
  slot->position = position;
  slot->others = others;
  slot->id_bytes = static_cast<uint8_t>(oid.raw().size());
  if (!oid.empty()) std::memcpy(slot->id, oid.raw().data(), oid.raw().size());
}

}  // namespace

void KeepReadings(ReadingSlot* slots) {
  all_slots = slots;
  own_slot = nullptr;
}

ReadingSlot* ThisReading() {
  if (own_slot == nullptr && all_slots != nullptr) own_slot = TakeSlot();
  return own_slot;
}

Reading::Reading(const ObjectId& oid, uint64_t position, uint64_t others) : slot_(ThisReading()) {
  if (slot_ == nullptr) return;
  was_busy_ = slot_->busy.load(std::memory_order_relaxed) != 0;
  if (was_busy_) {
    if (slot_->id_bytes != 0) before_ = ObjectId::FromRaw({slot_->id, slot_->id_bytes});
    position_before_ = slot_->position;
    others_before_ = slot_->others;
  }
  Write(slot_, oid, position, others);
  slot_->busy.store(1, std::memory_order_relaxed);
}

Reading::~Reading() {
  if (slot_ == nullptr) return;
  if (was_busy_) {
    Write(slot_, before_, position_before_, others_before_);
  } else {
    slot_->busy.store(0, std::memory_order_relaxed);
  }
}

bool AvoidReading(const ObjectId& oid, uint64_t position) {
  Avoided& avoided = TheAvoided();
  avoided.any = true;
  int& times = oid.empty() ? avoided.positions[position] : avoided.ids[oid];
  return ++times <= (oid.empty() ? 1 : 2);
}

void ForgetAvoided() { TheAvoided() = Avoided(); }

bool MayExamine(const ObjectId& oid, uint64_t position) {
  const Avoided& avoided = TheAvoided();
  if (!avoided.any) return true;
  return oid.empty() ? !avoided.positions.contains(position) : !avoided.ids.contains(oid);
}

bool MayRead(const ObjectId& oid) {
  const Avoided& avoided = TheAvoided();
  if (!avoided.any) return true;
  const auto known = avoided.ids.find(oid);
  return known == avoided.ids.end() || known->second < 2;
}

}  // namespace picket
