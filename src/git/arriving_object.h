// A large object that a thread of its own inflates into a temporary file while others read what is
// there. Git would have to write it through a process of its own, in pieces of 16 KiB, and nothing
// could be read before it had ended.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "core/blob.h"
#include "git/object_stream.h"
#include "git/spooled_object.h"

namespace picket {

class ArrivingObject : public Arrival {
 public:
  // `into` has room for `size` bytes, and with `ref` and what that views outlives this.
  ArrivingObject(std::unique_ptr<ObjectStream> stream, uint64_t size, const BlobRef& ref,
                 SpooledObject& into, std::stop_token stop);
  // Leaves off where it is.
  ~ArrivingObject() override;
  ArrivingObject(const ArrivingObject&) = delete;
  ArrivingObject& operator=(const ArrivingObject&) = delete;

  bool Await(uint64_t end) override;

  // After Await() was false: the clause, and whether it is the object's fault.
  const std::string& why() const { return why_; }
  bool is_damaged() const { return is_damaged_; }

 private:
  enum class State : uint8_t { kComing, kWhole, kFailed };

  void Run();
  // Tells how far it is.
  void Tell(uint64_t there, State state);
  void Fail(std::string why, bool is_damaged);

  const std::unique_ptr<ObjectStream> stream_;
  const uint64_t size_;
  const BlobRef& ref_;
  SpooledObject& into_;
  const std::stop_token stop_;
  std::atomic<bool> is_left_{false};

  std::vector<uint8_t> piece_;

  std::mutex mutex_;  // of the next two; what follows them is written before they say so
  uint64_t there_ = 0;
  State state_ = State::kComing;
  std::condition_variable told_;
  std::string why_;
  bool is_damaged_ = false;
  std::thread thread_;
};

}  // namespace picket
