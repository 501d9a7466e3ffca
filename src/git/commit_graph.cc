#include "git/commit_graph.h"

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <queue>
#include <string_view>
#include <utility>

#include "core/byte_reader.h"
#include "git/parallel.h"
#include "git/raw_objects.h"

namespace picket {
namespace {

constexpr size_t kChunk = 1024;
// Git has no bound; a chain of tags longer than this is made to be followed.
constexpr size_t kMaxTagChain = 1000;
// Of what Store() writes: count and length of ids; of each commit its time and whether it is
// reached.
constexpr uint64_t kHead = 8 + 8;
constexpr uint64_t kTimeAndReach = 8 + 1;

StoredObjects CommitsOf(const StoredObjects& objects) {
  StoredObjects commits;
  for (const StoredObject& object : objects) {
    if (object.type == ObjectType::kCommit) commits.push_back(object);
  }
  return commits;
}

int RankOf(std::string_view ref) {
  constexpr std::array kPrefixes = {std::string_view("refs/heads/"), std::string_view("HEAD"),
                                    std::string_view("refs/remotes/"),
                                    std::string_view("refs/tags/")};
  int rank = 0;
  for (std::string_view prefix : kPrefixes) {
    if (ref.starts_with(prefix)) return rank;
    ++rank;
  }
  return rank;
}

RefTarget Peel(const Ref& ref, ObjectDatabase* database) {
  RefTarget result{ref.name, {}, ref.target};
  while (result.tags.size() < kMaxTagChain) {
    RawObject object;
    if (database->Read(result.target, &object, nullptr) != ReadStatus::kOk ||
        object.type() != ObjectType::kTag) {
      return result;
    }
    result.tags.push_back(result.target);
    std::optional<TagHeader> header = TryParseTag(object.bytes(), database->id_bytes());
    if (!header) break;
    result.target = header->target;
  }
  result.target = ObjectId();
  return result;
}

}  // namespace

CommitGraph::CommitGraph(const Repository& repository, const StoredObjects& objects,
                         const CommitRecords* records, unsigned threads)
    : CommitGraph(CommitsOf(objects)) {
  Read(repository, 0, records, threads);
  Sort();
  MarkReachable(repository);
}

std::string CommitGraph::Store() const {
  std::string stored;
  const auto put = [&stored](uint64_t number, int bytes) {
    for (int i = 0; i < bytes; ++i) stored.push_back(static_cast<char>(number >> (8 * i)));
  };
  const size_t id_bytes = commits_.empty() ? 20 : commits_.raw_id(0).size();
  stored.reserve(kHead + commits_.size() * (id_bytes + 13) + parents_.size() * 4);
  put(commits_.size(), 8);
  put(id_bytes, 8);
  for (uint32_t i = 0; i < commits_.size(); ++i) {
    stored += AsText(commits_.raw_id(i));
    put(static_cast<uint64_t>(nodes_[i].time), 8);
    put(nodes_[i].ref != kNone ? 1 : 0, 1);
    put(nodes_[i].parent_count, 4);
    for (uint32_t parent : parents(i)) put(parent, 4);
  }
  return stored;
}

void CommitGraph::ForEachIn(Bytes stored, const std::function<void(Bytes)>& visit) {
  ByteReader reader(stored);
  const uint64_t count = reader.U64Le();
  const uint64_t id_bytes = reader.U64Le();
  if (count > stored.size() || (id_bytes != 20 && id_bytes != 32)) return;
  for (uint64_t i = 0; i < count; ++i) {
    const Bytes id = reader.Take(id_bytes);
    reader.Skip(kTimeAndReach);
    reader.Skip(uint64_t{4} * reader.U32Le());
    if (!reader.ok()) return;
    visit(id);
  }
}

std::unique_ptr<CommitGraph> CommitGraph::Extend(const Repository& repository, Bytes stored,
                                                 std::span<const StoredObject> more,
                                                 unsigned threads, std::vector<bool>* reached) {
  ByteReader reader(stored);
  const uint64_t count = reader.U64Le();
  const uint64_t id_bytes = reader.U64Le();
  if (count > stored.size() || (id_bytes != 20 && id_bytes != 32)) return nullptr;
  // Twice, so that everything has its place at once: first the ids, and whether it is whole.
  StoredObjects commits(id_bytes);
  uint64_t parent_count = 0;
  for (uint64_t i = 0; i < count; ++i) {
    const Bytes id = reader.Take(id_bytes);
    if (id.empty()) return nullptr;
    // No more than what is there: a count is only a claim.
    if (i == 0) commits.reserve(std::min(count, stored.size() / id_bytes) + more.size());
    commits.push_back({ObjectId::FromRaw(id), ObjectType::kCommit});
    reader.Skip(kTimeAndReach);
    const uint32_t parents = reader.U32Le();
    reader.Skip(uint64_t{4} * parents);
    parent_count += parents;
  }
  if (!reader.ok() || !reader.at_end()) return nullptr;
  for (const StoredObject& commit : more) commits.push_back(commit);
  std::unique_ptr<CommitGraph> graph(new CommitGraph(std::move(commits)));
  graph->parents_.reserve(parent_count);
  reached->reserve(count);
  reader = ByteReader(stored);
  reader.Skip(kHead);
  for (uint64_t i = 0; i < count; ++i) {
    reader.Skip(id_bytes);
    Node& node = graph->nodes_[i];
    node.time = static_cast<int64_t>(reader.U64Le());
    reached->push_back(reader.U8() != 0);
    node.first_parent = static_cast<uint32_t>(graph->parents_.size());
    node.parent_count = reader.U32Le();
    for (uint32_t j = 0; j < node.parent_count; ++j) {
      graph->parents_.push_back(reader.U32Le());
      if (graph->parents_.back() >= count) return nullptr;
    }
  }
  graph->Read(repository, static_cast<uint32_t>(count), nullptr, threads);
  graph->Sort();
  graph->MarkReachable(repository);
  return graph;
}

std::span<const uint32_t> CommitGraph::parents(uint32_t commit) const {
  return std::span(parents_).subspan(nodes_[commit].first_parent, nodes_[commit].parent_count);
}

void CommitGraph::Read(const Repository& repository, uint32_t first, const CommitRecords* records,
                       unsigned threads) {
  first_tree_ = first;
  trees_.resize((commits_.size() - first) * (commits_.empty() ? 0 : commits_.raw_id(0).size()));
  // Of each chunk, one commit's after the other's; nodes say how many are whose.
  std::vector<std::vector<uint32_t>> read_parents((commits_.size() - first) / kChunk + 1);
  std::mutex mutex;
  ForEachChunk(commits_.size() - first, kChunk, threads, [&] {
    return [&, database = repository.NewObjectDatabase()](size_t begin, size_t end) {
      std::vector<uint32_t>& read = read_parents[begin / kChunk];
      std::vector<ObjectId> unread;
      for (size_t i = first + begin; i < first + end; ++i) {
        if (records == nullptr || !records->Has(static_cast<uint32_t>(i)))
          unread.push_back(commits_[i].oid);
      }
      database->Expect(std::move(unread), LooseAhead::Part::kWhole);
      for (size_t i = first + begin; i < first + end; ++i) {
        const auto commit = static_cast<uint32_t>(i);
        if (records != nullptr && records->Has(commit)) continue;
        RawObject object;
        std::optional<CommitHeader> header;
        std::string why;
        if (database->Read(commits_[i].oid, &object, &why) == ReadStatus::kOk) {
          header = TryParseCommit(object.bytes(), database->id_bytes());
        }
        if (!header) {
          if (why.empty()) why = "its headers are not those of a commit";
          std::lock_guard lock(mutex);
          gaps_.push_back({commits_[i].oid.ToHex(), "", "", why});
          continue;
        }
        SetTree(commit, header->tree);
        nodes_[i].time = header->committer_time;
        if (repository.shallow().contains(commits_[i].oid)) continue;
        for (const ObjectId& parent : header->parents) {
          uint32_t position = table_.Find(parent);
          if (position != kNone) {
            read.push_back(position);
            ++nodes_[i].parent_count;
            continue;
          }
          std::lock_guard lock(mutex);
          gaps_.push_back(
              {parent.ToHex(), "", "",
               "it is a parent of " + commits_[i].oid.ToHex() + " and is not in the store"});
        }
      }
    };
  });
  size_t at = 0;  // in the chunk's
  for (uint32_t i = first; i < commits_.size(); ++i) {
    if ((i - first) % kChunk == 0) at = 0;
    std::span<const uint32_t> parents =
        std::span(read_parents[(i - first) / kChunk]).subspan(at, nodes_[i].parent_count);
    at += parents.size();
    if (records != nullptr && records->Has(i)) {
      SetTree(i, records->tree(i));
      nodes_[i].time = records->time(i);
      if (!repository.shallow().contains(commits_[i].oid)) parents = records->parents(i);
    }
    nodes_[i].first_parent = static_cast<uint32_t>(parents_.size());
    nodes_[i].parent_count = static_cast<uint32_t>(parents.size());
    parents_.insert(parents_.end(), parents.begin(), parents.end());
  }
  std::sort(gaps_.begin(), gaps_.end());
}

ObjectId CommitGraph::tree(uint32_t commit) const {
  if (!nodes_[commit].has_tree) return ObjectId();
  const size_t id_bytes = commits_.raw_id(0).size();
  return ObjectId::FromRaw(Bytes(trees_).subspan((commit - first_tree_) * id_bytes, id_bytes));
}

// From any thread, each commit by one.
void CommitGraph::SetTree(uint32_t commit, const ObjectId& tree) {
  const Bytes id = tree.raw();
  const size_t id_bytes = commits_.raw_id(0).size();
  if (id.size() != id_bytes) return;
  std::copy(id.begin(), id.end(),
            trees_.begin() + static_cast<ptrdiff_t>((commit - first_tree_) * id_bytes));
  nodes_[commit].has_tree = true;
}

void CommitGraph::Sort() {
  uint32_t count = static_cast<uint32_t>(commits_.size());
  // Children as a flat table, so that each commit is looked at once.
  std::vector<uint32_t> first_child(count + 1, 0);
  for (uint32_t parent : parents_) ++first_child[parent + 1];
  for (uint32_t i = 0; i < count; ++i) first_child[i + 1] += first_child[i];
  std::vector<uint32_t> children(parents_.size());
  std::vector<uint32_t> fill(first_child.begin(), first_child.end() - 1);
  std::vector<uint32_t> waiting(count);
  auto later = [&](uint32_t a, uint32_t b) {
    if (nodes_[a].time != nodes_[b].time) return nodes_[a].time > nodes_[b].time;
    return commits_[a].oid > commits_[b].oid;
  };
  std::priority_queue<uint32_t, std::vector<uint32_t>, decltype(later)> ready(later);
  for (uint32_t i = 0; i < count; ++i) {
    waiting[i] = nodes_[i].parent_count;
    for (uint32_t parent : parents(i)) children[fill[parent]++] = i;
    if (waiting[i] == 0) ready.push(i);
  }
  while (!ready.empty()) {
    uint32_t commit = ready.top();
    ready.pop();
    order_.push_back(commit);
    for (uint32_t i = first_child[commit]; i < first_child[commit + 1]; ++i) {
      if (--waiting[children[i]] == 0) ready.push(children[i]);
    }
  }
  if (order_.size() == count) return;
  // Commits that are their own ancestors: only a store with forged ids has them.
  std::vector<uint32_t> rest;
  for (uint32_t i = 0; i < count; ++i) {
    if (waiting[i] != 0) rest.push_back(i);
  }
  std::sort(rest.begin(), rest.end(),
            [&](uint32_t a, uint32_t b) { return commits_[a].oid < commits_[b].oid; });
  gaps_.push_back({commits_[rest.front()].oid.ToHex(), "", "", "it is its own ancestor"});
  order_.insert(order_.end(), rest.begin(), rest.end());
}

void CommitGraph::MarkReachable(const Repository& repository) {
  std::unique_ptr<ObjectDatabase> database = repository.NewObjectDatabase();
  std::vector<Ref> refs = repository.Refs();
  std::sort(refs.begin(), refs.end(), [](const Ref& a, const Ref& b) {
    return std::pair(RankOf(a.name), std::string_view(a.name)) <
           std::pair(RankOf(b.name), std::string_view(b.name));
  });
  std::vector<uint32_t> pending;
  for (const Ref& ref : refs) {
    uint32_t index = static_cast<uint32_t>(refs_.size());
    uint32_t commit = Find(ref.target);
    refs_.push_back(commit == kNone ? Peel(ref, database.get())
                                    : RefTarget{ref.name, {}, ref.target});
    commit = Find(refs_.back().target);
    if (commit != kNone) pending.push_back(commit);
    while (!pending.empty()) {
      uint32_t at = pending.back();
      pending.pop_back();
      if (nodes_[at].ref != kNone) continue;
      nodes_[at].ref = index;
      for (uint32_t parent : parents(at)) pending.push_back(parent);
    }
  }
}

}  // namespace picket
