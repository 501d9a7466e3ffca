// Refs as the "files" backend keeps them: one file each below refs/, and packed-refs. Read by
// ourselves: to ask somebody else for fifty thousand refs takes longer than to judge a push.
// https://git-scm.com/docs/gitrepository-layout, git-pack-refs(1)
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "git/repository_lists.h"

namespace picket {

// What Git allows as the full name of a ref: git-check-ref-format(1).
bool IsSoundRefName(std::string_view name);

// The refs of a packed-refs file, in its order and without those whose names are not sound; nullopt
// where it holds anything that is not its format. Ids are of `id_bytes`.
std::optional<std::vector<Ref>> ParsePackedRefs(std::string_view text, size_t id_bytes);

// What the file of one ref says: an id, or the name of another ref; neither where it is broken.
struct RefFile {
  std::optional<ObjectId> target;
  std::string link;
};
RefFile ParseRefFile(std::string_view text, size_t id_bytes);

// All refs, as Git lists them, sorted by name, and the branch that HEAD names. `common_dir` is no
// linked worktree's. nullopt where there is anything out of the ordinary, such as a symbolic link:
// then somebody else has to be asked, and says what is wrong.
std::optional<RefList> TryReadRefFiles(const std::string& common_dir, size_t id_bytes);

// What HEAD leads to; no target where it is unborn.
struct HeadFile {
  std::optional<ObjectId> target;
};
// nullopt as above. `git_dir` has the HEAD, and is a linked worktree's where it is not
// `common_dir`.
std::optional<HeadFile> TryReadHead(const std::string& git_dir, const std::string& common_dir,
                                    size_t id_bytes);

}  // namespace picket
