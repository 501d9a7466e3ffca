// What stood at a place before the change: the parents of a commit, or for the index HEAD and every
// MERGE_HEAD.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/ancestry.h"
#include "git/repository.h"
#include "git/tree_cache.h"

namespace picket {

class GitAncestry : public Ancestry {
 public:
  enum class Base : uint8_t {
    kCommits,  // a push: places without a commit (a tree that a tag points at) have no parents
    kIndex,    // pre-commit: places without a commit are in the index
  };

  // `repository` must outlive this. Used from one thread at a time.
  GitAncestry(const Repository& repository, Base base);
  // For an index whose other parents are known otherwise (a merge that is not concluded yet).
  GitAncestry(const Repository& repository, std::vector<ObjectId> index_parents);

  // No parents for a root, a shallow boundary, a commit or tag object, and where a parent can't be
  // read: nothing is pre-existing there.
  std::vector<PriorParent> Before(const ChangeList& changes, Place place,
                                  const ObjectId& oid) override;
  // nullopt also for blobs over 64 MiB.
  std::optional<std::string> Read(const ObjectId& oid) override;

 private:
  struct Removed {
    std::vector<PriorVersion> blobs;
    bool truncated = false;
  };
  // Paths of one blob below one tree, relative to it.
  struct Holding {
    std::vector<std::string> paths;
    bool truncated = false;
  };

  std::optional<ObjectId> TreeOf(const ObjectId& commit);
  std::vector<ObjectId> ParentsOf(const ObjectId& commit);
  // The blob at `path`; nullopt where there is none.
  std::optional<ObjectId> BlobAt(const ObjectId& tree, std::string_view path);
  // The blobs at paths that `parent` has and the commit (kIndex: the index) has not.
  const Removed& RemovedFrom(const ObjectId& parent, const std::optional<ObjectId>& commit);
  void Compare(const ObjectId& before, const ObjectId& after, std::string& path, int depth,
               Removed& removed);
  void RemoveAll(const TreeEntry& entry, std::string& path, int depth, Removed& removed);
  void RemovedFromIndex(const ObjectId& parent, Removed& removed);
  Holding Find(const ObjectId& tree, const ObjectId& blob, int depth);

  const Repository& repository_;
  std::unique_ptr<ObjectDatabase> objects_;
  TreeCache trees_;
  std::vector<ObjectId> index_parents_;
  std::unordered_map<std::string, Removed> removed_;
  // Of the blob that was asked for last: subtrees are shared by parents, so they are searched once.
  ObjectId held_blob_;
  std::unordered_map<ObjectId, Holding> holdings_;
  uint64_t budget_ = 0;
};

// Names at which the commit with this raw id holds something and the index nothing, each ended by a
// NUL: what Git says. Also for Errand::kRemovedNames, outside. Throws Error.
std::string NamesRemovedFromIndex(std::string_view raw_id);

}  // namespace picket
