#include "cli/audit.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "cli/audit_memory.h"
#include "cli/audit_objects.h"
#include "cli/command_line.h"
#include "cli/engine.h"
#include "cli/lfs_objects.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "git/commit_records.h"
#include "git/known_ids.h"
#include "git/object_source.h"
#include "git/pack_order.h"
#include "git/promised.h"
#include "git/provenance.h"
#include "git/store_source.h"
#include "git/tree_names.h"
#include "match/rule_set.h"
#include "scan/judge.h"
#include "scan/scanner.h"

namespace picket {
namespace {

// The last components of the rules about paths: a tree holds components only, so
// "huggingface/token" is looked for among the paths at which some "token" was found.
std::unordered_set<std::string> EndsOfPathRules(const Engine& engine) {
  std::unordered_set<std::string> ends;
  for (const RuleSet* rules : {&engine.rules(), engine.own_rules()}) {
    if (rules == nullptr) continue;
    for (const Rule& rule : rules->rules()) {
      for (const std::string& suffix : rule.path_suffixes) {
        ends.insert(suffix.substr(suffix.rfind('/') + 1));
      }
    }
  }
  return ends;
}

// Where the objects and names that speak came into the history.
class Attribution {
 public:
  Attribution(const AuditInput& input, const ObjectInventory& inventory, const ReadBefore& before,
              std::span<const Ref> refs, const AuditObjects& objects, const ScanResult& scan,
              const std::vector<std::string>& further_names, unsigned threads)
      : objects_(objects) {
    std::vector<ObjectId> oids;
    std::vector<std::string> names;
    for (const ScannedObject& object : scan.objects) {
      if (const std::string* name = objects.NameAt(object.position)) {
        if (by_name_.try_emplace(*name, names.size()).second) names.push_back(*name);
      } else if (!object.oid.empty()) {
        if (by_oid_.try_emplace(object.oid, oids.size()).second) oids.push_back(object.oid);
      }
    }
    for (const std::string& name : further_names) {
      if (by_name_.try_emplace(name, names.size()).second) names.push_back(name);
    }
    if (oids.empty() && names.empty()) return;
    provenance_ =
        input.memory != nullptr
            ? input.memory->Attribute(inventory, before, refs, oids, names, threads)
            : Attribute(input.repository, inventory, oids, names, threads, nullptr, before);
  }

  const std::vector<Gap>& gaps() const { return provenance_.gaps; }

  const Introduction& OfName(const std::string& name) const {
    return provenance_.names[by_name_.at(name)];
  }

  Whereabouts Of(const ScannedObject& object) const {
    if (const Ref* ref = objects_.RefAt(object.position)) {
      Whereabouts where;
      where.ref = ref->name;
      return where;
    }
    const std::string* name = objects_.NameAt(object.position);
    return FromIntroduction(name != nullptr ? OfName(*name)
                                            : provenance_.objects[by_oid_.at(object.oid)]);
  }

  static Whereabouts FromIntroduction(const Introduction& introduction) {
    Whereabouts where;
    where.path = introduction.path;
    if (!introduction.commit.empty()) where.commit = introduction.commit.ToHex();
    where.ref = introduction.ref;
    where.author = introduction.author;
    if (!introduction.email.empty())
      where.author.append(" <").append(introduction.email).append(">");
    where.date = introduction.date;
    where.other_places = introduction.other_places;
    where.rank = introduction.rank;
    where.reachable = introduction.reachable;
    return where;
  }

 private:
  const AuditObjects& objects_;
  Provenance provenance_;
  std::unordered_map<ObjectId, size_t> by_oid_;
  std::unordered_map<std::string, size_t> by_name_;
};

void AddPromised(uint64_t count, bool require_complete, Listing* listing) {
  if (count == 0) return;
  if (require_complete) {
    listing->gaps.push_back(
        {.object = std::to_string(count) + " objects",
         .path = "",
         .member = "",
         .reason = "this is a partial clone, and its promisor has not supplied them"});
  } else {
    listing->skipped.push_back(
        {"promised objects", "a partial clone does not have them", count, 0});
  }
}

// What is not listed, since an earlier audit found nothing in it.
void AddKnown(const AuditMemory& memory, Listing* listing) {
  for (const auto& [kind, what] :
       {std::pair(ObjectKind::kBlob, "blobs"), std::pair(ObjectKind::kCommit, "commits"),
        std::pair(ObjectKind::kTag, "tags")}) {
    const uint64_t count = memory.known(kind);
    if (count > 0)
      listing->skipped.push_back({what, "an earlier audit found nothing in them", count, 0});
  }
}

// Positions are those of a listing, which depends on how the store is packed and on what is known.
void SortByPlace(std::vector<JudgedFinding>* findings) {
  const auto key = [](const JudgedFinding& one) {
    const Finding& finding = one.finding;
    return std::tuple(one.disposition, std::string_view(one.path), one.object_kind,
                      std::string_view(one.object), std::string_view(one.ref),
                      std::string_view(finding.member), finding.span.offset, finding.span.length,
                      std::string_view(finding.rule), std::string_view(finding.subject),
                      std::string_view(finding.fingerprint));
  };
  // Those of one key say the same.
  std::sort(findings->begin(), findings->end(),
            [&key](const auto& a, const auto& b) { return key(a) < key(b); });
}

}  // namespace

Verdict AuditRepository(const AuditInput& input) {
  const CommonOptions& common = input.common;
  const Repository* repository = &input.repository;
  const Policy& policy = input.policy;
  const Engine& engine = input.engine;
  StatsLine& stats = input.stats;
  const unsigned threads = engine.threads();
  std::optional<ProgressTeller> own;
  if (input.progress == nullptr) own.emplace(common);
  ProgressTeller& progress = own ? *own : *input.progress;
  progress.BeginPhase("list");

  ObjectInventory inventory =
      input.memory != nullptr ? input.memory->List(threads) : ListObjects(*repository, threads);
  const std::vector<Ref> refs = repository->Refs();
  stats.Mark("list");
  progress.BeginPhase("names");
  const bool is_partial = repository->has_promisor();
  std::optional<KnownIds> known(std::in_place, inventory, threads);
  const bool is_all = input.memory == nullptr || input.memory->is_whole();
  TreeNames tree_names =
      ListTreeNames(*repository, inventory, *known, is_partial && is_all, threads);
  ForgetTreeItems(&inventory);
  std::optional<CommitRecords> commits(std::in_place, inventory, *known);
  stats.Mark("names");
  const AuditObjects objects(inventory.objects, refs, tree_names.names);
  const EffectiveLimits limits = policy.effective_limits();
  const ObjectSource single_objects(*repository, objects,
                                    {.memory_limit = limits.blob_memory_bytes,
                                     .temporary_bytes = limits.temp_bytes,
                                     .may_be_promised = true});
  const StoreSource source(inventory, objects, single_objects, &*commits);
  ScanOptions scan_options = engine.NewScanOptions();
  const auto blobs =
      std::count_if(inventory.objects.begin(), inventory.objects.end(),
                    [](const StoredObject& object) { return object.type == ObjectType::kBlob; });
  progress.BeginPhase("scan", objects.size(), static_cast<uint64_t>(blobs));
  scan_options.on_progress = progress.OnScan();
  LfsObjects lfs(*repository, policy, Gate::kAudit, source, objects, input.require_complete);
  if (input.memory != nullptr) {
    // What a pointer points to may come, or change, while the pointer stays.
    scan_options.on_silent = [&input, &lfs](const BlobRef& ref) {
      if (ref.kind != ObjectKind::kBlob || !lfs.IsPointer(ref.position))
        input.memory->AddSilent(ref);
    };
  }
  if (input.findings > 0) scan_options.findings = scan_options.limits.findings = input.findings;
  ScanResult scan = ScanAll(lfs.source(), engine.detectors(), scan_options);
  lfs.Examine(engine, scan_options, &scan);
  stats.Mark("scan");
  uint64_t promised = 0;
  if (is_partial && input.memory != nullptr) {
    promised = input.memory->CountPromised(inventory, *known, *commits, &tree_names, refs, threads);
  } else if (is_partial) {
    promised = CountPromised(*repository, inventory, *known, *commits, std::move(tree_names.absent),
                             threads)
                   .objects;
  }
  if (is_partial) stats.Mark("promised");
  // Nothing is walked any more.
  inventory.forests = {};
  progress.BeginPhase("attribute");

  std::vector<std::string> ends;
  for (const std::string& end : EndsOfPathRules(engine)) {
    if (std::binary_search(tree_names.names.begin(), tree_names.names.end(), end)) {
      ends.push_back(end);
    }
  }
  std::sort(ends.begin(), ends.end());
  const Attribution attribution(input, inventory, {&tree_names, &*commits, &*known}, refs, objects,
                                scan, ends, threads);

  tree_names.rows.reset();
  commits.reset();
  if (input.memory == nullptr) known.reset();

  // The paths of those names speak for themselves, at positions of their own.
  std::unordered_map<uint64_t, Whereabouts> paths;
  BlobScanner scanner(engine.detectors(), scan_options.new_opener, scan_options.limits);
  for (const std::string& end : ends) {
    const Introduction& introduction = attribution.OfName(end);
    BlobRef ref;
    ref.kind = ObjectKind::kPathName;
    ref.position = objects.size() + paths.size();
    ScannedObject spoken = scanner.Scan(Blob{ref, AsBytes(introduction.path)}, nullptr);
    const bool has_spoken =
        std::any_of(scan.objects.begin(), scan.objects.end(), [&](const auto& other) {
          const std::string* name = objects.NameAt(other.position);
          return name != nullptr && *name == end;
        });
    if (spoken.silent() || has_spoken) continue;
    paths.emplace(ref.position, Attribution::FromIntroduction(introduction));
    scan.objects.push_back(std::move(spoken));
  }
  stats.Mark("attribute");

  Listing listing;
  listing.secrets_once = true;
  listing.refs = refs.size();
  listing.commits = static_cast<uint64_t>(
      std::count_if(inventory.objects.begin(), inventory.objects.end(),
                    [](const StoredObject& object) { return object.type == ObjectType::kCommit; }));
  for (std::span<const Gap> gaps :
       {std::span<const Gap>(inventory.gaps), std::span<const Gap>(tree_names.gaps),
        std::span<const Gap>(attribution.gaps())}) {
    listing.gaps.insert(listing.gaps.end(), gaps.begin(), gaps.end());
  }
  std::sort(listing.gaps.begin(), listing.gaps.end());
  listing.gaps.erase(std::unique(listing.gaps.begin(), listing.gaps.end()), listing.gaps.end());
  AddPromised(promised, input.require_complete, &listing);
  listing.notes = engine.notes();
  if (input.memory != nullptr) {
    AddKnown(*input.memory, &listing);
    input.memory->Finish(inventory, *known, tree_names.gaps);
    known.reset();
    if (!input.memory->trouble().empty()) listing.notes.push_back(input.memory->trouble());
    stats.Mark("remember");
  }
  for (const std::vector<std::string>& notes : {input.notes, lfs.notes()})
    listing.notes.insert(listing.notes.end(), notes.begin(), notes.end());
  if (!repository->shallow().empty()) {
    listing.notes.push_back("This is a shallow clone: what lies behind its " +
                            std::to_string(repository->shallow().size()) +
                            " boundary commits is not here and was not examined.");
  }

  const JudgeContext context{.policy = policy,
                             .gate = Gate::kAudit,
                             .today = input.today.empty() ? TodayUtc() : input.today,
                             .mask = engine.mask(),
                             .engine = engine.name(),
                             .report_unused = input.report_unused};
  Verdict verdict =
      JudgeListing(context, listing, std::move(scan), [&](const ScannedObject& object) {
        const auto path = paths.find(object.position);
        return path != paths.end() ? path->second : attribution.Of(object);
      });
  SortByPlace(&verdict.findings);
  stats.Mark("judge");
  return verdict;
}

}  // namespace picket
