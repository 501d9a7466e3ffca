// The content of an object that is stored whole, in a pack or in a file of its own, piece by piece:
// for what is too large for memory.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "git/zlib_stream.h"

namespace picket {

// One thread's own at a time.
class ObjectStream {
 public:
  // Of a pack: `size` is what the object claims, and `file` keeps what the stream is read from.
  ObjectStream(ZlibStream stream, uint64_t size, std::shared_ptr<const void> file)
      : file_(std::move(file)), stream_(std::move(stream)), left_(size) {}
  // Of a file of its own, which ends with the stream: `early` are the first bytes (OpenLoose()).
  ObjectStream(ZlibStream stream, uint64_t size, std::shared_ptr<const void> file,
               std::string early)
      : file_(std::move(file)),
        stream_(std::move(stream)),
        early_(std::move(early)),
        is_loose_(true),
        left_(size) {}

  // The next bytes, as many as fit; how many they are. Less only where the object ends, or is
  // damaged.
  uint64_t Read(uint8_t* out, uint64_t room);
  // Whether all bytes that the object claims were read, and it ends there, the stream's checksum
  // being right.
  bool Ends();

 private:
  std::shared_ptr<const void> file_;
  ZlibStream stream_;
  std::string early_;
  uint64_t early_at_ = 0;
  bool is_loose_ = false;
  uint64_t left_;
};

}  // namespace picket
