#include "git/commit_walk.h"

#include <algorithm>
#include <deque>
#include <queue>
#include <unordered_map>
#include <utility>

#include "git/raw_objects.h"

namespace picket {
namespace {

constexpr int kMaxTagChain = 1'000;
constexpr int64_t kClockSlack = 24 * 60 * 60;  // seconds
constexpr int kOvertime = 256;                 // commits
constexpr uint64_t kEarlyChecks = 64;          // commits
constexpr uint64_t kPartUnchecked = 16;        // of those before it, from one check to the next
// More are read again when they are needed: all waiting commits could have a million.
constexpr size_t kFewParents = 8;
// Boundaries that get a sentence each; the rest is counted.
constexpr size_t kMaxNotes = 5;

struct Node {
  ObjectId oid;
  ObjectId tree;
  // One that can't be read is looked at first: it leads nowhere.
  int64_t time = INT64_MAX;
  std::vector<ObjectId> parent_ids;  // until it is popped, where they are few
  std::vector<uint32_t> parents;
  uint32_t ref = kNone;
  uint32_t children = 0;  // new ones that still wait to be listed
  bool old = false;
  bool queued = false;
  bool named = false;
  bool done = false;  // popped: its parents have been looked at
  bool readable = false;
  bool shallow = false;
  bool unjudged = false;
  bool has_many_parents = false;
};

class Walk {
 public:
  // `known` may be null.
  Walk(const Repository& repository, ObjectDatabase& objects, const KnownValues* known)
      : repository_(repository), objects_(objects), known_(known) {}

  CommitWalk Run(std::span<const WalkTip> tips, std::span<const ObjectId> existing,
                 const WalkOptions& options) {
    watch_ = options.watch;
    for (const ObjectId& oid : options.unjudged) nodes_[Find(oid)].unjudged = true;
    for (const ObjectId& oid : existing) Enter(Find(oid), true);
    for (const WalkTip& tip : tips) Enter(Find(tip.commit), false);
    Paint();
    return Finish(tips);
  }

  std::optional<CommitWalk> TryRun(std::span<const WalkTip> tips, const StepWatch& watch) {
    watch_ = watch;
    for (const ObjectId& oid : known_->likely) Enter(Find(oid), true);
    for (const WalkTip& tip : tips) Enter(Find(tip.commit), false);
    if (!TryPaint() || (!result_.is_cut && !AllNewAreCertain())) return std::nullopt;
    return Finish(tips);
  }

 private:
  struct Queued {
    int64_t time;
    uint32_t node;
    // Newest first; the order of discovery makes it one order.
    bool operator<(const Queued& other) const {
      return time != other.time ? time < other.time : node > other.node;
    }
  };

  CommitWalk Finish(std::span<const WalkTip> tips) {
    if (result_.is_cut) return std::move(result_);
    NameRefs(tips);
    List();
    return std::move(result_);
  }

  // The node of a commit, read on first sight.
  uint32_t Find(const ObjectId& oid) {
    auto [slot, added] = index_.try_emplace(oid, static_cast<uint32_t>(nodes_.size()));
    if (!added) return slot->second;
    Node& node = nodes_.emplace_back();
    node.oid = oid;
    RawObject object;
    if (objects_.Read(oid, &object, nullptr) == ReadStatus::kOk &&
        object.type() == ObjectType::kCommit) {
      if (std::optional<CommitHeader> header =
              TryParseCommit(object.bytes(), objects_.id_bytes())) {
        node.has_many_parents = header->parents.size() > kFewParents;
        if (!node.has_many_parents) node.parent_ids = std::move(header->parents);
        node.readable = true;
        node.tree = header->tree;
        node.time = header->committer_time;
        node.shallow = repository_.shallow().contains(oid);
      }
    }
    return slot->second;
  }

  // Parents are read only when their child is popped: most of history never is.
  void ReadParents(uint32_t at) {
    std::vector<ObjectId> parent_ids = std::exchange(nodes_[at].parent_ids, {});
    if (!nodes_[at].readable || nodes_[at].shallow) return;
    if (nodes_[at].has_many_parents) {
      RawObject object;
      if (objects_.Read(nodes_[at].oid, &object, nullptr) != ReadStatus::kOk) return;
      std::optional<CommitHeader> header = TryParseCommit(object.bytes(), objects_.id_bytes());
      if (!header) return;
      parent_ids = std::move(header->parents);
    }
    std::vector<uint32_t> parents;
    for (const ObjectId& parent : parent_ids) parents.push_back(Find(parent));
    for (uint32_t parent : parents)
      if (nodes_[parent].readable) skew_ = std::max(skew_, nodes_[parent].time - nodes_[at].time);
    nodes_[at].parents = std::move(parents);
  }

  void Enter(uint32_t at, bool old) {
    Node& node = nodes_[at];
    // A ref may name what was not there before the push brought it.
    if (known_ != nullptr && !old) old = known_->values.contains(node.oid) && WasThere(node);
    if (old && node.unjudged) return;
    if (node.queued) {
      if (old) MakeOld(at);
      return;
    }
    node.queued = true;
    node.old = old;
    if (!old) ++waiting_new_;
    queue_.push({node.time, at});
  }

  // A commit that counted as new turns out to be old, and all that it reaches with it.
  void MakeOld(uint32_t start) {
    std::vector<uint32_t> stack = {start};
    while (!stack.empty()) {
      uint32_t at = stack.back();
      stack.pop_back();
      Node& node = nodes_[at];
      if (node.old || node.unjudged) continue;
      node.old = true;
      if (!node.done) {
        --waiting_new_;
        continue;
      }
      for (uint32_t parent : node.parents) stack.push_back(parent);
    }
  }

  bool IsStopped() {
    watch_.Count();
    if (watch_.IsStopped()) result_.is_cut = true;
    return result_.is_cut;
  }

  void Paint() {
    int64_t oldest_new = INT64_MAX;
    int overtime = 0;
    while (!queue_.empty()) {
      if (IsStopped()) return;
      Queued next = queue_.top();
      if (waiting_new_ == 0) {
        if (oldest_new == INT64_MAX) break;
        int64_t slack = std::max(kClockSlack, skew_ < INT64_MAX / 4 ? 2 * skew_ : INT64_MAX / 2);
        // A few more, whatever their date: a tip with a broken clock stands last in the queue, and
        // much that counts as new may be behind it.
        if (next.time < oldest_new - slack && ++overtime > kOvertime) break;
      }
      if (!nodes_[next.node].old) oldest_new = std::min(oldest_new, next.time);
      Pop();
    }
  }

  void Pop() {
    const uint32_t at = queue_.top().node;
    queue_.pop();
    Node& node = nodes_[at];
    node.done = true;
    const bool old = node.old;
    if (!old) --waiting_new_;
    ReadParents(at);
    for (uint32_t parent : nodes_[at].parents) Enter(parent, old);
  }

  bool WasThere(const Node& node) { return known_->old_objects.Contains(node.oid); }

  // Until nothing new waits, or there is no more time; false where a commit that was there before
  // counts as new: by then it would have been reached from what is likely, if it can be. A sample
  // is enough to end early.
  bool TryPaint() {
    uint64_t count = 0;
    uint64_t next_check = 1;
    while (waiting_new_ != 0) {
      if (IsStopped()) return true;
      const Node& node = nodes_[queue_.top().node];
      if (!node.old && ++count == next_check) {
        if (WasThere(node)) return false;
        next_check += count < kEarlyChecks ? 1 : count / kPartUnchecked;
      }
      Pop();
    }
    return true;
  }

  // What an old commit reaches was there before. So a new one whose parents are new for certain is,
  // and only those without such parents are looked up.
  bool AllNewAreCertain() {
    for (Node& node : nodes_) {
      if (node.old || !node.queued) continue;
      const bool is_lowest = std::all_of(node.parents.begin(), node.parents.end(),
                                         [&](uint32_t parent) { return nodes_[parent].old; });
      if (is_lowest && WasThere(node)) return false;
    }
    return true;
  }

  // Every new commit gets the first ref that reaches it, and counts its new children.
  void NameRefs(std::span<const WalkTip> tips) {
    std::vector<uint32_t> stack;
    for (const WalkTip& tip : tips) {
      stack.push_back(Find(tip.commit));
      while (!stack.empty()) {
        Node& node = nodes_[stack.back()];
        stack.pop_back();
        if (node.old || node.named) continue;
        node.named = true;
        node.ref = tip.ref;
        for (uint32_t parent : node.parents) {
          ++nodes_[parent].children;
          stack.push_back(parent);
        }
      }
    }
  }

  // Children before parents, newest first where that leaves a choice.
  void List() {
    std::priority_queue<Queued> ready;
    for (uint32_t at = 0; at < nodes_.size(); ++at)
      if (nodes_[at].named && nodes_[at].children == 0) ready.push({nodes_[at].time, at});
    size_t boundaries = 0;
    while (!ready.empty()) {
      uint32_t at = ready.top().node;
      ready.pop();
      const Node& node = nodes_[at];
      for (uint32_t parent : node.parents)
        if (!nodes_[parent].old && --nodes_[parent].children == 0)
          ready.push({nodes_[parent].time, parent});
      if (!node.readable) {
        AddGap(node);
        continue;
      }
      WalkedCommit commit{node.oid, node.tree, node.ref, {}};
      for (uint32_t parent : node.parents) {
        const Node& other = nodes_[parent];
        if (!other.readable && other.old) AddGap(other);
        if (other.readable) commit.parent_trees.push_back(other.tree);
      }
      std::sort(commit.parent_trees.begin(), commit.parent_trees.end());
      commit.parent_trees.erase(std::unique(commit.parent_trees.begin(), commit.parent_trees.end()),
                                commit.parent_trees.end());
      if (node.shallow && ++boundaries <= kMaxNotes)
        result_.notes.push_back("Commit " + node.oid.ToHex() +
                                " is a shallow boundary and was judged as a root.");
      result_.commits.push_back(std::move(commit));
    }
    if (boundaries > kMaxNotes)
      result_.notes.push_back(std::to_string(boundaries - kMaxNotes) +
                              " more commits are shallow boundaries and were judged as roots.");
  }

  void AddGap(const Node& node) {
    std::string why;
    RawObject object;
    ReadStatus status = objects_.Read(node.oid, &object, &why);
    std::string reason = "the commit is damaged: " + why;
    if (status == ReadStatus::kMissing) {
      reason = "the commit is missing from the repository";
    } else if (status == ReadStatus::kOk) {
      reason = "it is no commit that Git could read";
    }
    Gap gap{node.oid.ToHex(), "", "", reason};
    if (std::find(result_.gaps.begin(), result_.gaps.end(), gap) == result_.gaps.end())
      result_.gaps.push_back(std::move(gap));
  }

  const Repository& repository_;
  ObjectDatabase& objects_;
  const KnownValues* known_;
  std::deque<Node> nodes_;
  std::unordered_map<ObjectId, uint32_t> index_;
  std::priority_queue<Queued> queue_;
  size_t waiting_new_ = 0;
  int64_t skew_ = 0;
  StepWatch watch_;
  CommitWalk result_;
};

}  // namespace

CommitWalk WalkNewCommits(const Repository& repository, ObjectDatabase& objects,
                          std::span<const WalkTip> tips, std::span<const ObjectId> existing,
                          const WalkOptions& options) {
  return Walk(repository, objects, nullptr).Run(tips, existing, options);
}

std::optional<CommitWalk> TryWalkNewCommits(const Repository& repository, ObjectDatabase& objects,
                                            std::span<const WalkTip> tips, const KnownValues& known,
                                            const StepWatch& watch) {
  return Walk(repository, objects, &known).TryRun(tips, watch);
}

bool Peel(ObjectDatabase& objects, const ObjectId& oid, std::vector<ObjectId>* tags, Peeled* peeled,
          std::string* why) {
  ObjectId at = oid;
  for (int depth = 0; depth < kMaxTagChain; ++depth) {
    ObjectHeader header;
    RawObject object;
    std::string clause;
    ReadStatus status = objects.ReadHeader(at, &header, &clause);
    if (status == ReadStatus::kOk && header.type != ObjectType::kTag) {
      *peeled = {at, header.type};
      return true;
    }
    if (status == ReadStatus::kOk) status = objects.Read(at, &object, &clause);
    if (status != ReadStatus::kOk) {
      *why = status == ReadStatus::kMissing
                 ? "object " + at.ToHex() + " is missing from the repository"
                 : "object " + at.ToHex() + " is damaged: " + clause;
      return false;
    }
    std::optional<TagHeader> tag = TryParseTag(object.bytes(), objects.id_bytes());
    if (!tag) {
      *why = "tag " + at.ToHex() + " is none that Git could read";
      return false;
    }
    if (tags != nullptr) tags->push_back(at);
    at = tag->target;
  }
  *why = "its chain of tags is longer than 1,000";
  return false;
}

}  // namespace picket
