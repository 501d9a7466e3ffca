#include "git/changes.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "git/change_builder.h"
#include "git/commit_walk.h"
#include "git/tree_changes.h"

namespace picket {
namespace {

struct NewValue {
  ObjectId oid;
  std::string ref;
};

// What is there already, in the shape that the walk needs.
struct Existing {
  std::vector<ObjectId> commits;
  std::unordered_set<ObjectId> tags;
  // Blobs and trees that a ref points at.
  std::unordered_set<ObjectId> direct;
};

Existing PeelExisting(ObjectDatabase& objects, std::span<const ObjectId> values,
                      ChangeBuilder& builder) {
  Existing existing;
  std::unordered_set<ObjectId> seen;
  uint64_t broken = 0;
  for (const ObjectId& value : values) {
    if (!seen.insert(value).second) continue;
    std::vector<ObjectId> tags;
    Peeled peeled;
    std::string why;
    if (!Peel(objects, value, &tags, &peeled, &why)) {
      ++broken;
      continue;
    }
    existing.tags.insert(tags.begin(), tags.end());
    if (peeled.type == ObjectType::kCommit) {
      existing.commits.push_back(peeled.oid);
    } else {
      existing.direct.insert(peeled.oid);
    }
  }
  if (broken != 0)
    builder.AddNote("Existing refs that lead to no readable object: " + std::to_string(broken) +
                    ". What they may have held counts as new; git fsck names them.");
  return existing;
}

ChangeList List(const Repository& repository, std::span<const NewValue> values,
                std::span<const ObjectId> existing_values, bool may_be_promised) {
  std::unique_ptr<ObjectDatabase> objects = repository.NewObjectDatabase();
  ChangeBuilder builder(may_be_promised);
  if (values.empty()) return builder.Finish();
  Existing existing = PeelExisting(*objects, existing_values, builder);
  TreeCache trees(*objects);
  TreeChanges changes(trees);

  std::vector<WalkTip> tips;
  std::vector<std::pair<ObjectId, uint32_t>> ref_trees;
  for (const NewValue& value : values) {
    uint32_t ref = builder.AddRef(value.ref);
    std::vector<ObjectId> tags;
    Peeled peeled;
    std::string why;
    bool leads_somewhere = Peel(*objects, value.oid, &tags, &peeled, &why);
    for (const ObjectId& tag : tags)
      if (!existing.tags.contains(tag)) builder.AddTag(tag, ref);
    if (!leads_somewhere) {
      builder.AddGap(
          {value.oid.ToHex(), "", "", "it is the new value of " + value.ref + ": " + why});
      continue;
    }
    if (peeled.type == ObjectType::kCommit) {
      tips.push_back({peeled.oid, ref});
    } else if (existing.direct.contains(peeled.oid)) {
      continue;
    } else if (peeled.type == ObjectType::kBlob) {
      builder.AddRefBlob(peeled.oid, ref);
    } else {
      ref_trees.emplace_back(peeled.oid, ref);
    }
  }
  for (const auto& [tree, ref] : ref_trees) {
    builder.StartRefTree(ref);
    changes.Visit(tree, {}, builder);
  }

  CommitWalk walk = WalkNewCommits(repository, *objects, tips, existing.commits);
  for (Gap& gap : walk.gaps) builder.AddGap(std::move(gap));
  for (std::string& note : walk.notes) builder.AddNote(std::move(note));
  for (const WalkedCommit& commit : walk.commits) {
    builder.StartCommit(commit.oid, commit.ref);
    changes.Visit(commit.tree, commit.parent_trees, builder);
  }
  return builder.Finish();
}

// The longest name of a remote that `ref` stands below in refs/remotes/; "origin/fork" may be one
// beside "origin".
std::string RemoteOf(const std::string& ref, const std::vector<std::string>& remotes) {
  std::string longest;
  for (const std::string& remote : remotes)
    if (ref.starts_with("refs/remotes/" + remote + "/") && remote.size() > longest.size())
      longest = remote;
  return longest;
}

bool HasUrl(const Repository& repository, const std::string& remote, std::string_view url) {
  for (const char* key : {".url", ".pushurl"})
    for (const std::string& value : repository.ConfigStrings("remote." + remote + key))
      if (value == url) return true;
  return false;
}

}  // namespace

ChangeList ListReceived(const Repository& repository, std::span<const RefUpdate> updates) {
  std::vector<NewValue> values;
  for (const RefUpdate& update : updates)
    if (!update.new_oid.is_zero()) values.push_back({update.new_oid, update.ref});
  std::vector<ObjectId> existing;
  if (!values.empty())
    for (const Ref& ref : repository.Refs()) existing.push_back(ref.target);
  return List(repository, values, existing, false);
}

std::vector<ObjectId> ListTracked(const Repository& repository, std::string_view remote,
                                  std::string_view url, std::span<const Push> pushes) {
  std::vector<ObjectId> tracked;
  if (std::all_of(pushes.begin(), pushes.end(),
                  [](const Push& push) { return push.local_oid.is_zero(); })) {
    return tracked;
  }
  std::vector<std::string> remotes = repository.Remotes();
  std::vector<std::string> known;
  for (const std::string& name : remotes)
    if (name == remote || (remote == url && HasUrl(repository, name, url))) known.push_back(name);
  if (known.empty()) return tracked;
  for (const Ref& ref : repository.Refs())
    if (std::find(known.begin(), known.end(), RemoteOf(ref.name, remotes)) != known.end())
      tracked.push_back(ref.target);
  return tracked;
}

ChangeList ListPushed(const Repository& repository, std::span<const ObjectId> tracked,
                      std::span<const Push> pushes) {
  std::vector<NewValue> values;
  std::vector<ObjectId> existing;
  std::unique_ptr<ObjectDatabase> objects = repository.NewObjectDatabase();
  for (const Push& push : pushes) {
    if (!push.local_oid.is_zero()) values.push_back({push.local_oid, push.remote_ref});
    if (!push.remote_oid.is_zero() && objects->Contains(push.remote_oid))
      existing.push_back(push.remote_oid);
  }
  if (values.empty()) return List(repository, values, existing, false);
  existing.insert(existing.end(), tracked.begin(), tracked.end());
  return List(repository, values, existing, repository.has_promisor());
}

ChangeList ListPushed(const Repository& repository, std::string_view remote, std::string_view url,
                      std::span<const Push> pushes) {
  return ListPushed(repository, ListTracked(repository, remote, url, pushes), pushes);
}

}  // namespace picket
