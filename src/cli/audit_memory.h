// What an audit need not do again: objects that an earlier one found clean under the same rules,
// limits and program, names that say nothing, and where findings came from while nothing moved.
//
// The audit gives blobs no names, so that what is known of a blob holds at every path; what is
// judged by a name is judged by the names of trees, and a tree is known only together with one tree
// for each name that speaks. An id vouches for its content, as it does for Git: what was read once
// is not read again, and damage that comes later is for `git fsck` to find.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/engine.h"
#include "core/blob.h"
#include "git/commit_records.h"
#include "git/known_ids.h"
#include "git/pack_order.h"
#include "git/provenance.h"
#include "git/provenance_memo.h"
#include "git/repository.h"
#include "git/store_ids.h"
#include "git/stored_objects.h"
#include "git/tree_names.h"
#include "scan/audit_cache.h"
#include "scan/policy.h"

namespace picket {

// Where an audit's cache is, and what it holds for.
struct AuditMemoryPlace {
  std::string file;
  bool is_ours = false;  // the name is picket's own
  std::string scope;     // 32 bytes
};

class AuditMemory {
 public:
  // `place` is a folder, a file, or "" for the user's cache. nullopt, with a sentence in `notes`,
  // where there can't be one.
  static std::optional<AuditMemoryPlace> Locate(const std::string& place,
                                                const Repository& repository, const Engine& engine,
                                                const Policy& policy,
                                                std::vector<std::string>* notes);
  // Null where it can't be used. The references outlive this. Where no file can be opened any more,
  // the place is the one that was agreed on (cli/shut_in.h).
  static std::unique_ptr<AuditMemory> Open(const AuditMemoryPlace& place,
                                           const Repository& repository,
                                           std::vector<std::string>* notes);

  // What is left to examine; once, and first.
  ObjectInventory List(unsigned threads);
  // How many objects of a kind are not listed, since they are known.
  uint64_t known(ObjectKind kind) const { return known_[static_cast<size_t>(kind)]; }

  // For ScanOptions::on_silent.
  void AddSilent(const BlobRef& ref);

  // As picket::Attribute, from memory where nothing has moved since. `names` are all those that
  // speak. `inventory` is what List() gave, `listed` what ListTreeNames() said of it.
  Provenance Attribute(const ObjectInventory& inventory, const ReadBefore& before,
                       std::span<const Ref> refs, std::span<const ObjectId> objects,
                       std::span<const std::string> names, unsigned threads);

  // As picket::CountPromised, from memory where nothing has moved since. `trees` is what
  // ListTreeNames() said of `inventory`; what it says is absent counts where is_whole().
  uint64_t CountPromised(const ObjectInventory& inventory, const KnownIds& ids,
                         const CommitRecords& commits, TreeNames* trees, std::span<const Ref> refs,
                         unsigned threads);
  // List() gave all that the store holds.
  bool is_whole() const { return is_whole_; }

  // The audit is whole. `ids` are those of `inventory`; `tree_gaps`: trees that could not be read,
  // by hexadecimal id.
  void Finish(const ObjectInventory& inventory, const KnownIds& ids,
              std::span<const Gap> tree_gaps);

  // A sentence for the report; "" for none.
  const std::string& trouble() const { return cache_->trouble(); }

 private:
  AuditMemory(const Repository& repository, std::unique_ptr<AuditCache> cache)
      : repository_(repository), cache_(std::move(cache)) {}
  bool ReadState();
  void ReadKnown();
  void AddWitnesses();
  bool HasWitnesses(const ObjectInventory& inventory);
  bool IsKnownSound(const PackFile& pack);
  std::optional<std::vector<StoredObject>> CommitsSince(const ObjectInventory& inventory,
                                                        Bytes history);
  std::optional<Provenance> AttributeFromHistory(const std::string& key,
                                                 const ObjectInventory& inventory,
                                                 std::span<const ObjectId> objects,
                                                 std::span<const std::string> names,
                                                 unsigned threads, std::string* history);
  void TellWitnesses(AuditCache::Rows* rows);
  bool AreStill(std::span<const Ref> refs) const;

  const Repository& repository_;
  std::unique_ptr<AuditCache> cache_;
  std::optional<StoreIds> store_;
  std::string digest_;
  bool has_state_ = false;         // this very set of objects was audited before
  bool is_whole_ = false;          // nothing is known: everything is listed
  bool trees_count_ = true;        // known trees may be passed over
  std::vector<ObjectId> unknown_;  // sorted; and the witnesses
  std::array<uint64_t, 8> known_{};
  std::set<ObjectId> witnesses_;  // trees that hold the names that speak
  std::set<ObjectId> lost_;       // of those, the ones that are not in the store any more
  std::set<std::string> sound_;   // keys of packs
  bool names_are_told_ = true;    // every name that speaks has a witness
  StoredObjects known_commits_;   // not where has_state_
  // New rows: where findings came from, for these refs, and to go on from when there are more; and
  // how much is not here.
  std::vector<std::pair<std::string, std::string>> answers_;
};

}  // namespace picket
