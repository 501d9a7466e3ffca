// What a long step looks at while it works, and tells: somebody else watches the clock.
#pragma once

#include <atomic>
#include <cstdint>
#include <stop_token>

namespace picket {

struct StepWatch {
  // Once it is requested the step ends soon, and its result says that it is not whole.
  std::stop_token stop = {};
  // Counted up by the step, and by one that goes over its result; may be null.
  std::atomic<uint64_t>* done = nullptr;
  std::atomic<uint64_t>* gone_over = nullptr;

  bool IsStopped() const { return stop.stop_requested(); }
  void Count() const {
    if (done != nullptr) done->fetch_add(1, std::memory_order_relaxed);
  }
  void CountGoneOver() const {
    if (gone_over != nullptr) gone_over->fetch_add(1, std::memory_order_relaxed);
  }
};

}  // namespace picket
