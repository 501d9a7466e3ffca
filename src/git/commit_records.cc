#include "git/commit_records.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "git/raw_objects.h"

namespace picket {

CommitRecords::CommitRecords(const ObjectInventory& inventory, const KnownIds& ids)
    : inventory_(inventory), ids_(ids) {
  // Blobs, then commits, then tags.
  const auto begin = std::partition_point(
      inventory.objects.begin(), inventory.objects.end(),
      [](const StoredObject& object) { return object.type == ObjectType::kBlob; });
  const auto end = std::partition_point(begin, inventory.objects.end(), [](const auto& object) {
    return object.type == ObjectType::kCommit;
  });
  first_ = static_cast<uint32_t>(begin - inventory.objects.begin());
  records_.resize(static_cast<size_t>(end - begin));
}

void CommitRecords::Note(uint32_t position, Bytes commit) {
  if (position < first_ || position - first_ >= records_.size()) return;
  const size_t id_bytes = inventory_.objects[position].oid.raw().size();
  const std::optional<CommitHeader> header = TryParseCommit(commit, id_bytes);
  if (!header) return;
  ids_.trees().FetchSlot(header->tree);
  for (const ObjectId& parent : header->parents) ids_.objects().FetchSlot(parent);
  ids_.trees().FetchObject(header->tree);
  for (const ObjectId& parent : header->parents) ids_.objects().FetchObject(parent);
  Record record;
  record.tree = ids_.FindTree(header->tree);
  if (record.tree == kNone) return;
  record.time = header->committer_time;
  record.parent_count = static_cast<uint32_t>(header->parents.size());
  std::vector<uint32_t> many;
  for (size_t i = 0; i < header->parents.size(); ++i) {
    const uint32_t found = ids_.FindObject(header->parents[i]);
    if (found == kNone || found < first_ || found - first_ >= records_.size()) return;
    if (header->parents.size() > kFew) {
      many.push_back(found - first_);
    } else {
      record.parents[i] = found - first_;
    }
  }
  if (!many.empty()) {
    std::lock_guard lock(mutex_);
    many_parents_.emplace(position - first_, std::move(many));
  }
  records_[position - first_] = record;
}

std::span<const uint32_t> CommitRecords::parents(uint32_t commit) const {
  const Record& record = records_[commit];
  if (record.parent_count > kFew) return many_parents_.at(commit);
  return std::span(record.parents).first(record.parent_count);
}

}  // namespace picket
