#include "git/git_ancestry.h"

#include <algorithm>
#include <utility>

#include "core/door.h"
#include "core/error.h"
#include "git/plumbing.h"
#include "git/plumbing_text.h"
#include "git/raw_objects.h"

namespace picket {
namespace {

constexpr uint64_t kMaxEntries = 200'000;  // looked at for one place
constexpr size_t kMaxVersions = 1'000;
constexpr int kMaxDepth = 2'048;
constexpr size_t kMaxPathBytes = 1 << 16;
constexpr uint64_t kMaxBlobBytes = uint64_t{64} << 20;
constexpr uint64_t kMaxListBytes = uint64_t{256} << 20;
// Answers kept; past that all are forgotten.
constexpr size_t kMaxKeptLists = 64;
constexpr size_t kMaxKeptTrees = 500'000;

bool IsContent(const TreeEntry& entry) {
  return entry.kind == EntryKind::kBlob || entry.kind == EntryKind::kSymlink;
}

void Join(std::string& path, std::string_view name) {
  if (!path.empty()) path.push_back('/');
  path.append(name);
}

}  // namespace

GitAncestry::GitAncestry(const Repository& repository, std::vector<ObjectId> index_parents)
    : repository_(repository),
      objects_(repository.NewObjectDatabase()),
      trees_(*objects_),
      index_parents_(std::move(index_parents)) {}

GitAncestry::GitAncestry(const Repository& repository, Base base)
    : GitAncestry(repository, std::vector<ObjectId>()) {
  if (base == Base::kCommits) return;
  if (std::optional<ObjectId> head = repository.Resolve("HEAD")) index_parents_.push_back(*head);
  for (const ObjectId& head : repository.MergeHeads()) index_parents_.push_back(head);
}

std::vector<PriorParent> GitAncestry::Before(const ChangeList& changes, Place place,
                                             const ObjectId& oid) {
  if (place.path == kNone) return {};
  std::optional<ObjectId> commit;
  if (place.commit != kNone) commit = changes.commits[place.commit].oid;
  const std::vector<ObjectId> parents = commit ? ParentsOf(*commit) : index_parents_;
  std::string_view path = changes.PathOf(place);
  if (oid != held_blob_ || holdings_.size() > kMaxKeptTrees) {
    holdings_.clear();
    held_blob_ = oid;
  }

  std::vector<PriorParent> result;
  for (const ObjectId& parent : parents) {
    std::optional<ObjectId> tree = TreeOf(parent);
    if (!tree || trees_.Get(*tree) == nullptr) continue;
    PriorParent prior;
    budget_ = kMaxEntries;
    if (std::optional<ObjectId> blob = BlobAt(*tree, path)) {
      prior.versions.push_back({std::string(path), *blob});
    } else {
      const Removed& removed = RemovedFrom(parent, commit);
      prior.versions = removed.blobs;
      prior.truncated = removed.truncated;
    }
    budget_ = kMaxEntries;
    Holding holding = Find(*tree, oid, 0);
    prior.same_blob_paths = std::move(holding.paths);
    prior.truncated |= holding.truncated;
    result.push_back(std::move(prior));
  }
  return result;
}

std::optional<std::string> GitAncestry::Read(const ObjectId& oid) {
  ObjectHeader header;
  RawObject object;
  if (objects_->ReadHeader(oid, &header, nullptr) != ReadStatus::kOk ||
      header.type != ObjectType::kBlob || header.size > kMaxBlobBytes ||
      objects_->Read(oid, &object, nullptr) != ReadStatus::kOk)
    return std::nullopt;
  return std::string(AsText(object.bytes()));
}

std::optional<ObjectId> GitAncestry::TreeOf(const ObjectId& commit) {
  RawObject object;
  if (objects_->Read(commit, &object, nullptr) != ReadStatus::kOk ||
      object.type() != ObjectType::kCommit)
    return std::nullopt;
  std::optional<CommitHeader> header = TryParseCommit(object.bytes(), objects_->id_bytes());
  if (!header) return std::nullopt;
  return header->tree;
}

std::vector<ObjectId> GitAncestry::ParentsOf(const ObjectId& commit) {
  RawObject object;
  if (repository_.shallow().contains(commit) ||
      objects_->Read(commit, &object, nullptr) != ReadStatus::kOk ||
      object.type() != ObjectType::kCommit)
    return {};
  std::optional<CommitHeader> header = TryParseCommit(object.bytes(), objects_->id_bytes());
  return header ? header->parents : std::vector<ObjectId>();
}

std::optional<ObjectId> GitAncestry::BlobAt(const ObjectId& tree, std::string_view path) {
  ObjectId at = tree;
  while (true) {
    size_t slash = path.find('/');
    std::shared_ptr<const Tree> parsed = trees_.Get(at);
    if (parsed == nullptr) return std::nullopt;
    std::vector<size_t> found;
    parsed->Find(path.substr(0, slash), &found);
    std::optional<TreeEntry> entry;
    for (size_t i : found) {
      const TreeEntry candidate = parsed->entries()[i];
      bool fits = slash == std::string_view::npos ? IsContent(candidate)
                                                  : candidate.kind == EntryKind::kTree;
      if (fits && !entry) entry = candidate;
    }
    if (!entry) return std::nullopt;
    at = entry->oid;
    if (slash == std::string_view::npos) return at;
    path.remove_prefix(slash + 1);
  }
}

const GitAncestry::Removed& GitAncestry::RemovedFrom(const ObjectId& parent,
                                                     const std::optional<ObjectId>& commit) {
  if (removed_.size() > kMaxKeptLists) removed_.clear();
  auto [slot, added] =
      removed_.try_emplace(parent.ToHex() + (commit ? commit->ToHex() : std::string()));
  Removed& removed = slot->second;
  if (!added) return removed;
  if (!commit) {
    RemovedFromIndex(parent, removed);
    return removed;
  }
  std::optional<ObjectId> before = TreeOf(parent);
  std::optional<ObjectId> after = TreeOf(*commit);
  std::string path;
  if (before && after) Compare(*before, *after, path, 0, removed);
  return removed;
}

void GitAncestry::Compare(const ObjectId& before, const ObjectId& after, std::string& path,
                          int depth, Removed& removed) {
  std::shared_ptr<const Tree> old_tree = trees_.Get(before);
  std::shared_ptr<const Tree> new_tree = trees_.Get(after);
  if (old_tree == nullptr || new_tree == nullptr || depth >= kMaxDepth) {
    removed.truncated = true;
    return;
  }
  size_t length = path.size();
  std::vector<size_t> found;
  for (const TreeEntry& entry : old_tree->entries()) {
    if (budget_ == 0 || removed.truncated) {
      removed.truncated = true;
      return;
    }
    --budget_;
    found.clear();
    new_tree->Find(entry.name, &found);
    std::optional<TreeEntry> counterpart;
    for (size_t i : found) {
      const TreeEntry candidate = new_tree->entries()[i];
      if (IsContent(candidate) == IsContent(entry) &&
          (IsContent(entry) || candidate.kind == entry.kind))
        counterpart = candidate;
    }
    Join(path, entry.name);
    if (!counterpart) {
      RemoveAll(entry, path, depth, removed);
    } else if (entry.kind == EntryKind::kTree && counterpart->oid != entry.oid) {
      Compare(entry.oid, counterpart->oid, path, depth + 1, removed);
    }
    path.resize(length);
  }
}

void GitAncestry::RemoveAll(const TreeEntry& entry, std::string& path, int depth,
                            Removed& removed) {
  if (IsContent(entry)) {
    if (removed.blobs.size() >= kMaxVersions || path.size() > kMaxPathBytes) {
      removed.truncated = true;
      return;
    }
    removed.blobs.push_back({path, entry.oid});
    return;
  }
  if (entry.kind != EntryKind::kTree) return;
  std::shared_ptr<const Tree> tree = trees_.Get(entry.oid);
  if (tree == nullptr || depth >= kMaxDepth || path.size() > kMaxPathBytes) {
    removed.truncated = true;
    return;
  }
  size_t length = path.size();
  for (const TreeEntry& below : tree->entries()) {
    if (budget_ == 0 || removed.truncated) {
      removed.truncated = true;
      return;
    }
    --budget_;
    Join(path, below.name);
    RemoveAll(below, path, depth + 1, removed);
    path.resize(length);
  }
}

// Git reads the index in every form that it has (split, sparse); the names are looked up in the
// parent's tree. Without an answer nothing counts as removed.
void GitAncestry::RemovedFromIndex(const ObjectId& parent, Removed& removed) {
  std::optional<ObjectId> tree = TreeOf(parent);
  if (!tree) return;
  std::string names;
  try {
    names = TheDoor().is_shut() ? TheDoor().Ask(Errand::kRemovedNames, AsText(parent.raw())).text
                                : NamesRemovedFromIndex(AsText(parent.raw()));
  } catch (const Error&) {
    removed.truncated = true;
    return;
  }
  for (std::string_view rest = names; !rest.empty();) {
    std::string name(TakeTo('\0', &rest));
    if (removed.blobs.size() >= kMaxVersions) {
      removed.truncated = true;
      return;
    }
    if (std::optional<ObjectId> blob = BlobAt(*tree, name))
      removed.blobs.push_back({std::move(name), *blob});
  }
}

std::string NamesRemovedFromIndex(std::string_view raw_id) {
  if (raw_id.size() != 20 && raw_id.size() != 32)
    throw Error("The index was asked about something that is no commit.");
  const std::string parent = ObjectId::FromRaw(AsBytes(raw_id)).ToHex();
  GitCommand command;
  command.arguments = {"diff-index",   "--cached",        "--name-only",      "-z",
                       "--no-renames", "--diff-filter=D", "--end-of-options", parent};
  GitProcess git(command);
  std::string names = git.ReadAll(kMaxListBytes);
  git.CheckSuccess();
  return names;
}

GitAncestry::Holding GitAncestry::Find(const ObjectId& tree, const ObjectId& blob, int depth) {
  if (auto hit = holdings_.find(tree); hit != holdings_.end()) return hit->second;
  Holding holding;
  std::shared_ptr<const Tree> parsed = trees_.Get(tree);
  if (parsed == nullptr || depth >= kMaxDepth) {
    holding.truncated = true;
    return holding;
  }
  for (const TreeEntry& entry : parsed->entries()) {
    if (budget_ == 0 || holding.paths.size() >= kMaxVersions) {
      holding.truncated = true;
      return holding;
    }
    --budget_;
    if (IsContent(entry) && entry.oid == blob) holding.paths.emplace_back(entry.name);
    if (entry.kind != EntryKind::kTree) continue;
    Holding below = Find(entry.oid, blob, depth + 1);
    holding.truncated |= below.truncated;
    for (const std::string& path : below.paths) {
      if (entry.name.size() + path.size() < kMaxPathBytes) {
        holding.paths.push_back(std::string(entry.name) + "/" + path);
      } else {
        holding.truncated = true;
      }
    }
  }
  // An answer that the budget cut short is not the answer of another call.
  if (!holding.truncated) holdings_.emplace(tree, holding);
  return holding;
}

}  // namespace picket
