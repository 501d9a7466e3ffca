// ObjectId: the name of a Git object, 20 bytes in SHA-1 repositories and 32 in SHA-256 ones.
#pragma once

#include <array>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"

namespace picket {

class ObjectId {
 public:
  ObjectId() = default;
  // `raw` is 20 or 32 bytes.
  static ObjectId FromRaw(Bytes raw) {
    assert(raw.size() == 20 || raw.size() == 32);
    ObjectId id;
    std::memcpy(id.bytes_.data(), raw.data(), raw.size() == 20 ? 20 : 32);
    id.size_ = static_cast<uint8_t>(raw.size());
    return id;
  }
  // 40 or 64 hexadecimal digits of either case, and nothing else.
  static std::optional<ObjectId> TryParse(std::string_view hex);

  // A default-made id is empty: the object has no name of its own (a ref name, a message).
  bool empty() const { return size_ == 0; }
  // Git writes "no object" as all zeros.
  bool is_zero() const;
  Bytes raw() const { return {bytes_.data(), size_}; }
  std::string ToHex() const;

  bool operator==(const ObjectId& other) const = default;
  auto operator<=>(const ObjectId& other) const = default;

 private:
  std::array<uint8_t, 32> bytes_{};
  uint8_t size_ = 0;
};

}  // namespace picket

template <>
struct std::hash<picket::ObjectId> {
  // An object id is a cryptographic hash already: its first bytes spread well enough.
  size_t operator()(const picket::ObjectId& id) const noexcept {
    size_t value = 0;
    if (!id.empty()) std::memcpy(&value, id.raw().data(), sizeof value);
    return value;
  }
};
