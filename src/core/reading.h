// Which object each thread has before it, told in memory that outlives the process (where
// sandbox/sandbox.h has put it there): after a crash it is all that is left to name the object by.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "core/object_id.h"

namespace picket {

// One thread's. Written by it alone; read by others after its end.
struct ReadingSlot {
  std::atomic<uint32_t> taken;  // by a thread that lives
  // Something is being read.
  std::atomic<uint32_t> busy;
  // The signal that this thread was ended by; 0 for none.
  std::atomic<uint32_t> signal;
  uint64_t position;  // in the list that is examined; for what has no id
  uint64_t others;    // small ones that are read together with it
  uint8_t id[32];
  uint8_t id_bytes;  // 0, 20 or 32
};

inline constexpr size_t kReadingSlots = 512;

// Every thread's slot is one of `slots` (kReadingSlots of them, zeroed) from now on; null: nothing
// is told. Before any other thread is started.
void KeepReadings(ReadingSlot* slots);

// The calling thread's; null where nothing is told. Async-signal-safe once the thread has read.
ReadingSlot* ThisReading();

// What the calling thread reads, as long as this lives. They may be nested: an outer one counts
// again when the inner has gone.
class Reading {
 public:
  // `others`: how many small ones are read together with it, whichever ends the process.
  Reading(const ObjectId& oid, uint64_t position, uint64_t others = 0);
  ~Reading();
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

 private:
  ReadingSlot* slot_;
  ObjectId before_;
  uint64_t position_before_ = 0;
  uint64_t others_before_ = 0;
  bool was_busy_ = false;
};

// Objects that ended an earlier process. One that did it once is read (others may be made from it)
// and not examined; one that did it again is not read either. `position` is for what has no id.
// Before any other thread is started. False where it was not read either.
bool AvoidReading(const ObjectId& oid, uint64_t position);
void ForgetAvoided();
bool MayExamine(const ObjectId& oid, uint64_t position);
bool MayRead(const ObjectId& oid);
// The clause for the gap.
inline constexpr char kAvoidedReason[] =
    "the process that read it was ended by a signal, so that it was left out of the next try";

}  // namespace picket
