// Commits, tags and trees as they are stored ("tree <hex>\n", "<mode> <name>\0<raw id>", and
// so on), read without libgit2's objects: those refuse some that Git accepts, and copy everything.
//
// What Git reads, these read in the same way: parents stand right behind the tree, a mode that is
// none of the known ones is kOther, names may be anything but hold no NUL.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/object_id.h"
#include "git/repository.h"

namespace picket {

struct CommitHeader {
  ObjectId tree;
  std::vector<ObjectId> parents;
  // Seconds since 1970; 0 where the line is missing or broken. Anybody can write any number there.
  int64_t committer_time = 0;
};

struct TagHeader {
  ObjectId target;
  ObjectType type = ObjectType::kCommit;
};

// nullopt where the object is no commit that Git could read. Here and below `id_bytes` is 20 in
// SHA-1 repositories and 32 in SHA-256 ones; an id of the other length is no id.
std::optional<CommitHeader> TryParseCommit(Bytes bytes, size_t id_bytes);
std::optional<TagHeader> TryParseTag(Bytes bytes, size_t id_bytes);

enum class EntryKind : uint8_t { kBlob, kSymlink, kTree, kGitlink, kOther };

struct TreeEntry {
  EntryKind kind = EntryKind::kBlob;
  ObjectId oid;
  // A view into the tree's bytes; may be empty, "..", or hold a '/'.
  std::string_view name;

  // The same content of the same kind; the executable bit does not count.
  bool SameAs(const TreeEntry& other) const { return kind == other.kind && oid == other.oid; }
};

struct ParsedTree {
  std::vector<TreeEntry> entries;
  // In Git's order and without two entries of the same name and sort of name.
  bool sorted = true;
  // The bytes ended in the middle of an entry, or a mode was no number: those before it are here.
  bool damaged = false;
};

// The views in the result live as long as `bytes`.
ParsedTree ParseTree(Bytes bytes, size_t id_bytes);

// As Git's canon_mode() sees it.
EntryKind KindOfMode(uint32_t mode);

// Git's order: a tree's name sorts as if it ended in '/'.
bool EntryComesBefore(const TreeEntry& a, const TreeEntry& b);

}  // namespace picket
