// Ids of objects in which an audit found nothing (scan/audit_cache.h).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/blob.h"
#include "core/bytes.h"
#include "core/object_id.h"

namespace picket {

// Ascending and distinct.
struct CleanIds {
  size_t id_bytes = 20;
  std::string ids;    // id_bytes each
  std::string kinds;  // one ObjectKind each

  size_t size() const { return kinds.size(); }
  Bytes id(size_t index) const { return AsBytes(ids).subspan(index * id_bytes, id_bytes); }
  ObjectKind kind(size_t index) const { return static_cast<ObjectKind>(kinds[index]); }
};

// Those of the first one's length, each once.
CleanIds Sorted(std::vector<std::pair<ObjectId, ObjectKind>> objects);

// Whether they are what CleanIds has to be: ids of a length that exists, ascending and distinct,
// and as many kinds, of those that exist.
bool AreCleanIds(size_t id_bytes, std::string_view ids, std::string_view kinds);

}  // namespace picket
