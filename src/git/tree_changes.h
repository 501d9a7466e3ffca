// What a commit changes: one descent over its tree and the trees of all its parents at once.
//
// An entry is changed when it differs (kind and object; the executable bit does not count) from the
// entries of the same path in every parent, so what a merge takes over from either side is not, and
// what only its resolution holds is. A subtree that equals any parent's is never opened.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/object_id.h"
#include "git/tree_cache.h"

namespace picket {

class TreeChangeVisitor {
 public:
  virtual ~TreeChangeVisitor() = default;
  // A blob or a symbolic link that no parent has at `path`; `path` is valid during the call. Twice
  // for one path where a hostile tree names it twice.
  virtual void OnBlob(std::string_view path, const ObjectId& oid) = 0;
  // The symbolic links among them.
  virtual void OnLink(std::string_view path, const ObjectId& oid) { OnBlob(path, oid); }
  // The .gitattributes of the folder `folder` ("" for the root), changed or not; called for every
  // folder that is looked into.
  virtual void OnAttributes(std::string_view folder, const ObjectId& oid) {
    static_cast<void>(folder);
    static_cast<void>(oid);
  }
  // `path` stands in no parent, as anything. Called for files and links (before OnBlob), gitlinks
  // and empty or unreadable folders; other folders are part of the paths below them.
  virtual void OnNewPath(std::string_view path) = 0;
  virtual void OnGitlink(std::string_view path, const ObjectId& oid) = 0;
  // The tree `oid` at `path` ("" for the commit's own) can't be read, to its end or at all.
  virtual void OnUnreadable(std::string_view path, const ObjectId& oid, ReadStatus status,
                            std::string_view why) = 0;
  // What stands at `path` is past a limit and was not looked at.
  virtual void OnTooLarge(std::string_view path, std::string_view why) = 0;
};

struct TreeLimits {
  int depth = 2'048;              // Git's own core.maxTreeDepth
  uint64_t path_bytes = 1 << 16;  // Git checks out 4,096
  // Entries that may be looked at: a store that starts full, is drawn from, and gets `refill` with
  // every commit. A tree that names one subtree ten times, ten levels deep, has 10^10 places.
  uint64_t entries = 200'000'000;
  uint64_t refill = 200'000;
};

// One thread's own.
class TreeChanges {
 public:
  explicit TreeChanges(TreeCache& trees, const TreeLimits& limits = {});

  // Visits what `tree` has and none of `parents` has. No parents: everything.
  void Visit(const ObjectId& tree, std::span<const ObjectId> parents, TreeChangeVisitor& visitor);
  // How many entries the last visit looked at.
  uint64_t entries() const { return entries_; }
  // As if one more had looked at so many: somebody else did.
  void Account(uint64_t entries);
  const TreeLimits& limits() const { return limits_; }

 private:
  void Refill() { budget_ = std::min(budget_ + limits_.refill, limits_.entries); }
  // A parent's tree beside ours: both are in one order nearly always, so the entry that is wanted
  // next stands where the last one was found.
  struct Beside {
    std::shared_ptr<const Tree> tree;
    size_t cursor = 0;

    // Whether the very same entry stands here; else its namesakes are appended to `found`.
    bool Holds(const TreeEntry& wanted, std::vector<size_t>* found);
  };
  // What one depth needs, kept to be used again.
  struct Level {
    std::vector<ObjectId> others;  // the trees that this one is held against
    std::vector<Beside> besides;
    std::vector<size_t> found;
    std::vector<ObjectId> below;
  };

  Level& LevelAt(int depth);
  // The .gitattributes among the entries [begin, end) of the folder at hand.
  void VisitAttributes(const Tree& tree, size_t begin, size_t end);
  // Against levels_[depth].others.
  void Descend(const ObjectId& oid, int depth);
  void Judge(const TreeEntry& entry, const std::vector<ObjectId>& others, bool known, int depth);
  void JudgeOther(const TreeEntry& entry, const std::vector<ObjectId>& others, bool known,
                  int depth);

  TreeCache& trees_;
  TreeLimits limits_;
  uint64_t budget_;
  uint64_t entries_ = 0;
  bool exhausted_ = false;
  TreeChangeVisitor* visitor_ = nullptr;
  std::string path_;
  std::deque<Level> levels_;
};

}  // namespace picket
