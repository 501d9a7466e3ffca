#include "scan/clean_ids.h"

#include <algorithm>
#include <cstring>

namespace picket {

CleanIds Sorted(std::vector<std::pair<ObjectId, ObjectKind>> objects) {
  std::sort(objects.begin(), objects.end());
  CleanIds sorted;
  if (!objects.empty()) sorted.id_bytes = objects.front().first.raw().size();
  std::string_view last;
  for (const auto& [oid, kind] : objects) {
    const std::string_view raw = AsText(oid.raw());
    if (raw.size() != sorted.id_bytes || raw == last) continue;
    sorted.ids += raw;
    sorted.kinds.push_back(static_cast<char>(kind));
    last = raw;
  }
  return sorted;
}

bool IsAscending(std::string_view ids, size_t id_bytes) {
  for (size_t at = id_bytes; at < ids.size(); at += id_bytes) {
    if (std::memcmp(ids.data() + at - id_bytes, ids.data() + at, id_bytes) >= 0) return false;
  }
  return true;
}

}  // namespace picket
