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

// Old values from which most of what is old is looked for first.
constexpr size_t kMostLikely = 256;

struct NewValue {
  ObjectId oid;
  std::string ref;
};

// What is there already. To peel tens of thousands of refs takes longer than to judge a small push,
// so it is done when something can't be told without.
class Existing {
 public:
  // `likely`: see KnownValues; what is in it and not in `values` does not count.
  Existing(const Repository& repository, std::span<const ObjectId> values,
           std::span<const ObjectId> likely, ChangeBuilder& builder)
      : values_(values.begin(), values.end()),
        listed_(values),
        old_objects_(repository.NewDatabaseOfOldObjects()),
        builder_(builder) {
    if (old_objects_ == nullptr) {
      peeling_objects_ = repository.NewObjectDatabase();
      return;
    }
    for (const ObjectId& oid : likely)
      if (values_.contains(oid) && IsCommit(oid)) likely_.push_back(oid);
  }

  CommitWalk Walk(const Repository& repository, ObjectDatabase& objects,
                  std::span<const WalkTip> tips) {
    if (old_objects_ != nullptr) {
      const KnownValues known{values_, likely_, *old_objects_};
      if (std::optional<CommitWalk> walk = TryWalkNewCommits(repository, objects, tips, known))
        return std::move(*walk);
    }
    Peel();
    return WalkNewCommits(repository, objects, tips, commits_);
  }
  // A tag on the way from an existing ref.
  bool HasTag(const ObjectId& oid) {
    if (std::optional<bool> known = IsKnown(oid)) return *known;
    Peel();
    return tags_.contains(oid);
  }
  // A blob or tree that an existing ref leads to.
  bool HasDirect(const ObjectId& oid) {
    if (std::optional<bool> known = IsKnown(oid)) return *known;
    Peel();
    return direct_.contains(oid);
  }

 private:
  // nullopt where all refs have to be asked.
  std::optional<bool> IsKnown(const ObjectId& oid) {
    if (old_objects_ == nullptr) return std::nullopt;
    if (!old_objects_->Contains(oid)) return false;
    if (values_.contains(oid)) return true;
    return std::nullopt;
  }

  bool IsCommit(const ObjectId& oid) {
    ObjectHeader header;
    return old_objects_->ReadHeader(oid, &header, nullptr) == ReadStatus::kOk &&
           header.type == ObjectType::kCommit;
  }

  void Peel() {
    if (peeled_) return;
    peeled_ = true;
    ObjectDatabase& objects = old_objects_ == nullptr ? *peeling_objects_ : *old_objects_;
    std::unordered_set<ObjectId> seen;
    uint64_t broken = 0;
    for (const ObjectId& value : listed_) {
      if (!seen.insert(value).second) continue;
      std::vector<ObjectId> tags;
      Peeled peeled;
      std::string why;
      if (!picket::Peel(objects, value, &tags, &peeled, &why)) {
        ++broken;
        continue;
      }
      tags_.insert(tags.begin(), tags.end());
      if (peeled.type == ObjectType::kCommit) {
        commits_.push_back(peeled.oid);
      } else {
        direct_.insert(peeled.oid);
      }
    }
    if (broken != 0)
      builder_.AddNote("Existing refs that lead to no readable object: " + std::to_string(broken) +
                       ". What they may have held counts as new; git fsck names them.");
  }

  std::unordered_set<ObjectId> values_;
  std::span<const ObjectId> listed_;
  std::vector<ObjectId> likely_;
  // Null where there is no quarantine; then `peeling_objects_` is not.
  std::unique_ptr<ObjectDatabase> old_objects_;
  std::unique_ptr<ObjectDatabase> peeling_objects_;
  ChangeBuilder& builder_;
  bool peeled_ = false;
  std::vector<ObjectId> commits_;
  std::unordered_set<ObjectId> tags_;
  std::unordered_set<ObjectId> direct_;
};

ChangeList List(const Repository& repository, std::span<const NewValue> values,
                std::span<const ObjectId> existing_values, std::span<const ObjectId> likely,
                bool may_be_promised) {
  std::unique_ptr<ObjectDatabase> objects = repository.NewObjectDatabase();
  ChangeBuilder builder(may_be_promised);
  if (values.empty()) return builder.Finish();
  Existing existing(repository, existing_values, likely, builder);
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
      if (!existing.HasTag(tag)) builder.AddTag(tag, ref);
    if (!leads_somewhere) {
      builder.AddGap(
          {value.oid.ToHex(), "", "", "it is the new value of " + value.ref + ": " + why});
      continue;
    }
    if (peeled.type == ObjectType::kCommit) {
      tips.push_back({peeled.oid, ref});
    } else if (existing.HasDirect(peeled.oid)) {
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

  CommitWalk walk = existing.Walk(repository, *objects, tips);
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
  std::vector<ObjectId> likely;
  for (const RefUpdate& update : updates) {
    if (update.new_oid.is_zero()) continue;
    values.push_back({update.new_oid, update.ref});
    if (likely.size() < kMostLikely) likely.push_back(update.old_oid);
  }
  std::vector<ObjectId> existing;
  if (!values.empty()) {
    std::optional<ObjectId> head;
    for (const Ref& ref : repository.Refs(&head)) existing.push_back(ref.target);
    if (head) likely.push_back(*head);
  }
  return List(repository, values, existing, likely, false);
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
  if (values.empty()) return List(repository, values, existing, {}, false);
  existing.insert(existing.end(), tracked.begin(), tracked.end());
  return List(repository, values, existing, {}, repository.has_promisor());
}

ChangeList ListPushed(const Repository& repository, std::string_view remote, std::string_view url,
                      std::span<const Push> pushes) {
  return ListPushed(repository, ListTracked(repository, remote, url, pushes), pushes);
}

}  // namespace picket
