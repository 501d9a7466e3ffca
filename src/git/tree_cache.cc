#include "git/tree_cache.h"

#include <algorithm>
#include <utility>

namespace picket {

Tree::Tree(RawObject object, size_t id_bytes)
    : object_(std::move(object)), parsed_(ParseTree(object_.bytes(), id_bytes)) {
  if (parsed_.sorted) return;
  for (size_t i = 0; i < parsed_.entries.size(); ++i) by_name_.emplace(parsed_.entries[i].name, i);
}

void Tree::Find(std::string_view name, std::vector<size_t>* found) const {
  if (!parsed_.sorted) {
    auto [begin, end] = by_name_.equal_range(name);
    for (auto it = begin; it != end; ++it) found->push_back(it->second);
    return;
  }
  // A file and a folder of one name sort apart.
  for (EntryKind kind : {EntryKind::kBlob, EntryKind::kTree}) {
    TreeEntry wanted{kind, {}, name};
    auto at =
        std::lower_bound(parsed_.entries.begin(), parsed_.entries.end(), wanted, EntryComesBefore);
    if (at != parsed_.entries.end() && at->name == name &&
        (at->kind == EntryKind::kTree) == (kind == EntryKind::kTree))
      found->push_back(static_cast<size_t>(at - parsed_.entries.begin()));
  }
}

uint64_t Tree::bytes_held() const {
  return sizeof *this + object_.bytes().size() + parsed_.entries.size() * sizeof(TreeEntry) +
         by_name_.size() * 64;
}

std::shared_ptr<const Tree> TreeCache::Get(const ObjectId& oid) {
  ReadStatus status;
  return Get(oid, &status, nullptr);
}

std::shared_ptr<const Tree> TreeCache::Get(const ObjectId& oid, ReadStatus* status,
                                           std::string* why) {
  *status = ReadStatus::kOk;
  if (std::shared_ptr<const Tree> known = held_.Find(oid)) return known;
  RawObject object;
  *status = objects_.Read(oid, &object, why);
  if (*status != ReadStatus::kOk) return nullptr;
  if (object.type() != ObjectType::kTree) {
    *status = ReadStatus::kCorrupt;
    if (why != nullptr) *why = "it is a " + std::string(ToString(object.type()));
    return nullptr;
  }
  auto tree = std::make_shared<const Tree>(std::move(object), objects_.id_bytes());
  held_.Put(oid, tree, tree->bytes_held());
  return tree;
}

}  // namespace picket
