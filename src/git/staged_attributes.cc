#include "git/staged_attributes.h"

#include <sys/stat.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "git/raw_objects.h"
#include "git/tree_cache.h"

namespace picket {
namespace {

constexpr std::string_view kAttributes = ".gitattributes";
constexpr size_t kMostFolders = 10'000;

// Folders of one commit by their paths, "" for the root, else with a '/' at their end.
class CommitFolders {
 public:
  CommitFolders(const Repository& repository, std::unique_ptr<ObjectDatabase> objects)
      : objects_(std::move(objects)), trees_(*objects_) {
    const std::optional<ObjectId> head = repository.Resolve("HEAD");
    RawObject commit;
    if (!head || objects_->Read(*head, &commit, nullptr) != ReadStatus::kOk) return;
    if (const auto header = TryParseCommit(commit.bytes(), objects_->id_bytes()))
      folders_.emplace("", trees_.Get(header->tree));
  }

  std::shared_ptr<const Tree> Get(const std::string& folder) {
    const auto known = folders_.find(folder);
    if (known != folders_.end()) return known->second;
    std::shared_ptr<const Tree> tree;
    if (!folder.empty()) {
      const size_t slash = folder.rfind('/', folder.size() - 2);
      const size_t start = slash == std::string::npos ? 0 : slash + 1;
      const std::string name = folder.substr(start, folder.size() - 1 - start);
      if (const std::optional<ObjectId> oid = Find(folder.substr(0, start), name, EntryKind::kTree))
        tree = trees_.Get(*oid);
    }
    return folders_.emplace(folder, std::move(tree)).first->second;
  }

  std::optional<ObjectId> Find(const std::string& folder, std::string_view name, EntryKind kind) {
    const std::shared_ptr<const Tree> tree = Get(folder);
    if (tree == nullptr) return std::nullopt;
    std::vector<size_t> found;
    tree->Find(name, &found);
    for (size_t i : found) {
      if (tree->entries()[i].kind == kind) return tree->entries()[i].oid;
    }
    return std::nullopt;
  }

 private:
  std::unique_ptr<ObjectDatabase> objects_;
  TreeCache trees_;
  std::unordered_map<std::string, std::shared_ptr<const Tree>> folders_;
};

// Every folder that leads to a path of the list; sorted, so that outer ones come first.
std::set<std::string> FoldersOf(const ChangeList& list) {
  std::set<std::string> folders;
  for (const ChangedObject& object : list.objects) {
    if (object.kind != ObjectKind::kBlob) continue;
    for (Place place : object.places) {
      std::string_view path = list.PathOf(place);
      while (!path.empty()) {
        const size_t slash = path.rfind('/');
        path = path.substr(0, slash == std::string_view::npos ? 0 : slash);
        std::string folder(path);
        if (!folder.empty()) folder.push_back('/');
        if (!folders.insert(std::move(folder)).second) break;
      }
    }
  }
  return folders;
}

}  // namespace

void AddStagedAttributes(const Repository& repository, std::span<const RawChange> staged,
                         ChangeList* list) {
  const std::set<std::string> folders = FoldersOf(*list);
  if (folders.empty()) return;
  if (folders.size() > kMostFolders) {
    list->notes.push_back("What .gitattributes say was not held against the files: " +
                          std::to_string(folders.size()) + " folders hold something staged.");
    return;
  }
  std::map<std::string, const RawChange*, std::less<>> changed;
  for (const RawChange& change : staged) {
    if (change.path.ends_with(kAttributes)) changed.emplace(std::string(change.path), &change);
  }
  CommitFolders head(repository, repository.NewObjectDatabase());
  std::vector<uint32_t> files;
  for (const std::string& folder : folders) {
    const auto own = changed.find(folder + std::string(kAttributes));
    std::optional<ObjectId> oid;
    if (own == changed.end()) {
      oid = head.Find(folder, kAttributes, EntryKind::kBlob);
    } else if (S_ISREG(own->second->new_mode)) {
      oid = own->second->new_oid;
    }
    if (!oid) continue;
    files.push_back(static_cast<uint32_t>(list->attribute_files.size()));
    list->attribute_files.push_back({folder, *oid});
  }
  if (files.empty()) return;
  list->index_attributes = static_cast<uint32_t>(list->attribute_sets.size());
  list->attribute_sets.push_back(std::move(files));
}

}  // namespace picket
