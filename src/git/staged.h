// What a commit is about to add: the entries of the index that differ from HEAD and from every
// commit that is being merged.
//
// libgit2 compares a tree with an index by walking both in full (54 ms for 50,000 files); Git's own
// `diff-index --cached` uses the cache-tree extension and takes 5. It also reads split and sparse
// indexes, which libgit2 1.5 refuses. So the list is Git's, the blobs are not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/change_list.h"
#include "core/object_id.h"
#include "git/plumbing.h"
#include "git/repository.h"

namespace picket {

enum class StagedHook : uint8_t { kPreCommit, kPreMergeCommit };

// One record of `git diff-index --raw -z`; `path` points into the text that was parsed.
// https://git-scm.com/docs/git-diff-index, "RAW OUTPUT FORMAT".
struct RawChange {
  uint32_t old_mode = 0;
  uint32_t new_mode = 0;
  ObjectId old_oid;
  ObjectId new_oid;
  char status = 0;  // A, D, M, T or U
  std::string_view path;
};

// nullopt where `text` is anything but whole records without renames and copies.
std::optional<std::vector<RawChange>> TryParseRawChanges(std::string_view text);

// The commits that are being merged into HEAD: those of MERGE_HEAD. While pre-merge-commit runs,
// that file is not written yet, and Git names them in the environment (GITHEAD_<id>;
// builtin/merge.c, cmd_merge and prepare_to_commit).
std::vector<ObjectId> MergeHeads(const Repository& repository, StagedHook hook);

// Starts Git on construction and reads it in List(), so that the repository can be opened in the
// meantime. Both rely on the environment that Git gave to the hook: GIT_INDEX_FILE is another file
// for `commit -a` and `commit PATH`.
class StagedChanges {
 public:
  explicit StagedChanges(StagedHook hook);

  // Blobs by their distinct ids, each with every path that brings it; names of new paths; nothing
  // for deletions, for changes of mode alone and for intent-to-add entries; submodules as Skipped;
  // unmerged entries as a note. Places have no commit. Throws Error where the list can't be had.
  ChangeList List(const Repository& repository);

  // The file at the root that the index holds, for an unmerged one HEAD's; nullopt where there is
  // none, or no regular file. What does not differ from HEAD is read from there: a second Git
  // process would cost more than all the rest of a small commit. Throws Error for one that can't
  // be read or is over 16 MiB.
  std::optional<std::string> ReadFile(const Repository& repository, std::string_view path);

 private:
  // What the index holds against HEAD, or against nothing where HEAD is unborn.
  const std::vector<RawChange>& AgainstHead(const Repository& repository);

  StagedHook hook_;
  GitProcess process_;
  bool read_ = false;
  // `changes_` points into it.
  std::string text_;
  std::vector<RawChange> changes_;
};

}  // namespace picket
