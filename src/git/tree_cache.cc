#include "git/tree_cache.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "git/tree_cursor.h"

namespace picket {
namespace {

constexpr std::string_view kAttributesFile = ".gitattributes";

// How many of `a` are at the start of both.
size_t CountEqual(Bytes a, Bytes b) {
  const size_t size = std::min(a.size(), b.size());
  size_t at = 0;
  while (size - at >= sizeof(uint64_t)) {
    uint64_t left = 0;
    uint64_t right = 0;
    std::memcpy(&left, a.data() + at, sizeof left);
    std::memcpy(&right, b.data() + at, sizeof right);
    if (left != right) break;
    at += sizeof left;
  }
  while (at < size && a[at] == b[at]) ++at;
  return at;
}

}  // namespace

Tree::Tree(RawObject object, size_t id_bytes) : object_(std::move(object)), id_bytes_(id_bytes) {
  const Bytes bytes = object_.bytes();
  // TreeCache::Get() has said so before.
  damaged_ = bytes.size() > kLargest;
  if (damaged_) return;
  places_.reserve(bytes.size() / (id_bytes + 12) + 1);
  TreeCursor cursor(bytes, id_bytes);
  TreeEntry last;
  while (cursor.Next()) {
    const TreeEntry entry{KindOfMode(cursor.mode()), {}, cursor.name()};
    const auto name = static_cast<size_t>(AsBytes(entry.name).data() - bytes.data());
    if (entry.kind == EntryKind::kBlob && entry.name == kAttributesFile)
      attributes_.push_back(static_cast<uint32_t>(places_.size()));
    if (!places_.empty() && sorted_) sorted_ = EntryComesBefore(last, entry);
    places_.push_back(
        {static_cast<uint32_t>(name), static_cast<uint32_t>(entry.name.size()), entry.kind});
    last = entry;
  }
  damaged_ = cursor.broken();
  if (sorted_) return;
  for (size_t i = 0; i < places_.size(); ++i) by_name_.emplace(NameOf(places_[i]), i);
}

void Tree::Find(std::string_view name, std::vector<size_t>* found) const {
  if (!sorted_) {
    auto [begin, end] = by_name_.equal_range(name);
    for (auto it = begin; it != end; ++it) found->push_back(it->second);
    return;
  }
  // A file and a folder of one name sort apart.
  for (EntryKind kind : {EntryKind::kBlob, EntryKind::kTree}) {
    const TreeEntry wanted{kind, {}, name};
    const auto at = std::lower_bound(
        places_.begin(), places_.end(), wanted, [this](const Place& place, const TreeEntry& entry) {
          return EntryComesBefore({place.kind, {}, NameOf(place)}, entry);
        });
    if (at != places_.end() && NameOf(*at) == name &&
        (at->kind == EntryKind::kTree) == (kind == EntryKind::kTree))
      found->push_back(static_cast<size_t>(at - places_.begin()));
  }
}

size_t Tree::CountSame(size_t from, const Tree& other, size_t other_from) const {
  if (from >= places_.size() || other_from >= other.places_.size()) return 0;
  const size_t start = StartOf(from);
  const size_t equal = CountEqual(object_.bytes().subspan(start),
                                  other.object_.bytes().subspan(other.StartOf(other_from)));
  if (EndOf(places_[from]) > start + equal) return 0;
  // Same bytes are cut into the same entries.
  const auto first = places_.begin() + static_cast<std::ptrdiff_t>(from);
  const auto end = std::partition_point(
      first, places_.end(), [&](const Place& place) { return EndOf(place) <= start + equal; });
  return static_cast<size_t>(end - first);
}

uint64_t Tree::bytes_held() const {
  return sizeof *this + object_.bytes().size() + places_.capacity() * sizeof(Place) +
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
  if (object.bytes().size() > largest_) {
    *status = ReadStatus::kCorrupt;
    if (why != nullptr)
      *why = "its " + std::to_string(object.bytes().size()) +
             " bytes are more than are read of a tree";
    return nullptr;
  }
  auto tree = std::make_shared<const Tree>(std::move(object), objects_.id_bytes());
  held_.Put(oid, tree, tree->bytes_held());
  return tree;
}

}  // namespace picket
