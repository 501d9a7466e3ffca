#include "git/changes.h"

#include <algorithm>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "git/change_builder.h"
#include "git/commit_changes.h"
#include "git/commit_walk.h"
#include "git/large_pages.h"
#include "git/slot_table.h"
#include "git/tree_changes.h"

namespace picket {
namespace {

// Old values from which most of what is old is looked for first.
constexpr size_t kMostLikely = 256;
// So many take longer to list than a thread takes to start: most of it is clearing pages.
constexpr size_t kManyRefs = 8'192;

struct ListOptions {
  bool may_be_promised = false;
  // Old values from which most of what is old can be reached.
  std::span<const ObjectId> likely = {};
  std::span<const ObjectId> unjudged = {};
  // Something exists that counts as new, so that it is not enough to know what the push brought.
  bool is_owed = false;
  StepWatch watch = {};
  unsigned threads = 1;
};

// What is there already. To peel tens of thousands of refs takes longer than to judge a small push,
// so it is done when something can't be told without.
class Existing {
 public:
  // What is likely (see KnownValues) and not in `values` does not count.
  Existing(const Repository& repository, std::span<const ObjectId> values,
           const ListOptions& options, ChangeBuilder& builder)
      : values_(values), listed_(values), builder_(builder) {
    watch_ = options.watch;
    // Where there is nothing, nothing has to be looked up.
    if (!options.is_owed && !values.empty()) old_objects_ = repository.NewDatabaseOfOldObjects();
    if (old_objects_ == nullptr) {
      peeling_objects_ = repository.NewObjectDatabase();
      return;
    }
    for (const ObjectId& oid : options.likely)
      if (values_.contains(oid) && IsCommit(oid)) likely_.push_back(oid);
  }

  CommitWalk Walk(const Repository& repository, ObjectDatabase& objects,
                  std::span<const WalkTip> tips, const WalkOptions& options) {
    if (old_objects_ != nullptr) {
      const KnownValues known{values_, likely_, *old_objects_};
      std::optional<CommitWalk> walk =
          TryWalkNewCommits(repository, objects, tips, known, options.watch);
      if (walk) return std::move(*walk);
    }
    Peel();
    return WalkNewCommits(repository, objects, tips, commits_, options);
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
      if (watch_.IsStopped()) break;
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

  IdSet values_;
  std::span<const ObjectId> listed_;
  std::vector<ObjectId> likely_;
  StepWatch watch_;
  // Null where there is no quarantine, where more than refs has to be asked, and where nothing is
  // old; then `peeling_objects_` is not.
  std::unique_ptr<ObjectDatabase> old_objects_;
  std::unique_ptr<ObjectDatabase> peeling_objects_;
  ChangeBuilder& builder_;
  bool peeled_ = false;
  std::vector<ObjectId> commits_;
  std::unordered_set<ObjectId> tags_;
  std::unordered_set<ObjectId> direct_;
};

// Of what this push has brought in packs, at most; 0 where there is no quarantine.
size_t CountReceived(const Repository& repository) {
  if (repository.temporary_dir() == repository.git_dir()) return 0;
  const std::string quarantine = repository.temporary_dir() + "/pack/";
  size_t count = 0;
  for (const auto& pack : *repository.packs().packs())
    if (pack->stem().starts_with(quarantine) && pack->Open()) count += pack->index().size();
  return count;
}

// The commits among them, as far as they exist.
std::vector<ObjectId> PeelToCommits(ObjectDatabase& objects, std::span<const ObjectId> values) {
  std::vector<ObjectId> commits;
  for (const ObjectId& value : values) {
    Peeled peeled;
    std::string why;
    if (Peel(objects, value, nullptr, &peeled, &why) && peeled.type == ObjectType::kCommit)
      commits.push_back(peeled.oid);
  }
  return commits;
}

// Where one new value leads.
struct Way {
  bool is_known = false;
  bool is_asked = false;  // it is no deleted ref's
  bool is_listed = false;
  bool leads_somewhere = false;
  std::vector<ObjectId> tags;
  Peeled peeled;
  std::string why;
};

bool LeadsToCommitAlone(const Way& way) {
  return !way.is_asked ||
         (way.leads_somewhere && way.tags.empty() && way.peeled.type == ObjectType::kCommit);
}

// By the ids of `updates`.
std::vector<Way> PeelNew(ObjectDatabase& objects, const RefUpdates& updates,
                         const StepWatch& watch) {
  std::vector<Way> ways(updates.ids().size());
  for (size_t line = 0; line < updates.size() && !watch.IsStopped(); ++line) {
    Way& way = ways[updates.new_id(line)];
    if (std::exchange(way.is_known, true)) continue;
    const ObjectId& value = updates.ids()[updates.new_id(line)];
    way.is_asked = !value.is_zero();
    if (way.is_asked) way.leads_somewhere = Peel(objects, value, &way.tags, &way.peeled, &way.why);
  }
  return ways;
}

// The old values of `updates` mean nothing here.
ChangeList List(const Repository& repository, const RefUpdates& updates,
                std::span<const ObjectId> existing_values, const ListOptions& options) {
  std::unique_ptr<ObjectDatabase> objects = repository.NewObjectDatabase();
  ChangeBuilder builder(options.may_be_promised);
  if (!updates.AreAnySet()) return builder.Finish();
  Existing existing(repository, existing_values, options, builder);
  TreeCache trees(*objects);
  TreeChanges changes(trees);

  builder.ExpectRefs(updates.size(), updates.AreAllSet() ? updates.refs() : NameList());
  builder.ExpectObjects(CountReceived(repository));
  const bool are_many = updates.size() >= kManyRefs;
  if (!are_many) builder.ClearPagesAhead();
  std::vector<WalkTip> tips;
  std::vector<std::pair<ObjectId, uint32_t>> ref_trees;
  std::vector<Way> ways = PeelNew(*objects, updates, options.watch);
  const bool are_plain = are_many && !options.watch.IsStopped() &&
                         std::all_of(ways.begin(), ways.end(), LeadsToCommitAlone);
  // Then they are listed while the commits are walked.
  std::future<void> listing;
  if (are_plain) {
    uint32_t refs = 0;
    for (size_t line = 0; line < updates.size(); ++line) {
      Way& way = ways[updates.new_id(line)];
      if (!way.is_asked) continue;
      if (!std::exchange(way.is_listed, true)) tips.push_back({way.peeled.oid, refs});
      ++refs;
    }
    listing = std::async([&updates, &ways, &builder] {
      for (size_t line = 0; line < updates.size(); ++line)
        if (ways[updates.new_id(line)].is_asked) builder.AddRef(updates.ref(line));
    });
  }
  for (size_t line = 0; line < updates.size() && !are_plain; ++line) {
    const ObjectId& value = updates.ids()[updates.new_id(line)];
    if (value.is_zero()) continue;
    const std::string_view name = updates.ref(line);
    const uint32_t ref = builder.AddRef(name);
    if (options.watch.IsStopped()) continue;
    Way& way = ways[updates.new_id(line)];
    const bool added = !std::exchange(way.is_listed, true);
    // What leads to it is named by the first ref.
    if (!added && way.leads_somewhere && way.peeled.type != ObjectType::kTree) continue;
    for (const ObjectId& tag : way.tags)
      if (!existing.HasTag(tag)) builder.AddTag(tag, ref);
    if (!way.leads_somewhere) {
      builder.AddGap(
          {value.ToHex(), "", "", "it is the new value of " + std::string(name) + ": " + way.why});
      continue;
    }
    const Peeled& peeled = way.peeled;
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
  const std::vector<ObjectId> unjudged = PeelToCommits(*objects, options.unjudged);
  CommitWalk walk;
  if (!options.watch.IsStopped()) {
    walk =
        existing.Walk(repository, *objects, tips, {.unjudged = unjudged, .watch = options.watch});
  }
  if (listing.valid()) listing.get();
  if (walk.is_cut || options.watch.IsStopped()) {
    builder.CutBeforeWalk();
    return builder.Finish();
  }
  for (const auto& [tree, ref] : ref_trees) {
    builder.StartRefTree(ref);
    changes.Visit(tree, {}, builder);
  }
  for (Gap& gap : walk.gaps) builder.AddGap(std::move(gap));
  for (std::string& note : walk.notes) builder.AddNote(std::move(note));
  CommitChanges(repository, changes, options.threads).List(walk.commits, options.watch, builder);
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

// The values of refs, and what counts as one, less those that nobody has judged.
std::vector<ObjectId> ExistingValues(const Repository& repository, const std::vector<Ref>& refs,
                                     const Unjudged& unjudged,
                                     std::span<const ObjectId> also_existing) {
  const std::unordered_set<ObjectId> tips(unjudged.tips.begin(), unjudged.tips.end());
  std::vector<ObjectId> values;
  for (const Ref& ref : refs)
    if (!tips.contains(ref.target)) values.push_back(ref.target);
  for (const ObjectId& value : also_existing)
    if (!tips.contains(value)) values.push_back(value);
  if (unjudged.judged.empty()) return values;
  // Whatever was deleted since then is no broken ref.
  std::unique_ptr<ObjectDatabase> objects = repository.NewObjectDatabase();
  for (const ObjectId& commit : unjudged.judged)
    if (objects->Contains(commit)) values.push_back(commit);
  return values;
}

bool HasUrl(const Repository& repository, const std::string& remote, std::string_view url) {
  for (const char* key : {".url", ".pushurl"})
    for (const std::string& value : repository.ConfigStrings("remote." + remote + key))
      if (value == url) return true;
  return false;
}

}  // namespace

ChangeList ListReceived(const Repository& repository, const RefUpdates& updates,
                        const ReceivedOptions& options) {
  if (!updates.AreAnySet()) return List(repository, updates, {}, {});
  std::vector<ObjectId> likely;
  for (size_t line = 0; line < updates.size() && likely.size() < kMostLikely; ++line)
    if (const RefUpdate update = updates[line]; !update.new_oid.is_zero())
      likely.push_back(update.old_oid);
  ExistingRefs here;
  if (options.refs == nullptr) here.refs = repository.Refs(&here.head);
  const ExistingRefs& refs = options.refs != nullptr ? *options.refs : here;
  if (refs.head) likely.push_back(*refs.head);
  static const Unjudged kNobody;
  const Unjudged& unjudged = options.unjudged != nullptr ? *options.unjudged : kNobody;
  return List(repository, updates,
              ExistingValues(repository, refs.refs, unjudged, options.also_existing),
              {.likely = likely,
               .unjudged = unjudged.tips,
               .is_owed = !unjudged.tips.empty() || !unjudged.judged.empty(),
               .watch = options.watch,
               .threads = options.threads});
}

std::vector<bool> FindReachable(const Repository& repository, const std::vector<Ref>& refs,
                                std::span<const ObjectId> values) {
  std::unique_ptr<ObjectDatabase> objects = repository.NewObjectDatabase();
  std::unordered_set<ObjectId> reached;
  std::vector<WalkTip> tips;
  for (const Ref& ref : refs) {
    std::vector<ObjectId> tags;
    Peeled peeled;
    std::string why;
    reached.insert(ref.target);
    if (!Peel(*objects, ref.target, &tags, &peeled, &why)) continue;
    reached.insert(tags.begin(), tags.end());
    reached.insert(peeled.oid);
    if (peeled.type == ObjectType::kCommit) tips.push_back({peeled.oid, 0});
  }
  const auto all_reached = [&] {
    return std::all_of(values.begin(), values.end(),
                       [&](const ObjectId& value) { return reached.contains(value); });
  };
  if (!all_reached()) {
    for (const WalkedCommit& commit : WalkNewCommits(repository, *objects, tips, {}).commits)
      reached.insert(commit.oid);
  }
  std::vector<bool> result;
  for (const ObjectId& value : values) result.push_back(reached.contains(value));
  return result;
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

ChangeList ListSince(const Repository& repository, std::span<const Ref> now,
                     std::span<const Ref> known) {
  std::unordered_map<std::string_view, const ObjectId*> judged;
  for (const Ref& ref : known) judged.emplace(ref.name, &ref.target);
  RefUpdates values;
  for (const Ref& ref : now) {
    const auto before = judged.find(ref.name);
    if (before == judged.end() || *before->second != ref.target)
      values.Add(ObjectId(), ref.target, ref.name);
  }
  std::vector<ObjectId> existing;
  std::unique_ptr<ObjectDatabase> objects = repository.NewObjectDatabase();
  for (const Ref& ref : known)
    if (!values.empty() && objects->Contains(ref.target)) existing.push_back(ref.target);
  return List(repository, values, existing, {});
}

ChangeList ListPushed(const Repository& repository, std::span<const ObjectId> tracked,
                      std::span<const Push> pushes) {
  RefUpdates values;
  std::vector<ObjectId> existing;
  std::unique_ptr<ObjectDatabase> objects = repository.NewObjectDatabase();
  for (const Push& push : pushes) {
    if (!push.local_oid.is_zero()) values.Add(push.remote_oid, push.local_oid, push.remote_ref);
    if (!push.remote_oid.is_zero() && objects->Contains(push.remote_oid))
      existing.push_back(push.remote_oid);
  }
  if (values.empty()) return List(repository, values, existing, {});
  existing.insert(existing.end(), tracked.begin(), tracked.end());
  return List(repository, values, existing, {.may_be_promised = repository.has_promisor()});
}

ChangeList ListPushed(const Repository& repository, std::string_view remote, std::string_view url,
                      std::span<const Push> pushes) {
  return ListPushed(repository, ListTracked(repository, remote, url, pushes), pushes);
}

}  // namespace picket
