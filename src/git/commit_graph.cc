#include "git/commit_graph.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <memory>
#include <mutex>
#include <queue>
#include <utility>

#include "git/parallel.h"

namespace picket {
namespace {

constexpr size_t kChunk = 1024;
// Git has no bound; a chain of tags longer than this is made to be followed.
constexpr size_t kMaxTagChain = 1000;

// Takes "<name> <value>\n" off the front; false, and nothing taken, where another header is next.
bool TakeHeader(std::string_view* text, std::string_view name, std::string_view* value) {
  if (!text->starts_with(name) || text->size() <= name.size() || (*text)[name.size()] != ' ') {
    return false;
  }
  size_t end = text->find('\n');
  if (end == std::string_view::npos) return false;
  *value = text->substr(name.size() + 1, end - name.size() - 1);
  text->remove_prefix(end + 1);
  return true;
}

bool TakeId(std::string_view* text, std::string_view name, ObjectId* oid) {
  std::string_view value;
  if (!TakeHeader(text, name, &value)) return false;
  std::optional<ObjectId> parsed = ObjectId::TryParse(value);
  if (parsed) *oid = *parsed;
  return parsed.has_value();
}

std::vector<StoredObject> CommitsOf(std::span<const StoredObject> objects) {
  std::vector<StoredObject> commits;
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
    TagHeader header;
    if (database->Read(result.target, &object, nullptr) != ReadStatus::kOk ||
        object.type() != ObjectType::kTag) {
      return result;
    }
    result.tags.push_back(result.target);
    if (!ParseTagHeader(AsText(object.bytes()), &header)) break;
    result.target = header.target;
  }
  result.target = ObjectId();
  return result;
}

}  // namespace

bool ParseCommitHeader(std::string_view text, CommitHeader* header) {
  if (!TakeId(&text, "tree", &header->tree)) return false;
  ObjectId parent;
  while (text.starts_with("parent ")) {
    if (!TakeId(&text, "parent", &parent)) return false;
    header->parents.push_back(parent);
  }
  return TakeHeader(&text, "author", &header->author) &&
         TakeHeader(&text, "committer", &header->committer);
}

bool ParseTagHeader(std::string_view text, TagHeader* header) {
  std::string_view name;
  if (!TakeId(&text, "object", &header->target) || !TakeHeader(&text, "type", &header->type) ||
      !TakeHeader(&text, "tag", &name)) {
    return false;
  }
  TakeHeader(&text, "tagger", &header->tagger);
  return true;
}

Signature ParseSignature(std::string_view line) {
  Signature result;
  size_t close = line.rfind('>');
  size_t open = line.rfind('<', close);
  if (close == std::string_view::npos || open == std::string_view::npos) {
    result.name = line;
    return result;
  }
  std::string_view name = line.substr(0, open);
  while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
  result.name = name;
  result.email = line.substr(open + 1, close - open - 1);
  std::string_view when = line.substr(close + 1);
  while (!when.empty() && when.front() == ' ') when.remove_prefix(1);
  auto [rest, code] = std::from_chars(when.data(), when.data() + when.size(), result.seconds);
  if (code != std::errc()) {
    result.seconds = 0;
    return result;
  }
  int zone = 0;
  std::string_view offset = when.substr(static_cast<size_t>(rest - when.data()));
  if (offset.size() == 6 && offset[0] == ' ' && (offset[1] == '+' || offset[1] == '-')) {
    std::from_chars(offset.data() + 2, offset.data() + 6, zone);
    if (offset[1] == '-') zone = -zone;
  }
  int minutes = zone / 100 * 60 + zone % 100;
  constexpr int64_t kYear1 = -62135596800;
  constexpr int64_t kYear10000 = 253402300800;
  constexpr int64_t kDay = 86400;
  if (result.seconds < kYear1 + kDay * 5 || result.seconds >= kYear10000 - kDay * 5) return result;
  auto local = std::chrono::sys_seconds(std::chrono::seconds(result.seconds + minutes * 60));
  auto day = std::chrono::floor<std::chrono::days>(local);
  std::chrono::year_month_day date(day);
  std::chrono::hh_mm_ss time(local - day);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d%c%02d:%02d",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
                minutes < 0 ? '-' : '+', std::abs(minutes) / 60, std::abs(minutes) % 60);
  result.date = text.data();
  return result;
}

CommitGraph::CommitGraph(const Repository& repository, std::span<const StoredObject> objects,
                         unsigned threads)
    : commits_(CommitsOf(objects)), table_(commits_), nodes_(commits_.size()) {
  Read(repository, threads);
  Sort();
  MarkReachable(repository);
}

std::span<const uint32_t> CommitGraph::parents(uint32_t commit) const {
  return std::span(parents_).subspan(nodes_[commit].first_parent, nodes_[commit].parent_count);
}

void CommitGraph::Read(const Repository& repository, unsigned threads) {
  std::vector<std::vector<uint32_t>> merges(commits_.size());
  std::mutex mutex;
  ForEachChunk(commits_.size(), kChunk, threads, [&] {
    return [&, database = repository.NewObjectDatabase()](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) {
        RawObject object;
        CommitHeader header;
        std::string why;
        ReadStatus status = database->Read(commits_[i].oid, &object, &why);
        if (status != ReadStatus::kOk || !ParseCommitHeader(AsText(object.bytes()), &header)) {
          if (why.empty()) why = "its headers are not those of a commit";
          std::lock_guard lock(mutex);
          gaps_.push_back({commits_[i].oid.ToHex(), "", "", why});
          continue;
        }
        nodes_[i].tree = header.tree;
        nodes_[i].time = ParseSignature(header.committer).seconds;
        if (repository.shallow().contains(commits_[i].oid)) continue;
        for (const ObjectId& parent : header.parents) {
          uint32_t position = table_.Find(parent);
          if (position != kNone) {
            merges[i].push_back(position);
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
  for (size_t i = 0; i < merges.size(); ++i) {
    nodes_[i].first_parent = static_cast<uint32_t>(parents_.size());
    nodes_[i].parent_count = static_cast<uint32_t>(merges[i].size());
    parents_.insert(parents_.end(), merges[i].begin(), merges[i].end());
  }
  std::sort(gaps_.begin(), gaps_.end());
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
