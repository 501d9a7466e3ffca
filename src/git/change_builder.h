// Puts a ChangeList together: one object per distinct id, one path per distinct name, bounded.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/change_list.h"
#include "core/object_id.h"
#include "git/pages_ahead.h"
#include "git/slot_table.h"
#include "git/tree_changes.h"

namespace picket {

struct ChangeLimits {
  uint64_t places = 50'000'000;             // (commit, path) pairs
  uint64_t path_bytes = uint64_t{1} << 30;  // of distinct paths
  size_t gaps = 1'000;                      // beyond that they are counted
};

class ChangeBuilder : public TreeChangeVisitor {
 public:
  // `may_be_promised`: a tree that is missing is left out, not lost.
  explicit ChangeBuilder(bool may_be_promised, const ChangeLimits& limits = {});
  ChangeBuilder(const ChangeBuilder&) = delete;
  ChangeBuilder& operator=(const ChangeBuilder&) = delete;

  // So many are about to be added. `names` are those of all refs for which AddRef() will be called,
  // in this order, so that they need not be copied; or empty.
  void ExpectRefs(size_t count, const NameList& names);
  void ExpectObjects(size_t count);
  // Has the pages of what is expected cleared by a thread of its own. Whoever asks the system for
  // memory meanwhile may wait for it.
  void ClearPagesAhead() { pages_.Clear(list_.objects, list_.objects.capacity()); }
  uint32_t AddRef(std::string_view name);
  void AddTag(const ObjectId& oid, uint32_t ref);
  // A blob that a ref points at.
  void AddRefBlob(const ObjectId& oid, uint32_t ref);
  // What follows from Visit() belongs to this commit.
  void StartCommit(const ObjectId& oid, uint32_t ref);
  // What follows belongs to a tree that `ref` points at.
  void StartRefTree(uint32_t ref);
  void AddGap(Gap gap) {
    ListHeld();
    PutGap(std::move(gap));
  }
  void AddNote(std::string note) { list_.notes.push_back(std::move(note)); }
  // See ChangeList::is_cut.
  void CutBeforeWalk() { list_.is_cut = true, list_.is_walked = false; }
  // A commit of which nothing is listed but that it is there.
  void AddCommitLeft(const ObjectId& oid, uint32_t ref);

  void OnBlob(std::string_view path, const ObjectId& oid) override;
  void OnLink(std::string_view path, const ObjectId& oid) override;
  void OnAttributes(std::string_view folder, const ObjectId& oid) override;
  void OnNewPath(std::string_view path) override;
  void OnGitlink(std::string_view path, const ObjectId& oid) override;
  void OnUnreadable(std::string_view path, const ObjectId& oid, ReadStatus status,
                    std::string_view why) override;
  void OnTooLarge(std::string_view path, std::string_view why) override;

  ChangeList Finish();

 private:
  // What a tree says of one path, held back for a moment while the tables are fetched from memory.
  struct Held {
    std::string path;
    uint64_t path_hash = 0;
    bool is_new = false;
    ObjectId oid;  // empty: no blob
    uint64_t oid_hash = 0;
  };
  static constexpr size_t kHeld = 16;

  Held& Hold(std::string_view path);
  void ListOldest();
  // Before anything else is listed: the order counts.
  void ListHeld() {
    while (held_ != 0) ListOldest();
  }
  void ListBlob(std::string_view path, uint64_t path_hash, const ObjectId& oid, uint64_t oid_hash);
  void ListNewPath(std::string_view path, uint64_t path_hash);
  void PutGap(Gap gap);
  uint32_t PathIndex(std::string_view path, uint64_t hash);
  // False, with a gap, when there is no room for one more.
  bool TakePlace(std::string_view path);
  ChangedObject& Object(ObjectKind kind, const ObjectId& oid) {
    return Object(kind, oid, hash_(oid.raw()));
  }
  ChangedObject& Object(ObjectKind kind, const ObjectId& oid, uint64_t hash);
  void AddPlace(ChangedObject& object, Place place);
  // Gives the commit the set of its .gitattributes.
  void CloseAttributes();

  bool may_be_promised_;
  ChangeLimits limits_;
  ChangeList list_;
  KeyedHash hash_;
  SlotTable path_index_;  // into list_.paths
  SlotTable blobs_;       // into list_.objects
  SlotTable tags_;
  uint32_t last_path_ = kNone;
  std::array<Held, kHeld> ring_;
  size_t oldest_ = 0;  // in the ring
  size_t held_ = 0;    // from there on
  // By path index: the object that carries the name, kNone for none.
  std::vector<uint32_t> names_;
  // Of the commit at hand, and what is known of others, by what they hold.
  std::vector<uint32_t> attributes_;
  std::map<AttributesEntry, uint32_t> attribute_files_;
  std::map<std::vector<uint32_t>, uint32_t> attribute_sets_ = {{{}, 0}};
  std::set<Gap> gaps_;
  std::string commit_hex_;
  uint32_t commit_ = kNone;
  uint32_t ref_ = kNone;
  uint32_t refs_ = 0;  // so many have been added
  uint64_t places_ = 0;
  uint64_t path_bytes_ = 0;
  uint64_t gitlinks_ = 0;
  uint64_t promised_trees_ = 0;
  uint64_t more_gaps_ = 0;
  PagesAhead pages_;  // of list_.objects
};

}  // namespace picket
