// Trees, parsed once and kept while they are likely to be asked for again: a parent's tree is the
// next commit's own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/object_id.h"
#include "git/pack/slot_cache.h"
#include "git/raw_objects.h"
#include "git/repository.h"

namespace picket {

// A tree and the bytes that its names point into.
class Tree {
 public:
  Tree(RawObject object, size_t id_bytes);

  const std::vector<TreeEntry>& entries() const { return parsed_.entries; }
  bool damaged() const { return parsed_.damaged; }
  // Indexes of the entries of that name: one in a tree that Git wrote, any number in others.
  // Appended to `found`.
  void Find(std::string_view name, std::vector<size_t>* found) const;
  uint64_t bytes_held() const;

 private:
  RawObject object_;
  ParsedTree parsed_;
  // Where the order can't be trusted.
  std::unordered_multimap<std::string_view, size_t> by_name_;
};

// One thread's own, like the database that it reads.
class TreeCache {
 public:
  // `limit`: about how much is kept, in bytes. `objects` must outlive the cache.
  explicit TreeCache(ObjectDatabase& objects, uint64_t limit = uint64_t{64} << 20)
      : objects_(objects), held_(limit) {}

  // Null with a status, and a clause in `why` (may be null), where there is no such tree.
  std::shared_ptr<const Tree> Get(const ObjectId& oid, ReadStatus* status, std::string* why);
  std::shared_ptr<const Tree> Get(const ObjectId& oid);
  ObjectDatabase& objects() { return objects_; }

 private:
  struct Hash {
    size_t operator()(const ObjectId& oid) const {
      return std::hash<ObjectId>()(oid) * 0x9e3779b97f4a7c15U;
    }
  };

  ObjectDatabase& objects_;
  SlotCache<ObjectId, std::shared_ptr<const Tree>, Hash> held_;
};

}  // namespace picket
