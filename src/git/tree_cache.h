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

// A tree and the bytes that its names point into. Of an entry it keeps where it stands: a walk
// holds millions of them, and most are only ever found to be the same as before.
class Tree {
 public:
  // Bytes. Where names stand is told in four.
  static constexpr uint64_t kLargest = uint64_t{1} << 30;

  // Of one that is larger nothing is read, and it counts as damaged.
  Tree(RawObject object, size_t id_bytes);

  // Made as they are asked for; they live on their own, and their names as long as the tree.
  class Entries {
   public:
    class Iterator {
     public:
      Iterator(const Tree& tree, size_t at) : tree_(&tree), at_(at) {}
      TreeEntry operator*() const { return tree_->At(at_); }
      Iterator& operator++() {
        ++at_;
        return *this;
      }
      bool operator==(const Iterator& other) const { return at_ == other.at_; }

     private:
      const Tree* tree_;
      size_t at_;
    };

    explicit Entries(const Tree& tree) : tree_(tree) {}
    size_t size() const { return tree_.places_.size(); }
    bool empty() const { return tree_.places_.empty(); }
    TreeEntry operator[](size_t i) const { return tree_.At(i); }
    Iterator begin() const { return {tree_, 0}; }
    Iterator end() const { return {tree_, size()}; }

   private:
    const Tree& tree_;
  };
  Entries entries() const { return Entries(*this); }
  bool damaged() const { return damaged_; }
  // Indexes of the entries of that name: one in a tree that Git wrote, any number in others.
  // Appended to `found`.
  void Find(std::string_view name, std::vector<size_t>* found) const;
  // How many entries from `from` on are, byte for byte, those of `other` from `other_from` on.
  size_t CountSame(size_t from, const Tree& other, size_t other_from) const;
  // Of the files called .gitattributes, ascending.
  const std::vector<uint32_t>& attributes() const { return attributes_; }
  uint64_t bytes_held() const;

 private:
  // Of an entry: its name, right behind which stand a NUL and the id.
  struct Place {
    uint32_t name = 0;  // in the object's bytes
    uint32_t name_bytes = 0;
    EntryKind kind = EntryKind::kBlob;
  };

  std::string_view NameOf(const Place& place) const {
    return AsText(object_.bytes().subspan(place.name, place.name_bytes));
  }
  size_t EndOf(const Place& place) const {
    return size_t{place.name} + place.name_bytes + 1 + id_bytes_;
  }
  size_t StartOf(size_t entry) const { return entry == 0 ? 0 : EndOf(places_[entry - 1]); }
  TreeEntry At(size_t entry) const {
    const Place& place = places_[entry];
    const Bytes id = object_.bytes().subspan(EndOf(place) - id_bytes_, id_bytes_);
    return {place.kind, ObjectId::FromRaw(id), NameOf(place)};
  }

  RawObject object_;
  size_t id_bytes_;
  std::vector<Place> places_;
  std::vector<uint32_t> attributes_;
  bool sorted_ = true;
  bool damaged_ = false;
  // Where the order can't be trusted.
  std::unordered_multimap<std::string_view, size_t> by_name_;
};

// One thread's own, like the database that it reads.
class TreeCache {
 public:
  // `limit`: about how much is kept, in bytes. `largest`: the bytes of one tree, no more than
  // Tree::kLargest; tests make it small. `objects` must outlive the cache.
  explicit TreeCache(ObjectDatabase& objects, uint64_t limit = uint64_t{64} << 20,
                     uint64_t largest = Tree::kLargest)
      : objects_(objects), held_(limit), largest_(largest) {}

  // Null with a status, and a clause in `why` (may be null), where there is no such tree, or it is
  // larger than a tree may be.
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
  uint64_t largest_;
};

}  // namespace picket
