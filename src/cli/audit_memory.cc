#include "cli/audit_memory.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "cli/files.h"
#include "cli/rule_cache.h"
#include "core/byte_reader.h"
#include "core/byte_writer.h"
#include "core/door.h"
#include "core/fingerprint.h"
#include "git/commit_graph.h"
#include "git/promised.h"
#include "scan/cache_file.h"
#include "scan/kept_cache.h"

namespace picket {
namespace {

namespace fs = std::filesystem;

constexpr char kFileName[] = "audit.sqlite";
// Kinds of rows in the cache.
constexpr char kStateKind = 's';       // and the digest of all ids: what is not known of them
constexpr char kWitnessesKey[] = "w";  // trees that hold each name that speaks
constexpr char kPackKind = 'p';        // and a pack's key: every entry of it is good
constexpr char kAnswerKind = 'a';      // and what was asked: where findings came from
constexpr char kHistoryKind = 'h';     // and what was asked: the commits, to go on from
constexpr char kPromisedKind = 'm';    // and what was asked: how many objects are not here

// Findings of which is remembered where they came from.
constexpr size_t kMostRemembered = 10'000;
// Ids that a state tells, 28 bytes each.
constexpr uint64_t kMostUnknown = 1'000'000;

template <typename Ids>
void PutIds(const Ids& ids, std::string* out) {
  AppendU64Le(ids.size(), out);
  for (const ObjectId& oid : ids) AppendSized(AsText(oid.raw()), out);
}

// False where the row is broken.
template <typename Take>
bool ReadIds(ByteReader* reader, const Take& take) {
  const uint64_t count = reader->U64Le();
  for (uint64_t i = 0; i < count && reader->ok(); ++i) {
    const Bytes id = reader->Take(reader->U64Le());
    if (id.size() != 20 && id.size() != 32) return false;
    take(ObjectId::FromRaw(id));
  }
  return reader->ok();
}

bool IsAtOrBelow(const fs::path& file, const std::string& folder) {
  if (folder.empty()) return false;
  std::error_code error;
  const fs::path path = fs::weakly_canonical(file, error);
  const fs::path root = fs::weakly_canonical(folder, error);
  return !error &&
         std::mismatch(root.begin(), root.end(), path.begin(), path.end()).first == root.end();
}

// Whatever may change what a scan says, and the repository.
std::string ScopeOf(const Repository& repository, const Engine& engine, const Policy& policy) {
  std::string all = "audit cache 2";
  const EffectiveLimits limits = policy.effective_limits();
  for (uint64_t number :
       {limits.blob_memory_bytes, limits.temp_bytes, limits.expand_bytes,
        uint64_t{limits.expand_children}, static_cast<uint64_t>(limits.expand_depth),
        uint64_t{limits.findings_per_blob}, static_cast<uint64_t>(policy.weight_policy())}) {
    AppendU64Le(number, &all);
  }
  all += engine.ScanIdentity();
  all += Sha256(AsBytes(repository.common_dir()));
  return Sha256(AsBytes(all));
}

}  // namespace

std::optional<AuditMemoryPlace> AuditMemory::Locate(const std::string& place,
                                                    const Repository& repository,
                                                    const Engine& engine, const Policy& policy,
                                                    std::vector<std::string>* notes) {
  std::error_code error;
  fs::path file = place;
  bool is_ours = true;
  if (place.empty()) {
    const fs::path folder = UserCacheFolder();
    if (folder.empty()) return std::nullopt;
    for (const std::string& inside :
         {repository.worktree(), repository.git_dir(), repository.common_dir()}) {
      if (!IsAtOrBelow(folder, inside)) continue;
      notes->push_back("The cache " + folder.string() +
                       " lies in the repository that is audited, so that it is not used; name "
                       "another with --cache, or this one.");
      return std::nullopt;
    }
    if (!MakeCacheFolder(folder, &error)) {
      notes->push_back("The cache " + folder.string() +
                       " can't be made, so that the next audit examines everything again: " +
                       error.message() + ".");
      return std::nullopt;
    }
    file = folder / kFileName;
  } else if (fs::is_directory(file, error)) {
    file /= kFileName;
  } else {
    is_ours = false;
  }
  return AuditMemoryPlace{file.string(), is_ours, ScopeOf(repository, engine, policy)};
}

std::unique_ptr<AuditMemory> AuditMemory::Open(const AuditMemoryPlace& place,
                                               const Repository& repository,
                                               std::vector<std::string>* notes) {
  std::string why;
  std::unique_ptr<AuditCache> cache =
      TheDoor().is_shut() ? KeptCache::Open(&why)
                          : CacheFile::Open(place.file, place.is_ours, place.scope, &why);
  if (!why.empty()) notes->push_back(why);
  if (cache == nullptr) return nullptr;
  return std::unique_ptr<AuditMemory>(new AuditMemory(repository, std::move(cache)));
}

bool AuditMemory::IsKnownSound(const PackFile& pack) {
  const std::string key = StoreIds::KeyOf(pack);
  if (sound_.contains(key)) return true;
  if (!cache_->Find(kPackKind + key)) return false;
  sound_.insert(key);
  return true;
}

// False where this very set of objects was never audited to the end.
bool AuditMemory::ReadState() {
  const std::optional<std::string> row = cache_->Find(kStateKind + digest_);
  if (!row) return false;
  ByteReader reader(AsBytes(*row));
  for (uint64_t& count : known_) count = reader.U64Le();
  const bool whole =
      ReadIds(&reader, [this](ObjectId oid) { unknown_.push_back(std::move(oid)); }) &&
      ReadIds(&reader, [this](ObjectId oid) { witnesses_.insert(std::move(oid)); });
  if (whole && reader.at_end()) return true;
  unknown_.clear();
  witnesses_.clear();
  known_ = {};
  return false;
}

void AuditMemory::ReadKnown() {
  unknown_.clear();
  known_commits_ = StoredObjects();
  known_ = {};
  is_whole_ = true;
  if (!cache_->BeginStep(AuditCache::Step::kLook)) return;
  const std::optional<std::string> row = cache_->Find(kWitnessesKey);
  if (!row) trees_count_ = false;
  if (row && trees_count_) {
    ByteReader reader(AsBytes(*row));
    trees_count_ = ReadIds(&reader, [this](ObjectId oid) { witnesses_.insert(std::move(oid)); });
  }
  KnownReader known(*cache_);
  if (known.has_any()) {
    is_whole_ = false;
    store_->ForEach([&](Bytes id) {
      const std::optional<ObjectKind> kind = known.Find(id);
      if (!kind || (*kind == ObjectKind::kTree && !trees_count_)) {
        unknown_.push_back(ObjectId::FromRaw(id));
        return;
      }
      ++known_[static_cast<size_t>(*kind) % known_.size()];
      if (*kind == ObjectKind::kCommit)
        known_commits_.push_back({ObjectId::FromRaw(id), ObjectType::kCommit});
    });
  }
  cache_->EndStep(false);
  if (!known.failed()) return;
  is_whole_ = true;
  unknown_.clear();
  known_commits_ = StoredObjects();
  known_ = {};
}

void AuditMemory::AddWitnesses() {
  unknown_.insert(unknown_.end(), witnesses_.begin(), witnesses_.end());
  std::sort(unknown_.begin(), unknown_.end());
  unknown_.erase(std::unique(unknown_.begin(), unknown_.end()), unknown_.end());
}

// A tree that held a name which speaks may be gone while others that hold it are still here.
bool AuditMemory::HasWitnesses(const ObjectInventory& inventory) {
  std::set<ObjectId> missing = witnesses_;
  for (const StoredObject& tree : inventory.trees) missing.erase(tree.oid);
  lost_.insert(missing.begin(), missing.end());
  return missing.empty();
}

ObjectInventory AuditMemory::List(unsigned threads) {
  store_.emplace(repository_, threads);
  digest_ = store_->Digest();
  has_state_ = ReadState();
  if (!has_state_) ReadKnown();
  if (is_whole_) return ListObjects(repository_, threads);
  std::unordered_set<const PackFile*> in_order;
  for (const auto& pack : store_->packs()) in_order.insert(pack.get());
  for (;;) {
    AddWitnesses();
    const ListFilter filter{
        unknown_,
        [&](const PackFile& pack) { return in_order.contains(&pack) && IsKnownSound(pack); },
        store_->loose()};
    ObjectInventory inventory = ListObjects(repository_, threads, &filter);
    if (HasWitnesses(inventory)) return inventory;
    has_state_ = trees_count_ = false;
    witnesses_.clear();
    ReadKnown();
    if (is_whole_) return ListObjects(repository_, threads);
  }
}

void AuditMemory::AddSilent(const BlobRef& ref) {
  // What was said with a name in mind does not hold for other names.
  if (ref.oid.empty() || !ref.names.empty() || ref.kind == ObjectKind::kTree) return;
  cache_->AddClean(ref.oid, ref.kind);
}

// Those that the store holds and `history` does not; nullopt where some are gone, so that others
// have to speak for them.
std::optional<std::vector<StoredObject>> AuditMemory::CommitsSince(const ObjectInventory& inventory,
                                                                   Bytes history) {
  if (has_state_) return std::nullopt;
  StoredObjects now = std::move(known_commits_);
  known_commits_ = StoredObjects();
  for (const StoredObject& object : inventory.objects) {
    if (object.type == ObjectType::kCommit) now.push_back(object);
  }
  const IdTable table(now);
  std::vector<bool> was_there(now.size(), false);
  bool some_are_gone = false;
  CommitGraph::ForEachIn(history, [&](Bytes id) {
    const uint32_t at = table.Find(ObjectId::FromRaw(id));
    if (at == kNone) {
      some_are_gone = true;
    } else {
      was_there[at] = true;
    }
  });
  if (some_are_gone) return std::nullopt;
  std::vector<StoredObject> more;
  for (uint32_t i = 0; i < now.size(); ++i) {
    // Of one that stands in the list twice the last counts.
    const StoredObject object = now[i];
    if (!was_there[i] && table.Find(object.oid) == i) more.push_back(object);
  }
  std::sort(more.begin(), more.end(),
            [](const StoredObject& a, const StoredObject& b) { return a.oid < b.oid; });
  return more;
}

// From what was said of the same things when the store held less; nullopt where that does not do.
std::optional<Provenance> AuditMemory::AttributeFromHistory(
    const std::string& key, const ObjectInventory& inventory, std::span<const ObjectId> objects,
    std::span<const std::string> names, unsigned threads, std::string* history) {
  if (is_whole_) return std::nullopt;
  std::optional<std::string> row = cache_->Find(key);
  if (!row) return std::nullopt;
  ByteReader reader(AsBytes(*row));
  const bool is_same = AsText(reader.Take(digest_.size())) == digest_;
  const Bytes memo = reader.Take(reader.U64Le());
  const Bytes commits = reader.Take(reader.remaining());
  if (!reader.ok()) return std::nullopt;
  std::vector<StoredObject> more;
  if (!is_same) {
    std::optional<std::vector<StoredObject>> since = CommitsSince(inventory, commits);
    if (!since) return std::nullopt;
    more = std::move(*since);
  }
  std::optional<Provenance> before = Recall(repository_, std::nullopt, memo, objects, names);
  if (!before) return std::nullopt;
  // Some ten bytes of each commit are not held twice.
  row->erase(0, row->size() - commits.size());
  *history = std::move(*row);
  return AttributeFurther(repository_, std::move(*before), more, objects, names, threads, history);
}

Provenance AuditMemory::Attribute(const ObjectInventory& inventory, const ReadBefore& before,
                                  std::span<const Ref> refs, std::span<const ObjectId> objects,
                                  std::span<const std::string> names, unsigned threads) {
  std::vector<ObjectId> sorted_objects(objects.begin(), objects.end());
  std::vector<std::string> sorted_names(names.begin(), names.end());
  std::sort(sorted_objects.begin(), sorted_objects.end());
  std::sort(sorted_names.begin(), sorted_names.end());
  const std::string question =
      kAnswerKind + Sha256(AsBytes(digest_ + ProvenanceQuestion(repository_, refs, sorted_objects,
                                                                sorted_names)));
  std::optional<Provenance> found;
  if (const std::optional<std::string> row = cache_->Find(question)) {
    found = Recall(repository_, refs, AsBytes(*row), sorted_objects, sorted_names);
  }
  if (!found) {
    const std::string key =
        kHistoryKind + ProvenanceQuestion(repository_, {}, sorted_objects, sorted_names);
    std::string history;
    found = AttributeFromHistory(key, inventory, sorted_objects, sorted_names, threads, &history);
    if (!found) {
      ObjectInventory whole;
      if (!is_whole_) whole = ListObjects(repository_, threads);
      found = picket::Attribute(repository_, is_whole_ ? inventory : whole, sorted_objects,
                                sorted_names, threads, &history, is_whole_ ? before : ReadBefore());
    }
    // Of many it would cost more to tell and recall each than to attribute all of them anew.
    const bool remembers = sorted_objects.size() <= kMostRemembered;
    std::optional<ProvenanceMemo> memo = Memorise(
        repository_, refs, *found,
        remembers ? std::span<const ObjectId>(sorted_objects) : std::span<const ObjectId>(),
        sorted_names);
    names_are_told_ = memo.has_value() || sorted_names.empty();
    if (memo) witnesses_.insert(memo->trees.begin(), memo->trees.end());
    if (memo && remembers && AreStill(refs)) {
      std::string head = digest_;
      AppendU64Le(memo->bytes.size(), &head);
      history.insert(0, head + memo->bytes);
      answers_.emplace_back(key, std::move(history));
      answers_.emplace_back(question, std::move(memo->bytes));
    }
  }
  Provenance asked;
  asked.gaps = std::move(found->gaps);
  asked.absent_trees = found->absent_trees;
  for (const ObjectId& oid : objects) {
    const auto at = std::lower_bound(sorted_objects.begin(), sorted_objects.end(), oid);
    asked.objects.push_back(found->objects[static_cast<size_t>(at - sorted_objects.begin())]);
  }
  for (const std::string& name : names) {
    const auto at = std::lower_bound(sorted_names.begin(), sorted_names.end(), name);
    asked.names.push_back(found->names[static_cast<size_t>(at - sorted_names.begin())]);
  }
  return asked;
}

// Refs that have moved meanwhile were not those that were asked for.
bool AuditMemory::AreStill(std::span<const Ref> refs) const {
  const std::vector<Ref> now = repository_.Refs();
  return std::equal(
      now.begin(), now.end(), refs.begin(), refs.end(),
      [](const Ref& a, const Ref& b) { return a.name == b.name && a.target == b.target; });
}

uint64_t AuditMemory::CountPromised(const ObjectInventory& inventory, const KnownIds& ids,
                                    const CommitRecords& commits, TreeNames* trees,
                                    std::span<const Ref> refs, unsigned threads) {
  const std::string question =
      kPromisedKind + Sha256(AsBytes(digest_ + ProvenanceQuestion(repository_, refs, {}, {})));
  if (const std::optional<std::string> row = cache_->Find(question)) {
    ByteReader reader(AsBytes(*row));
    const uint64_t objects = reader.U64Le();
    if (reader.ok() && reader.at_end()) return objects;
  }
  PromisedCount count;
  bool has_read_trees = trees->gaps.empty();
  if (is_whole_) {
    count = picket::CountPromised(repository_, inventory, ids, commits, std::move(trees->absent),
                                  threads);
  } else {
    // What is known of is not listed, but may name what is not here.
    ObjectInventory whole = ListObjects(repository_, threads);
    const KnownIds all(whole, threads);
    TreeNames names = ListTreeNames(repository_, whole, all, true, threads);
    ForgetTreeItems(&whole);
    has_read_trees = names.gaps.empty();
    count = picket::CountPromised(repository_, whole, all, CommitRecords(whole, all),
                                  std::move(names.absent), threads);
  }
  if (count.has_read_all && has_read_trees && AreStill(refs)) {
    std::string row;
    AppendU64Le(count.objects, &row);
    answers_.emplace_back(question, std::move(row));
  }
  return count.objects;
}

void AuditMemory::TellWitnesses(AuditCache::Rows* rows) {
  // Another audit may have added some since this one began.
  if (const std::optional<std::string> row = cache_->Find(kWitnessesKey)) {
    ByteReader reader(AsBytes(*row));
    ReadIds(&reader, [this](ObjectId oid) { witnesses_.insert(std::move(oid)); });
  }
  for (const ObjectId& oid : lost_) witnesses_.erase(oid);
  std::string witnesses;
  PutIds(witnesses_, &witnesses);
  rows->emplace_back(kWitnessesKey, std::move(witnesses));
}

void AuditMemory::Finish(const ObjectInventory& inventory, const KnownIds& ids,
                         std::span<const Gap> tree_gaps) {
  // Where names were left out for want of room, the gap names no tree.
  std::unordered_set<ObjectId> unread;
  bool all_names = true;
  for (const Gap& gap : tree_gaps) {
    const std::optional<ObjectId> tree = ObjectId::TryParse(gap.object);
    if (tree) {
      unread.insert(*tree);
    } else {
      all_names = false;
    }
  }
  const bool trees_are_clean = names_are_told_ && all_names;
  const bool trees_are_new =
      trees_are_clean &&
      std::any_of(inventory.trees.begin(), inventory.trees.end(), [&](const StoredObject& tree) {
        return !witnesses_.contains(tree.oid) && !unread.contains(tree.oid);
      });
  AuditCache::Rows rows;
  for (const auto& pack : inventory.sound_packs) {
    std::string key = StoreIds::KeyOf(*pack);
    if (!sound_.contains(key)) rows.emplace_back(kPackKind + std::move(key), "");
  }
  std::move(answers_.begin(), answers_.end(), std::back_inserter(rows));
  answers_.clear();
  cache_->Flush();
  if (has_state_ && !cache_->changed() && !trees_are_new) {
    if (!rows.empty()) cache_->Put(std::move(rows));
    return;
  }
  std::array<uint64_t, 8> counts{};
  std::string rest;
  uint64_t rest_count = 0;
  cache_->Finish({.store = [this](const auto& visit) { store_->ForEach(visit); },
                  .is_clean = [&](Bytes id) -> std::optional<ObjectKind> {
                    if (!trees_are_clean) return std::nullopt;
                    const ObjectId oid = ObjectId::FromRaw(id);
                    if (ids.FindTree(oid) == kNone || unread.contains(oid)) return std::nullopt;
                    return ObjectKind::kTree;
                  },
                  .on_id =
                      [&](Bytes id, std::optional<ObjectKind> kind) {
                        if (kind) {
                          ++counts[static_cast<size_t>(*kind) % counts.size()];
                        } else if (++rest_count <= kMostUnknown) {
                          AppendSized(AsText(id), &rest);
                        }
                      },
                  .rows =
                      [&] {
                        TellWitnesses(&rows);
                        // Of a store of which next to nothing is known there is nothing to be
                        // gained.
                        if (rest_count <= kMostUnknown) {
                          std::string state;
                          for (uint64_t count : counts) AppendU64Le(count, &state);
                          AppendU64Le(rest_count, &state);
                          state += rest;
                          PutIds(witnesses_, &state);
                          rows.emplace_back(kStateKind + digest_, std::move(state));
                        }
                        return std::move(rows);
                      }});
}

}  // namespace picket
