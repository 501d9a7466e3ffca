// What every reader of Git objects says about one.
#pragma once

#include <cstdint>
#include <string_view>

namespace picket {

enum class ObjectType : uint8_t { kCommit, kTree, kBlob, kTag };

// "commit", "tree", "blob", "tag".
std::string_view ToString(ObjectType type);

enum class ReadStatus : uint8_t { kOk, kMissing, kCorrupt };

struct ObjectHeader {
  ObjectType type = ObjectType::kBlob;
  uint64_t size = 0;  // bytes, inflated
};

}  // namespace picket
