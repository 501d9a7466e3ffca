#include "git/arriving_object.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "core/reading.h"

namespace picket {
namespace {

// Stays in a core's own cache between the inflating and the copying into the file.
constexpr uint64_t kPiece = uint64_t{256} << 10;

}  // namespace

ArrivingObject::ArrivingObject(std::unique_ptr<ObjectStream> stream, uint64_t size,
                               const BlobRef& ref, SpooledObject& into, std::stop_token stop)
    : stream_(std::move(stream)),
      size_(size),
      ref_(ref),
      into_(into),
      stop_(std::move(stop)),
      piece_(std::min(size, kPiece)) {
  try {
    thread_ = std::thread([this] { Run(); });
  } catch (const std::system_error&) {
    Run();  // The system has no thread to give.
  }
}

ArrivingObject::~ArrivingObject() {
  is_left_ = true;
  if (thread_.joinable()) thread_.join();
}

void ArrivingObject::Run() {
  const Reading reading(ref_.oid, ref_.position);
  std::string why;
  for (uint64_t there = 0; there < size_;) {
    if (is_left_ || stop_.stop_requested()) {
      Fail("there was no time to read it", false);
      return;
    }
    const uint64_t wanted = std::min<uint64_t>(size_ - there, piece_.size());
    if (stream_->Read(piece_.data(), wanted) != wanted) {
      Fail("the object is damaged: it breaks off before the " + std::to_string(size_) +
               " bytes that it claims",
           true);
      return;
    }
    if (!into_.Write(there, Bytes(piece_).first(wanted), &why)) {
      Fail(std::move(why), false);
      return;
    }
    there += wanted;
    // The last piece counts once it is known to be the last.
    if (there < size_) Tell(there, State::kComing);
  }
  if (stream_->Ends()) {
    Tell(size_, State::kWhole);
  } else {
    Fail("the object is damaged: it does not end soundly after the " + std::to_string(size_) +
             " bytes that it claims",
         true);
  }
}

void ArrivingObject::Tell(uint64_t there, State state) {
  {
    const std::lock_guard lock(mutex_);
    there_ = there;
    state_ = state;
  }
  told_.notify_all();
}

void ArrivingObject::Fail(std::string why, bool is_damaged) {
  why_ = std::move(why);
  is_damaged_ = is_damaged;
  Tell(0, State::kFailed);
}

bool ArrivingObject::Await(uint64_t end) {
  std::unique_lock lock(mutex_);
  told_.wait(lock, [&] { return there_ >= end || state_ != State::kComing; });
  return state_ == State::kWhole || (state_ == State::kComing && there_ >= end);
}

}  // namespace picket
