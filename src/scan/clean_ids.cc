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

bool AreCleanIds(size_t id_bytes, std::string_view ids, std::string_view kinds) {
  if (id_bytes != 20 && id_bytes != 32) return false;
  if (ids.size() != kinds.size() * id_bytes) return false;
  const auto exists = [](char kind) { return static_cast<ObjectKind>(kind) <= ObjectKind::kFile; };
  if (!std::all_of(kinds.begin(), kinds.end(), exists)) return false;
  for (size_t at = id_bytes; at < ids.size(); at += id_bytes) {
    if (std::memcmp(ids.data() + at - id_bytes, ids.data() + at, id_bytes) >= 0) return false;
  }
  return true;
}

}  // namespace picket
