// The bytes of one object, on the heap and not filled with zeros first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>

#include "core/bytes.h"
#include "git/object_type.h"

namespace picket {

class ObjectBytes {
 public:
  // Makes room for exactly `size` bytes, and reuses what it has. Pages that are never written cost
  // nothing, so that a claimed size is not yet memory. False where there is no room.
  bool Resize(uint64_t size) {
    if (size > capacity_ || data_ == nullptr) {
      data_.reset(size < SIZE_MAX ? new (std::nothrow) uint8_t[static_cast<size_t>(size) + 1]
                                  : nullptr);
      capacity_ = data_ == nullptr ? 0 : static_cast<size_t>(size);
    }
    size_ = data_ == nullptr ? 0 : static_cast<size_t>(size);
    return data_ != nullptr;
  }
  void Release() {
    data_.reset();
    size_ = capacity_ = 0;
  }

  std::span<uint8_t> room() { return {data_.get(), size_}; }
  Bytes bytes() const { return {data_.get(), size_}; }
  size_t capacity() const { return capacity_; }

  ObjectType type = ObjectType::kBlob;

 private:
  std::unique_ptr<uint8_t[]> data_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace picket
