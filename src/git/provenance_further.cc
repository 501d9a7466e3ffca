#include <algorithm>
#include <memory>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "git/commit_graph.h"
#include "git/provenance.h"
#include "git/raw_objects.h"
#include "git/tree_cursor.h"

namespace picket {
namespace {

// Entries that are looked at before it is better to attribute everything anew, where equal folders
// are compared once however often they stand there.
constexpr uint64_t kMostSteps = 4'000'000;
constexpr int kMostDepth = 256;

struct Entry {
  uint32_t type = 0;
  ObjectId oid;
  bool is_directory = false;
};

// What single commits change, of what is wanted. One thread's own.
class Changes {
 public:
  Changes(const Repository& repository, std::span<const ObjectId> objects,
          std::span<const std::string> names)
      : database_(repository.NewObjectDatabase()) {
    for (uint32_t i = 0; i < objects.size(); ++i) objects_.emplace(objects[i], i);
    for (uint32_t i = 0; i < names.size(); ++i)
      names_.emplace(names[i], static_cast<uint32_t>(objects.size()) + i);
  }

  ObjectDatabase& database() { return *database_; }

  std::optional<ObjectId> TreeOf(const ObjectId& commit) {
    RawObject object;
    if (database_->Read(commit, &object, nullptr) != ReadStatus::kOk) return std::nullopt;
    std::optional<CommitHeader> header = TryParseCommit(object.bytes(), database_->id_bytes());
    if (!header) return std::nullopt;
    return header->tree;
  }

  // Calls on_place(index, path) for each place in `tree` that none of `parents` has. False where
  // something could not be read, or is too much.
  template <typename OnPlace>
  bool Compare(const ObjectId& tree, const std::vector<ObjectId>& parents, const OnPlace& on_place,
               int depth = 0) {
    if (std::find(parents.begin(), parents.end(), tree) != parents.end()) return true;
    if (depth > kMostDepth) return false;
    RawObject object;
    if (!Read(tree, &object)) return false;
    // Both are in one order, but for trees that Git would not write, so names are looked up.
    std::vector<std::unordered_multimap<std::string_view, Entry>> besides(parents.size());
    std::vector<RawObject> held(parents.size());
    for (size_t i = 0; i < parents.size(); ++i) {
      if (!Read(parents[i], &held[i])) return false;
      TreeCursor cursor(held[i].bytes(), database_->id_bytes());
      while (cursor.Next()) {
        besides[i].emplace(cursor.name(), Entry{cursor.mode() & TreeCursor::kTypeMask, cursor.id(),
                                                cursor.is_directory()});
        ++steps_;
      }
      if (cursor.broken()) return false;
    }
    TreeCursor cursor(object.bytes(), database_->id_bytes());
    while (cursor.Next()) {
      if (++steps_ > kMostSteps) return false;
      const ObjectId oid = cursor.id();
      const uint32_t type = cursor.mode() & TreeCursor::kTypeMask;
      bool same_object = false;
      bool same_name = false;
      std::vector<ObjectId> below;
      for (const auto& beside : besides) {
        const auto [begin, end] = beside.equal_range(cursor.name());
        std::optional<ObjectId> child;
        for (auto at = begin; at != end; ++at) {
          same_name = true;
          same_object |= at->second.oid == oid && at->second.type == type;
          if (!at->second.is_directory) continue;
          // Two of one name: which of them counts is for the whole attribution to say.
          if (child) return false;
          child = at->second.oid;
        }
        if (child) below.push_back(*child);
      }
      const size_t length = path_.size();
      if (length != 0) path_ += '/';
      path_ += cursor.name();
      const bool is_blob = !cursor.is_directory() && !cursor.is_gitlink();
      if (const auto at = objects_.find(oid); is_blob && at != objects_.end() && !same_object)
        on_place(at->second, path_);
      if (const auto at = names_.find(cursor.name()); at != names_.end() && !same_name)
        on_place(at->second, path_);
      const bool whole = !cursor.is_directory() || Compare(oid, below, on_place, depth + 1);
      path_.resize(length);
      if (!whole) return false;
    }
    return !cursor.broken();
  }

 private:
  bool Read(const ObjectId& tree, RawObject* object) {
    return database_->Read(tree, object, nullptr) == ReadStatus::kOk &&
           object->type() == ObjectType::kTree;
  }

  std::unique_ptr<ObjectDatabase> database_;
  std::unordered_map<ObjectId, uint32_t> objects_;
  std::unordered_map<std::string_view, uint32_t> names_;
  std::string path_;
  uint64_t steps_ = 0;
};

}  // namespace

std::optional<Provenance> AttributeFurther(const Repository& repository, Provenance before,
                                           std::span<const StoredObject> more,
                                           std::span<const ObjectId> objects,
                                           std::span<const std::string> names, unsigned threads,
                                           std::string* history) {
  std::vector<bool> reached;
  const std::unique_ptr<CommitGraph> graph =
      CommitGraph::Extend(repository, AsBytes(*history), more, threads, &reached);
  if (graph == nullptr || !graph->gaps().empty()) return std::nullopt;
  *history = std::string();
  // What a ref reaches only now may come before what was first; what none reaches any more does no
  // harm where something else was first.
  std::vector<uint32_t> compared;
  for (uint32_t i = 0; i < graph->size(); ++i) {
    const bool is_new = i >= reached.size();
    if (is_new || (!reached[i] && graph->ref(i) != kNone)) compared.push_back(i);
  }
  std::vector<uint32_t> ranks(graph->size());
  for (uint32_t i = 0; i < graph->order().size(); ++i) ranks[graph->order()[i]] = i;

  std::vector<Introduction*> found;
  for (Introduction& one : before.objects) found.push_back(&one);
  for (Introduction& one : before.names) found.push_back(&one);
  const auto set = [&](uint32_t commit, Introduction* one) {
    one->commit = graph->oid(commit);
    one->rank = ranks[commit];
    one->reachable = graph->ref(commit) != kNone;
    one->ref = one->reachable ? graph->refs()[graph->ref(commit)].ref : "";
  };
  for (Introduction* one : found) {
    const uint32_t commit = one->commit.empty() ? kNone : graph->Find(one->commit);
    if (commit == kNone || commit >= reached.size()) return std::nullopt;
    if (reached[commit] && graph->ref(commit) == kNone) return std::nullopt;
    set(commit, one);
  }
  std::vector<bool> moved(found.size(), false);
  Changes changes(repository, objects, names);
  for (uint32_t commit : compared) {
    const bool is_new = commit >= reached.size();
    const std::optional<ObjectId> tree = changes.TreeOf(graph->oid(commit));
    if (!tree) return std::nullopt;
    std::vector<ObjectId> parents;
    for (uint32_t parent : graph->parents(commit)) {
      std::optional<ObjectId> other = changes.TreeOf(graph->oid(parent));
      if (!other) return std::nullopt;
      parents.push_back(*other);
    }
    // Of one commit the first place in tree order counts.
    std::vector<bool> seen(found.size(), false);
    const bool whole =
        changes.Compare(*tree, parents, [&](uint32_t index, const std::string& path) {
          Introduction* one = found[index];
          // Those of commits that were there are counted already.
          if (is_new) ++one->other_places;
          const bool unreachable = graph->ref(commit) == kNone;
          if (seen[index] || std::tuple(unreachable, ranks[commit]) >=
                                 std::tuple(!one->reachable, static_cast<uint32_t>(one->rank))) {
            seen[index] = true;
            return;
          }
          seen[index] = true;
          set(commit, one);
          one->path = path;
          moved[index] = true;
        });
    if (!whole) return std::nullopt;
  }
  // A ref that names a tree speaks for what no reachable commit holds.
  const bool odd_refs = std::any_of(graph->refs().begin(), graph->refs().end(),
                                    [&](const auto& r) { return graph->Find(r.target) == kNone; });
  for (size_t i = 0; i < found.size(); ++i) {
    if (odd_refs && !found[i]->reachable) return std::nullopt;
    if (!moved[i]) continue;
    found[i]->author = found[i]->email = found[i]->date = "";
    Sign(changes.database(), found[i]->commit, found[i]);
  }
  *history = graph->Store();
  return before;
}

}  // namespace picket
