#include "git/staged.h"

#include <sys/stat.h>

#include <unordered_map>
#include <utility>

#include "core/error.h"
#include "git/staged_attributes.h"
#include "git/tree_file.h"

extern char** environ;

namespace picket {
namespace {

// Git knows these trees in every repository, stored or not.
constexpr std::string_view kEmptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
constexpr std::string_view kEmptyTreeSha256 =
    "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321";
// Ten million staged files; an index of that size does not exist.
constexpr uint64_t kMaxListBytes = uint64_t{1} << 31;
constexpr std::string_view kGitHead = "GITHEAD_";

GitCommand DiffIndex(const std::string& tree) {
  // Each option undoes one of the user's settings, which `diff-index` reads as well.
  return {{"diff-index", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff",
           "--no-relative", "--ignore-submodules=none", "--ita-invisible-in-index", tree, "--"},
          "",
          false};
}

std::optional<uint32_t> TakeMode(std::string_view* text) {
  if (text->size() < 7 || (*text)[6] != ' ') return std::nullopt;
  uint32_t mode = 0;
  for (char digit : text->substr(0, 6)) {
    if (digit < '0' || digit > '7') return std::nullopt;
    mode = mode * 8 + static_cast<uint32_t>(digit - '0');
  }
  text->remove_prefix(7);
  return mode;
}

std::optional<ObjectId> TakeOid(std::string_view* text) {
  size_t space = text->find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  std::optional<ObjectId> oid = ObjectId::TryParse(text->substr(0, space));
  text->remove_prefix(space + 1);
  return oid;
}

bool SameContent(const RawChange& change) {
  return change.old_oid == change.new_oid &&
         (change.old_mode & S_IFMT) == (change.new_mode & S_IFMT);
}

// One tree's differences, and the text that they point into.
struct Differences {
  std::string text;
  std::vector<RawChange> changes;
};

// Empty, and no Error, where Git itself fails: the caller asks Finish().
Differences TryReadDifferences(GitProcess& process) {
  Differences result;
  result.text = process.ReadAll(kMaxListBytes);
  if (process.Finish() != 0) return {};
  std::optional<std::vector<RawChange>> changes = TryParseRawChanges(result.text);
  if (!changes) {
    throw Error(
        "`git diff-index` printed something that is not its documented format, so the staged files "
        "are unknown; check which `git` is first on PATH.");
  }
  result.changes = std::move(*changes);
  return result;
}

Differences ReadDifferences(GitProcess& process) {
  Differences result = TryReadDifferences(process);
  process.CheckSuccess();
  return result;
}

struct NewEntry {
  RawChange change;
  // No parent has the path.
  bool new_path = false;
};

// Drops the entries that the tree behind `differences` holds as well.
void KeepWhatDiffers(const Differences& differences, std::vector<NewEntry>* entries) {
  std::unordered_map<std::string_view, const RawChange*> by_path;
  for (const RawChange& change : differences.changes) by_path.emplace(change.path, &change);
  std::vector<NewEntry> kept;
  for (NewEntry entry : *entries) {
    auto other = by_path.find(entry.change.path);
    if (other == by_path.end() || SameContent(*other->second)) continue;
    if (other->second->new_oid != entry.change.new_oid) {
      throw Error("The index changed while it was read; run the command again.");
    }
    entry.new_path = entry.new_path && other->second->status == 'A';
    kept.push_back(entry);
  }
  *entries = std::move(kept);
}

class ListBuilder {
 public:
  explicit ListBuilder(ChangeList* list) : list_(list) {}

  void Add(const NewEntry& entry) {
    const RawChange& change = entry.change;
    uint32_t path = static_cast<uint32_t>(list_->paths.size());
    list_->paths.emplace_back(change.path);
    if (entry.new_path) {
      ChangedObject name;
      name.kind = ObjectKind::kPathName;
      name.places.push_back({kNone, path});
      list_->objects.push_back(std::move(name));
    }
    if (S_ISDIR(change.new_mode)) {
      list_->gaps.push_back({change.new_oid.ToHex(), std::string(change.path), "",
                             "the index holds a whole directory as one entry"});
      return;
    }
    if ((change.new_mode & S_IFMT) == 0160000) {
      list_->skipped.push_back(
          {std::string(change.path), "a submodule's commit is not an object of this repository"});
      return;
    }
    auto [position, added] = positions_.try_emplace(change.new_oid, list_->objects.size());
    if (added) {
      ChangedObject blob;
      blob.oid = change.new_oid;
      list_->objects.push_back(std::move(blob));
    }
    list_->objects[position->second].places.push_back({kNone, path});
    if (S_ISLNK(change.new_mode))
      list_->links.push_back({static_cast<uint32_t>(position->second), {kNone, path}});
  }

 private:
  ChangeList* list_;
  std::unordered_map<ObjectId, size_t> positions_;
};

std::vector<ObjectId> MergeHeadsFromEnvironment() {
  std::vector<ObjectId> heads;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    std::string_view text = *entry;
    if (!text.starts_with(kGitHead)) continue;
    text.remove_prefix(kGitHead.size());
    std::optional<ObjectId> oid = ObjectId::TryParse(text.substr(0, text.find('=')));
    if (oid) heads.push_back(*oid);
  }
  return heads;
}

}  // namespace

std::optional<std::vector<RawChange>> TryParseRawChanges(std::string_view text) {
  std::vector<RawChange> changes;
  while (!text.empty()) {
    if (text.front() != ':') return std::nullopt;
    text.remove_prefix(1);
    RawChange change;
    std::optional<uint32_t> old_mode = TakeMode(&text);
    std::optional<uint32_t> new_mode = old_mode ? TakeMode(&text) : std::nullopt;
    std::optional<ObjectId> old_oid = new_mode ? TakeOid(&text) : std::nullopt;
    std::optional<ObjectId> new_oid = old_oid ? TakeOid(&text) : std::nullopt;
    if (!new_oid || text.size() < 2 || text[1] != '\0') return std::nullopt;
    change.old_mode = *old_mode;
    change.new_mode = *new_mode;
    change.old_oid = *old_oid;
    change.new_oid = *new_oid;
    change.status = text[0];
    if (std::string_view("ADMTU").find(change.status) == std::string_view::npos) {
      return std::nullopt;
    }
    bool has_new = change.status != 'D' && change.status != 'U';
    if (has_new && (change.new_oid.is_zero() || change.new_mode == 0)) return std::nullopt;
    text.remove_prefix(2);
    size_t end = text.find('\0');
    if (end == std::string_view::npos || end == 0) return std::nullopt;
    change.path = text.substr(0, end);
    text.remove_prefix(end + 1);
    changes.push_back(change);
  }
  return changes;
}

std::vector<ObjectId> MergeHeads(const Repository& repository, StagedHook hook) {
  std::vector<ObjectId> heads = repository.MergeHeads();
  if (heads.empty() && hook == StagedHook::kPreMergeCommit) return MergeHeadsFromEnvironment();
  return heads;
}

StagedChanges::StagedChanges(StagedHook hook) : hook_(hook), process_(DiffIndex("HEAD")) {}

const std::vector<RawChange>& StagedChanges::AgainstHead(const Repository& repository) {
  if (read_) return changes_;
  Differences found = TryReadDifferences(process_);
  if (process_.Finish() != 0) {
    if (repository.Resolve("HEAD")) process_.CheckSuccess();
    GitProcess against_nothing(
        DiffIndex(std::string(repository.id_bytes() == 20 ? kEmptyTree : kEmptyTreeSha256)));
    found = ReadDifferences(against_nothing);
  }
  text_ = std::move(found.text);
  changes_ = std::move(found.changes);
  read_ = true;
  return changes_;
}

ChangeList StagedChanges::List(const Repository& repository) {
  ChangeList list;
  std::vector<NewEntry> entries;
  for (const RawChange& change : AgainstHead(repository)) {
    if (change.status == 'U') {
      list.notes.push_back(std::string(change.path) +
                           " is unmerged and can't be committed; it was not examined.");
    } else if (change.status != 'D' && !SameContent(change)) {
      entries.push_back({change, change.status == 'A'});
    }
  }
  for (const ObjectId& head : MergeHeads(repository, hook_)) {
    GitProcess process(DiffIndex(head.ToHex()));
    KeepWhatDiffers(ReadDifferences(process), &entries);
  }
  ListBuilder builder(&list);
  for (const NewEntry& entry : entries) builder.Add(entry);
  AddStagedAttributes(repository, changes_, &list);
  return list;
}

std::optional<std::string> StagedChanges::ReadFile(const Repository& repository,
                                                   std::string_view path) {
  for (const RawChange& change : AgainstHead(repository)) {
    if (change.path != path || change.status == 'U') continue;
    if (!S_ISREG(change.new_mode)) return std::nullopt;
    return ReadSmallFile(*repository.NewObjectDatabase(), change.new_oid, path);
  }
  return ReadFileOfHead(repository, path);
}

}  // namespace picket
