// What a change makes reachable: the vocabulary between the Git wing, which lists it, and the
// scanner and policy, which judge it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/blob.h"
#include "core/finding.h"
#include "core/name_list.h"
#include "core/object_id.h"

namespace picket {

inline constexpr uint32_t kNone = UINT32_MAX;

// Where an object stands: indexes into ChangeList::commits and ChangeList::paths. A first push of a
// large history has millions of places, so they are 8 bytes.
struct Place {
  uint32_t commit = kNone;  // kNone: the index, or a ref itself
  uint32_t path = kNone;    // kNone: the object has no path (a commit, a tag, a ref name)

  auto operator<=>(const Place&) const = default;
};

// Nearly every object of a push comes to one place, and a push has millions of objects: the first
// place needs no memory of its own.
class PlaceList {
 public:
  PlaceList() = default;
  PlaceList(std::initializer_list<Place> places) : PlaceList(std::span(places)) {}
  explicit PlaceList(std::span<const Place> places) {
    for (const Place& place : places) push_back(place);
  }
  PlaceList(const PlaceList& other) : PlaceList(std::span(other)) {}
  PlaceList(PlaceList&&) = default;
  PlaceList& operator=(const PlaceList& other) { return *this = PlaceList(other); }
  PlaceList& operator=(PlaceList&&) = default;

  bool empty() const { return !has_one_ && many_ == nullptr; }
  size_t size() const { return many_ != nullptr ? many_->size() : has_one_ ? 1 : 0; }
  const Place* data() const { return many_ != nullptr ? many_->data() : &one_; }
  const Place* begin() const { return data(); }
  const Place* end() const { return data() + size(); }
  const Place& front() const { return *data(); }
  const Place& back() const { return data()[size() - 1]; }

  void push_back(Place place) {
    if (many_ != nullptr) {
      many_->push_back(place);
    } else if (has_one_) {
      many_ = std::make_unique<std::vector<Place>>(std::vector<Place>{one_, place});
    } else {
      one_ = place;
      has_one_ = true;
    }
  }

 private:
  Place one_;
  bool has_one_ = false;
  std::unique_ptr<std::vector<Place>> many_;  // all of them, where there are more than one
};

struct NewCommit {
  ObjectId oid;
  // Index into ChangeList::refs of the first ref of the change that reaches it; kNone for none.
  uint32_t ref = kNone;
  // Index into ChangeList::attribute_sets.
  uint32_t attributes = 0;
};

// A .gitattributes file.
struct AttributesEntry {
  // "" for the root, else with a '/' at its end.
  std::string folder;
  ObjectId oid;

  auto operator<=>(const AttributesEntry&) const = default;
};

// One place of one object.
struct ObjectPlace {
  uint32_t object = kNone;  // index into ChangeList::objects
  Place place;
};

struct ChangedObject {
  ObjectKind kind = ObjectKind::kBlob;
  ObjectId oid;
  // For kRefName, kTag and objects that a ref points at directly: index into ChangeList::refs.
  uint32_t ref = kNone;
  // Every (commit, path) that the change brings it to, in walk order; never empty for blobs that
  // stand in a tree.
  PlaceList places;
};

struct ChangeList {
  // Refs that the change creates or updates, as full names.
  NameList refs;
  // New commits, parents after children.
  std::vector<NewCommit> commits;
  std::vector<std::string> paths;
  std::vector<ChangedObject> objects;
  // The text of objects of kind kMessage.
  std::string message;
  // Where the change brings symbolic links.
  std::vector<ObjectPlace> links;
  // The .gitattributes files in the folders of what is changed, and as indexes into them the
  // distinct sets that count for commits, outer folders first; the first set is empty.
  std::vector<AttributesEntry> attribute_files;
  std::vector<std::vector<uint32_t>> attribute_sets = {{}};
  // The set that counts for places without a commit: the index.
  uint32_t index_attributes = 0;
  // What could not be listed, and what was left out on purpose (gitlinks, promised objects).
  std::vector<Gap> gaps;
  std::vector<Skipped> skipped;
  // Sentences for the report ("commit 1a2b3c is a shallow boundary and was judged as a root").
  std::vector<std::string> notes;
  // There was no time to list everything. With `is_walked` all new commits are known, and what the
  // last `commits_left` of them change is not listed; without it nothing is.
  bool is_cut = false;
  bool is_walked = true;
  uint64_t commits_left = 0;

  std::string_view PathOf(Place place) const {
    return place.path == kNone ? std::string_view() : std::string_view(paths[place.path]);
  }
  // The content itself where it is no Git object (a name, a message); "" for all else.
  std::string_view TextOf(const ChangedObject& object) const {
    switch (object.kind) {
      case ObjectKind::kRefName: return object.ref == kNone ? std::string_view() : refs[object.ref];
      case ObjectKind::kPathName:
        return object.places.empty() ? std::string_view() : PathOf(object.places.front());
      case ObjectKind::kMessage: return message;
      default: return {};
    }
  }
};

}  // namespace picket
