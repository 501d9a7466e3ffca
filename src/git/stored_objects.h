// A long list of ids and types: 21 bytes each where ids have 20, for who holds ten million.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <vector>

#include "core/bytes.h"
#include "core/object_id.h"
#include "git/large_pages.h"
#include "git/object_type.h"

namespace picket {

struct StoredObject {
  ObjectId oid;
  ObjectType type = ObjectType::kBlob;
};

// Elements are made when they are asked for.
class StoredObjects {
 public:
  class Iterator {
   public:
    using iterator_category = std::random_access_iterator_tag;
    using value_type = StoredObject;
    using difference_type = ptrdiff_t;
    using pointer = void;
    using reference = StoredObject;

    Iterator() = default;
    Iterator(const StoredObjects* list, size_t at) : list_(list), at_(at) {}
    StoredObject operator*() const { return (*list_)[at_]; }
    Iterator& operator++() { return *this += 1; }
    Iterator operator++(int) {
      const Iterator before = *this;
      ++at_;
      return before;
    }
    Iterator& operator--() { return *this += -1; }
    Iterator& operator+=(ptrdiff_t count) {
      at_ += static_cast<size_t>(count);
      return *this;
    }
    Iterator operator+(ptrdiff_t count) const { return Iterator(*this) += count; }
    ptrdiff_t operator-(const Iterator& other) const {
      return static_cast<ptrdiff_t>(at_ - other.at_);
    }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    const StoredObjects* list_ = nullptr;
    size_t at_ = 0;
  };

  // All ids have as many bytes: 20 or 32.
  explicit StoredObjects(size_t id_bytes = 20) : id_bytes_(id_bytes) {}
  StoredObjects(std::initializer_list<StoredObject> objects) {
    for (const StoredObject& object : objects) push_back(object);
  }

  size_t size() const { return types_.size(); }
  bool empty() const { return types_.empty(); }
  Bytes raw_id(size_t at) const { return Bytes(ids_).subspan(at * id_bytes_, id_bytes_); }
  // Of all, one after the other; valid until one is added.
  Bytes raw_ids() const { return ids_; }
  ObjectType type(size_t at) const { return types_[at]; }
  StoredObject operator[](size_t at) const { return {ObjectId::FromRaw(raw_id(at)), types_[at]}; }
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size()}; }

  void reserve(size_t count) {
    ids_.reserve(count * id_bytes_);
    types_.reserve(count);
  }
  // The first id says how many bytes all have; an empty one stands for one that SetId() brings.
  void push_back(const StoredObject& object) {
    const Bytes raw = object.oid.raw();
    if (empty() && !raw.empty()) id_bytes_ = raw.size();
    ids_.insert(ids_.end(), raw.begin(), raw.end());
    types_.push_back(object.type);
    ids_.resize(types_.size() * id_bytes_);
  }
  // From any thread, each element by one.
  void SetId(size_t at, Bytes raw) {
    std::copy_n(raw.begin(), id_bytes_, ids_.begin() + static_cast<ptrdiff_t>(at * id_bytes_));
  }

 private:
  size_t id_bytes_ = 20;
  std::vector<uint8_t, LargePages<uint8_t>> ids_;
  std::vector<ObjectType> types_;
};

}  // namespace picket
