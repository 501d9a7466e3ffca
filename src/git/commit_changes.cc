#include "git/commit_changes.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <string_view>

#include "git/parallel.h"
#include "git/tree_cache.h"

namespace picket {
namespace {

// Each holds trees; more are no faster where memory is what they wait for.
constexpr unsigned kMostThreads = 4;
constexpr uint64_t kTreeBytes = uint64_t{32} << 20;      // of all threads
constexpr uint64_t kLeastTreeBytes = uint64_t{8} << 20;  // of each
// Neighbours share most of their trees, and the first of a row has none of them.
constexpr size_t kShortestRow = 64;
constexpr size_t kLongestRow = 512;
constexpr size_t kWorthAThread = 256;
// So many are compared before any of them is told, and so much is kept of them; bytes.
constexpr size_t kRound = 4'096;
constexpr uint64_t kMostKept = uint64_t{64} << 20;

enum class What : uint8_t { kBlob, kLink, kAttributes, kNewPath, kGitlink };

// What a visitor was told; the paths stand one behind the other.
struct Event {
  What what = What::kBlob;
  uint32_t path = 0;
  uint32_t path_bytes = 0;
  ObjectId oid;
};

// Keeps what it is told while there is room for it.
class Recorder : public TreeChangeVisitor {
 public:
  explicit Recorder(std::atomic<uint64_t>* kept) : kept_(kept) {}

  void OnBlob(std::string_view path, const ObjectId& oid) override { Add(What::kBlob, path, oid); }
  void OnLink(std::string_view path, const ObjectId& oid) override { Add(What::kLink, path, oid); }
  void OnAttributes(std::string_view folder, const ObjectId& oid) override {
    Add(What::kAttributes, folder, oid);
  }
  void OnNewPath(std::string_view path) override { Add(What::kNewPath, path, {}); }
  void OnGitlink(std::string_view path, const ObjectId& oid) override {
    Add(What::kGitlink, path, oid);
  }
  // Rare, and told by who tells all of it.
  void OnUnreadable(std::string_view, const ObjectId&, ReadStatus, std::string_view) override {
    whole_ = false;
  }
  void OnTooLarge(std::string_view, std::string_view) override { whole_ = false; }

  bool whole() const { return whole_; }
  void Replay(TreeChangeVisitor& visitor) const {
    for (const Event& event : events_) {
      const std::string_view path(paths_.data() + event.path, event.path_bytes);
      switch (event.what) {
        case What::kBlob: visitor.OnBlob(path, event.oid); break;
        case What::kLink: visitor.OnLink(path, event.oid); break;
        case What::kAttributes: visitor.OnAttributes(path, event.oid); break;
        case What::kNewPath: visitor.OnNewPath(path); break;
        case What::kGitlink: visitor.OnGitlink(path, event.oid); break;
      }
    }
  }
  // Where not all could be kept nothing is.
  void Close() {
    if (whole_) return;
    events_ = {};
    paths_ = {};
  }

 private:
  void Add(What what, std::string_view path, const ObjectId& oid) {
    if (!whole_) return;
    // A new path is told twice.
    const bool again = !events_.empty() && LastPath() == path;
    const uint64_t cost = sizeof(Event) + (again ? 0 : path.size());
    if (kept_->fetch_add(cost, std::memory_order_relaxed) > kMostKept) {
      whole_ = false;
      return;
    }
    const uint32_t at = again ? events_.back().path : static_cast<uint32_t>(paths_.size());
    if (!again) paths_.append(path);
    events_.push_back({what, at, static_cast<uint32_t>(path.size()), oid});
  }
  std::string_view LastPath() const {
    return std::string_view(paths_).substr(events_.back().path, events_.back().path_bytes);
  }

  std::atomic<uint64_t>* kept_;
  bool whole_ = true;
  std::vector<Event> events_;
  std::string paths_;
};

}  // namespace

struct CommitChanges::Comparison {
  explicit Comparison(std::atomic<uint64_t>* kept) : events(kept) {}

  Recorder events;
  uint64_t entries = 0;  // that were looked at
  bool done = false;     // and all of it is in `events`
};

// What one thread keeps from one round to the next.
class CommitChanges::Worker {
 public:
  Worker(const Repository& repository, const TreeLimits& limits, uint64_t tree_bytes)
      : database_(repository.NewObjectDatabase()),
        trees_(*database_, tree_bytes),
        changes_(trees_, limits) {}

  void Compare(const WalkedCommit& commit, Comparison* comparison) {
    changes_.Visit(commit.tree, commit.parent_trees, comparison->events);
    comparison->events.Close();
    comparison->entries = changes_.entries();
    comparison->done = comparison->events.whole();
  }

 private:
  std::unique_ptr<ObjectDatabase> database_;
  TreeCache trees_;
  TreeChanges changes_;
};

CommitChanges::CommitChanges(const Repository& repository, TreeChanges& changes, unsigned threads)
    : repository_(repository), changes_(changes), threads_(std::min(threads, kMostThreads)) {}

CommitChanges::~CommitChanges() = default;

void CommitChanges::Compare(std::span<const WalkedCommit> commits, const StepWatch& watch,
                            std::vector<Comparison>* comparisons) {
  if (workers_.empty()) {
    // What stays within what every commit may look at is within it whatever came before; a commit
    // that needs more is compared where all are counted together.
    TreeLimits limits = changes_.limits();
    limits.entries = limits.refill;
    for (unsigned i = 0; i < threads_; ++i)
      workers_.push_back(std::make_unique<Worker>(
          repository_, limits, std::max(kTreeBytes / threads_, kLeastTreeBytes)));
  }
  std::atomic<size_t> next{0};
  const size_t row = std::clamp(commits.size() / (threads_ * 2), kShortestRow, kLongestRow);
  ForEachChunk(commits.size(), row, threads_, [&] {
    return [&, worker = workers_[next++].get()](size_t begin, size_t end) {
      for (size_t i = begin; i < end && !watch.IsStopped(); ++i) {
        worker->Compare(commits[i], &(*comparisons)[i]);
        watch.CountGoneOver();
      }
    };
  });
}

void CommitChanges::List(std::span<const WalkedCommit> commits, const StepWatch& watch,
                         ChangeBuilder& builder) {
  const bool alone = threads_ < 2 || commits.size() < kWorthAThread;
  for (size_t begin = 0; begin < commits.size(); begin += kRound) {
    const auto round = commits.subspan(begin, std::min(kRound, commits.size() - begin));
    std::atomic<uint64_t> kept{0};
    std::vector<Comparison> comparisons(round.size(), Comparison(&kept));
    if (!alone && !watch.IsStopped()) Compare(round, watch, &comparisons);
    for (size_t i = 0; i < round.size(); ++i) {
      const WalkedCommit& commit = round[i];
      const Comparison& comparison = comparisons[i];
      if (!comparison.done && watch.IsStopped()) {
        builder.AddCommitLeft(commit.oid, commit.ref);
        continue;
      }
      builder.StartCommit(commit.oid, commit.ref);
      if (comparison.done) {
        changes_.Account(comparison.entries);
        comparison.events.Replay(builder);
        continue;
      }
      if (alone) watch.CountGoneOver();
      changes_.Visit(commit.tree, commit.parent_trees, builder);
    }
  }
}

}  // namespace picket
