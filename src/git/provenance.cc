#include "git/provenance.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "git/commit_graph.h"
#include "git/parallel.h"
#include "git/signature.h"
#include "git/tree_projection.h"

namespace picket {
namespace {

constexpr size_t kCommitChunk = 256;
// Entries compared in one commit before folders that were compared already are passed over.
constexpr uint64_t kMaxSteps = 100000;

// The objects and names of one batch, and what is found about them. Names stand after the objects.
struct Batch {
  std::span<const ObjectId> objects;
  std::span<const std::string> names;
  std::vector<Introduction> found;
  std::vector<uint64_t> places;

  uint32_t IndexOf(const ProjectedEntry& entry, bool as_name) const {
    return as_name ? static_cast<uint32_t>(objects.size()) + entry.wanted_name : entry.object;
  }
};

// Compares one tree with those of the parents and reports what it brings.
template <typename OnPlace>
class Comparison {
 public:
  Comparison(const TreeProjection& projection, const OnPlace& on_place)
      : projection_(projection), on_place_(on_place) {}

  void Compare(uint32_t node, const std::vector<uint32_t>& parents) {
    if (node == 0 || std::find(parents.begin(), parents.end(), node) != parents.end()) return;
    if (steps_ > kMaxSteps) {
      std::vector<uint32_t> key = parents;
      key.push_back(node);
      if (!compared_.insert(std::move(key)).second) {
        repeats_ = true;
        return;
      }
    }
    std::vector<size_t> hints(parents.size(), 0);
    for (const uint32_t block : projection_.blocks(node)) {
      if (HasBlock(parents, block, &hints)) continue;
      for (const ProjectedEntry& entry : projection_.entries(block)) {
        ++steps_;
        size_t length = path_.size();
        if (length != 0) path_ += '/';
        path_ += projection_.name(entry.name);
        CompareEntry(entry, parents, &hints);
        path_.resize(length);
      }
    }
  }

  // Some folder was passed over, so that there are more places than were reported.
  bool repeats() const { return repeats_; }

 private:
  void CompareEntry(const ProjectedEntry& entry, const std::vector<uint32_t>& parents,
                    std::vector<size_t>* hints) {
    bool same_object = false;
    bool same_name = false;
    std::vector<uint32_t> children;
    for (size_t i = 0; i < parents.size(); ++i) {
      uint32_t child = 0;
      for (const ProjectedEntry& other : Named(parents[i], entry.name, &(*hints)[i])) {
        same_object |= other.object == entry.object && other.type == entry.type;
        same_name |= other.wanted_name != kNone;
        if (other.child != 0) child = other.child;
      }
      children.push_back(child);
    }
    if (entry.object != kNone && !same_object) on_place_(entry, false, path_);
    if (entry.wanted_name != kNone && !same_name) on_place_(entry, true, path_);
    Compare(entry.child, children);
  }

  // Some parent has all of the block's entries as they are.
  bool HasBlock(const std::vector<uint32_t>& parents, uint32_t block, std::vector<size_t>* hints) {
    bool has = false;
    for (size_t i = 0; i < parents.size(); ++i) {
      const std::span<const uint32_t> blocks = projection_.blocks(parents[i]);
      const size_t found =
          FindBlock(blocks, &(*hints)[i], [block](uint32_t b) { return b == block; });
      if (found == blocks.size()) continue;
      (*hints)[i] = found + 1;
      has = true;
    }
    return has;
  }

  // The entries of a node that have this name: one, or a run of them in a tree that Git would not
  // write, which stand in one block.
  std::span<const ProjectedEntry> Named(uint32_t node, uint32_t name, size_t* hint) {
    std::span<const ProjectedEntry> run;
    FindBlock(projection_.blocks(node), hint, [&](uint32_t block) {
      const std::span<const ProjectedEntry> entries = projection_.entries(block);
      size_t begin = 0;
      while (begin < entries.size() && entries[begin].name != name) ++begin;
      steps_ += begin;
      if (begin == entries.size()) return false;
      size_t end = begin + 1;
      while (end < entries.size() && entries[end].name == name) ++end;
      run = entries.subspan(begin, end - begin);
      return true;
    });
    return run;
  }

  // Both trees are in the same order, so the search starts where the last one ended.
  template <typename IsIt>
  size_t FindBlock(std::span<const uint32_t> blocks, size_t* hint, const IsIt& is_it) {
    for (size_t i = 0; i < blocks.size(); ++i) {
      ++steps_;
      size_t at = *hint + i;
      if (at >= blocks.size()) at -= blocks.size();
      if (!is_it(blocks[at])) continue;
      *hint = at;
      return at;
    }
    return blocks.size();
  }

  const TreeProjection& projection_;
  const OnPlace& on_place_;
  std::string path_;
  uint64_t steps_ = 0;
  std::set<std::vector<uint32_t>> compared_;
  bool repeats_ = false;
};

class Attribution {
 public:
  Attribution(const Repository& repository, const ObjectInventory& inventory,
              const ReadBefore& before, unsigned threads)
      : repository_(repository),
        inventory_(inventory),
        listed_(before.trees),
        tree_table_(before.ids != nullptr ? &before.ids->trees() : nullptr),
        threads_(threads),
        database_(repository.NewObjectDatabase()),
        ids_(before.ids),
        records_(before.commits) {}

  // False, and nothing is known then, where the batch leads to more than `most_bytes`; 0: as much
  // as is ever held, and what is too much is a gap.
  bool Attribute(Batch* batch, uint64_t most_bytes) {
    std::optional<TreeProjection> projection;
    if (!graph_) {
      CallBoth(
          threads_, [this] { MakeGraph(); },
          [&] {
            if (LeadsIntoTrees(*batch)) Project(*batch, most_bytes, &projection);
          });
    }
    size_t count = batch->objects.size() + batch->names.size();
    batch->found.resize(count);
    batch->places.resize(count);
    for (size_t i = 0; i < batch->objects.size(); ++i) {
      uint32_t commit = graph_->Find(batch->objects[i]);
      if (commit != kNone) {
        SetCommit(commit, &batch->found[i]);
        batch->places[i] = 1;
      }
    }
    AttributeNamedByRefs(batch);
    if (!Complete(*batch) && !AttributeInTrees(batch, most_bytes, &projection)) return false;
    // In the order of history: a commit is mostly stored as what differs from its neighbour.
    std::vector<size_t> order(count);
    std::iota(order.begin(), order.end(), size_t{0});
    std::sort(order.begin(), order.end(), [batch](size_t a, size_t b) {
      return std::pair(batch->found[a].rank, a) < std::pair(batch->found[b].rank, b);
    });
    for (const size_t i : order) {
      Introduction& found = batch->found[i];
      found.other_places = batch->places[i] == 0 ? 0 : batch->places[i] - 1;
      if (!found.commit.empty()) {
        Sign(*database_, found.commit, &found);
      } else if (i < batch->objects.size() && IsTag(batch->objects[i])) {
        Sign(*database_, batch->objects[i], &found);
      }
    }
    return true;
  }

  std::string StoreGraph() const { return graph_->Store(); }
  void MoveGapsTo(Provenance* provenance) {
    provenance->gaps.assign(gaps_.begin(), gaps_.end());
    provenance->absent_trees = absent_trees_;
  }

 private:
  void MakeGraph() {
    graph_.emplace(repository_, inventory_.objects, records_, threads_);
    gaps_.insert(graph_->gaps().begin(), graph_->gaps().end());
  }

  // As far as the ids tell: Complete() knows more.
  bool LeadsIntoTrees(const Batch& batch) const {
    if (!batch.names.empty()) return true;
    return ids_ != nullptr &&
           std::any_of(batch.objects.begin(), batch.objects.end(), [this](const ObjectId& oid) {
             const uint32_t found = ids_->FindObject(oid);
             return found != kNone && inventory_.objects.type(found) == ObjectType::kBlob;
           });
  }

  void Project(const Batch& batch, uint64_t most_bytes, std::optional<TreeProjection>* projection) {
    if (listed_ == nullptr) {
      const KnownIds known(inventory_);
      own_list_.emplace(ListTreeNames(repository_, inventory_, known, false, threads_));
      listed_ = &*own_list_;
    }
    projection->emplace(inventory_, TreeTable(), listed_, batch.objects, batch.names, threads_,
                        most_bytes);
  }

  void SetCommit(uint32_t commit, Introduction* found) {
    if (ranks_.empty()) {
      ranks_.resize(graph_->size());
      for (uint32_t i = 0; i < graph_->order().size(); ++i) ranks_[graph_->order()[i]] = i;
    }
    found->commit = graph_->oid(commit);
    found->rank = ranks_[commit];
    SetRef(graph_->ref(commit), found);
  }

  void SetRef(uint32_t ref, Introduction* found) {
    found->reachable = ref != kNone;
    if (found->reachable) found->ref = graph_->refs()[ref].ref;
  }

  // Tags on the way to what a ref means, and blobs that a ref names.
  void AttributeNamedByRefs(Batch* batch) {
    std::unordered_map<ObjectId, size_t> wanted;
    for (size_t i = 0; i < batch->objects.size(); ++i) wanted.emplace(batch->objects[i], i);
    for (uint32_t i = 0; i < graph_->refs().size(); ++i) {
      const RefTarget& target = graph_->refs()[i];
      auto reach = [&](const ObjectId& oid) {
        auto entry = wanted.find(oid);
        if (entry == wanted.end() || batch->found[entry->second].reachable) return;
        SetRef(i, &batch->found[entry->second]);
      };
      for (const ObjectId& tag : target.tags) reach(tag);
      reach(target.target);
    }
  }

  // Commits have themselves; tags are in no tree.
  bool Complete(const Batch& batch) {
    if (!batch.names.empty()) return false;
    for (size_t i = 0; i < batch.objects.size(); ++i) {
      if (batch.found[i].commit.empty() && !IsTag(batch.objects[i])) return false;
    }
    return true;
  }

  bool IsTag(const ObjectId& oid) {
    if (tags_.empty()) {
      for (const StoredObject& object : inventory_.objects) {
        if (object.type == ObjectType::kTag) tags_.insert(object.oid);
      }
      tags_.insert(ObjectId());
    }
    return tags_.contains(oid);
  }

  // `made` may be empty.
  bool AttributeInTrees(Batch* batch, uint64_t most_bytes, std::optional<TreeProjection>* made) {
    if (!*made) Project(*batch, most_bytes, made);
    TreeProjection& projection = **made;
    const std::vector<uint32_t>& order = graph_->order();
    std::vector<uint32_t> nodes(graph_->size(), 0);
    ForEachChunk(order.size(), kCommitChunk, threads_, [&] {
      return [&, database = repository_.NewObjectDatabase()](size_t begin, size_t end) {
        for (size_t i = begin; i < end; ++i) {
          const ObjectId tree = graph_->tree(order[i]);
          if (!tree.empty()) nodes[order[i]] = projection.Project(tree, database.get());
        }
      };
    });
    if (projection.is_too_much()) return false;
    for (uint32_t commit : order) AddCommit(projection, nodes, commit, batch);
    for (uint32_t i = 0; i < graph_->refs().size(); ++i) {
      const ObjectId& target = graph_->refs()[i].target;
      if (target.empty() || graph_->Find(target) != kNone || !IsTree(target)) continue;
      AddTree(projection, projection.Project(target, database_.get()), i, batch);
    }
    if (HasMissing(*batch)) AddLostTrees(&projection, batch);
    for (Gap& gap : projection.gaps()) gaps_.insert(std::move(gap));
    absent_trees_ = std::max(absent_trees_, projection.absent());
    return true;
  }

  const IdTable& TreeTable() {
    if (tree_table_ == nullptr) tree_table_ = &own_tree_table_.emplace(inventory_.trees);
    return *tree_table_;
  }

  bool IsTree(const ObjectId& oid) { return TreeTable().Find(oid) != kNone; }

  void AddCommit(const TreeProjection& projection, const std::vector<uint32_t>& nodes,
                 uint32_t commit, Batch* batch) {
    if (nodes[commit] == 0) return;
    std::vector<uint32_t> parents;
    for (uint32_t parent : graph_->parents(commit)) parents.push_back(nodes[parent]);
    auto on_place = [&](const ProjectedEntry& entry, bool as_name, const std::string& path) {
      uint32_t index = batch->IndexOf(entry, as_name);
      Introduction& found = batch->found[index];
      ++batch->places[index];
      bool reachable = graph_->ref(commit) != kNone;
      if (!found.commit.empty() && (found.reachable || !reachable)) return;
      found.path = path;
      SetCommit(commit, &found);
    };
    Comparison comparison(projection, on_place);
    comparison.Compare(nodes[commit], parents);
    if (comparison.repeats()) MarkMore(batch);
  }

  // Which of the wanted ones the passed-over folders hold isn't known: each that has been found may
  // have more places.
  static void MarkMore(Batch* batch) {
    for (size_t i = 0; i < batch->found.size(); ++i) {
      if (batch->places[i] != 0) batch->found[i].more_places = true;
    }
  }

  // A tree that a ref names (or, with kNone, nobody): for what no reachable commit holds.
  void AddTree(const TreeProjection& projection, uint32_t node, uint32_t ref, Batch* batch) {
    auto on_place = [&](const ProjectedEntry& entry, bool as_name, const std::string& path) {
      Introduction& found = batch->found[batch->IndexOf(entry, as_name)];
      if (found.reachable) return;
      if (ref == kNone && (!found.commit.empty() || Depth(path) <= Depth(found.path))) return;
      found.path = path;
      found.commit = ObjectId();
      SetRef(ref, &found);
    };
    Comparison comparison(projection, on_place);
    comparison.Compare(node, {});
  }

  static size_t Depth(const std::string& path) {
    if (path.empty()) return 0;
    return 1 + static_cast<size_t>(std::count(path.begin(), path.end(), '/'));
  }

  bool HasMissing(const Batch& batch) {
    for (size_t i = 0; i < batch.found.size(); ++i) {
      const Introduction& found = batch.found[i];
      if (!found.commit.empty() || found.reachable) continue;
      if (i >= batch.objects.size() || !IsTag(batch.objects[i])) return true;
    }
    return false;
  }

  // Trees that no commit holds, by id: the longest path wins, since it is the nearest to a root.
  void AddLostTrees(TreeProjection* projection, Batch* batch) {
    std::vector<std::pair<ObjectId, uint32_t>> nodes(inventory_.trees.size());
    ForEachChunk(nodes.size(), kCommitChunk, threads_, [&] {
      return [&, database = repository_.NewObjectDatabase()](size_t begin, size_t end) {
        for (size_t i = begin; i < end; ++i) {
          const ObjectId tree = inventory_.trees[i].oid;
          nodes[i] = {tree, projection->Project(tree, database.get())};
        }
      };
    });
    std::sort(nodes.begin(), nodes.end());
    std::set<uint32_t> seen;
    for (const auto& [tree, node] : nodes) {
      if (node != 0 && seen.insert(node).second) AddTree(*projection, node, kNone, batch);
    }
  }

  const Repository& repository_;
  const ObjectInventory& inventory_;
  std::optional<TreeNames> own_list_;
  const TreeNames* listed_;
  std::optional<IdTable> own_tree_table_;
  const IdTable* tree_table_;
  unsigned threads_;
  std::unique_ptr<ObjectDatabase> database_;
  const KnownIds* ids_;
  const CommitRecords* records_;
  std::optional<CommitGraph> graph_;  // made with the first batch
  std::vector<uint32_t> ranks_;       // by commit, made when the first is asked for
  std::set<ObjectId> tags_;
  std::set<Gap> gaps_;
  uint64_t absent_trees_ = 0;
};

}  // namespace

namespace {

// Neighbours of one folder and time come into one batch, which leads to fewer trees then.
std::vector<size_t> ReadingOrder(const ObjectInventory& inventory,
                                 std::span<const ObjectId> objects) {
  std::unordered_map<ObjectId, size_t> rest;
  for (size_t i = 0; i < objects.size(); ++i) rest.emplace(objects[i], i);
  std::vector<size_t> order;
  order.reserve(objects.size());
  for (size_t i = 0; i < inventory.objects.size() && !rest.empty(); ++i) {
    const auto at = rest.find(inventory.objects[i].oid);
    if (at == rest.end()) continue;
    order.push_back(at->second);
    rest.erase(at);
  }
  for (size_t i = 0; i < objects.size() && !rest.empty(); ++i) {
    if (rest.erase(objects[i]) > 0) order.push_back(i);
  }
  // As they stand, where one is asked for twice.
  if (order.size() < objects.size()) {
    order.resize(objects.size());
    std::iota(order.begin(), order.end(), size_t{0});
  }
  return order;
}

}  // namespace

void Sign(ObjectDatabase& database, const ObjectId& commit_or_tag, Introduction* introduction) {
  RawObject object;
  if (database.Read(commit_or_tag, &object, nullptr) != ReadStatus::kOk) return;
  std::string_view text = AsText(object.bytes());
  Signature signature =
      ParseSignature(FindHeader(text, object.type() == ObjectType::kCommit ? "author" : "tagger"));
  introduction->author = std::move(signature.name);
  introduction->email = std::move(signature.email);
  introduction->date = std::move(signature.date);
}

Provenance Attribute(const Repository& repository, const ObjectInventory& inventory,
                     std::span<const ObjectId> objects, std::span<const std::string> names,
                     unsigned threads, std::string* history, const ReadBefore& before,
                     const PassLimits& limits) {
  Provenance result;
  result.objects.resize(objects.size());
  result.names.resize(names.size());
  if (objects.empty() && names.empty()) return result;
  Attribution attribution(repository, inventory, before, threads);
  const std::vector<size_t> order = ReadingOrder(inventory, objects);
  std::vector<ObjectId> ordered;
  ordered.reserve(objects.size());
  for (const size_t at : order) ordered.push_back(objects[at]);
  size_t most = limits.most;
  for (size_t i = 0, j = 0; i < objects.size() || j < names.size();) {
    Batch batch;
    batch.objects = std::span(ordered).subspan(i, std::min(most, objects.size() - i));
    batch.names = names.subspan(j, std::min(most, names.size() - j));
    ++result.passes;
    const size_t count = std::max(batch.objects.size(), batch.names.size());
    if (!attribution.Attribute(&batch, count > limits.least ? limits.bytes : 0)) {
      most = std::max(limits.least, count / 2);
      continue;
    }
    auto split = batch.found.begin() + static_cast<ptrdiff_t>(batch.objects.size());
    for (size_t k = 0; k < batch.objects.size(); ++k)
      result.objects[order[i + k]] = std::move(batch.found[k]);
    std::move(split, batch.found.end(), result.names.begin() + static_cast<ptrdiff_t>(j));
    i += batch.objects.size();
    j += batch.names.size();
  }
  attribution.MoveGapsTo(&result);
  if (history != nullptr) *history = attribution.StoreGraph();
  return result;
}

}  // namespace picket
