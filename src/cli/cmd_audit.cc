// picket audit: everything that a repository's store holds, reachable or not.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "cli/audit.h"
#include "cli/audit_objects.h"
#include "cli/command_line.h"
#include "cli/engine.h"
#include "cli/output.h"
#include "cli/policy_files.h"
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

struct AuditOptions {
  std::string repository = ".";
  bool no_cache = false;
  bool require_complete = false;
  bool report_unused = false;
};

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
  Attribution(const Repository& repository, const ObjectInventory& inventory,
              const AuditObjects& objects, const ScanResult& scan,
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
    if (!oids.empty() || !names.empty()) {
      provenance_ = Attribute(repository, inventory, oids, names, threads);
    }
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

}  // namespace

Verdict AuditRepository(const AuditInput& input) {
  const CommonOptions& common = input.common;
  const Repository* repository = &input.repository;
  const Policy& policy = input.policy;
  const Engine& engine = input.engine;
  StatsLine& stats = input.stats;
  const unsigned threads = engine.threads();

  const ObjectInventory inventory = ListObjects(*repository, threads);
  const std::vector<Ref> refs = repository->Refs();
  stats.Mark("list");
  std::optional<KnownIds> known;
  if (repository->has_promisor()) known.emplace(inventory);
  const TreeNames tree_names =
      ListTreeNames(*repository, inventory, known ? &*known : nullptr, threads);
  stats.Mark("names");
  const AuditObjects objects(inventory.objects, refs, tree_names.names);
  const EffectiveLimits limits = policy.effective_limits();
  const ObjectSource single_objects(*repository, objects,
                                    {.memory_limit = limits.blob_memory_bytes,
                                     .temporary_bytes = limits.temp_bytes,
                                     .may_be_promised = true});
  const StoreSource source(inventory, objects, single_objects);
  ScanOptions scan_options = engine.NewScanOptions();
  scan_options.on_progress = NewProgressLine(common);
  if (input.findings > 0) scan_options.findings = scan_options.limits.findings = input.findings;
  ScanResult scan = ScanAll(source, engine.detectors(), scan_options);
  stats.Mark("scan");

  std::vector<std::string> ends;
  for (const std::string& end : EndsOfPathRules(engine)) {
    if (std::binary_search(tree_names.names.begin(), tree_names.names.end(), end)) {
      ends.push_back(end);
    }
  }
  std::sort(ends.begin(), ends.end());
  const Attribution attribution(*repository, inventory, objects, scan, ends, threads);

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
  for (const std::vector<Gap>* gaps : {&inventory.gaps, &tree_names.gaps, &attribution.gaps()}) {
    listing.gaps.insert(listing.gaps.end(), gaps->begin(), gaps->end());
  }
  std::sort(listing.gaps.begin(), listing.gaps.end());
  listing.gaps.erase(std::unique(listing.gaps.begin(), listing.gaps.end()), listing.gaps.end());
  if (known) {
    AddPromised(CountPromised(*repository, inventory, *known, tree_names.absent, threads),
                input.require_complete, &listing);
    stats.Mark("promised");
  }
  listing.notes = engine.notes();
  if (!repository->shallow().empty()) {
    listing.notes.push_back("This is a shallow clone: what lies behind its " +
                            std::to_string(repository->shallow().size()) +
                            " boundary commits is not here and was not examined.");
  }

  const JudgeContext context{.policy = policy,
                             .gate = Gate::kAudit,
                             .today = TodayUtc(),
                             .mask = engine.mask(),
                             .engine = engine.name(),
                             .report_unused = input.report_unused};
  Verdict verdict = JudgeListing(context, listing, scan, [&](const ScannedObject& object) {
    const auto path = paths.find(object.position);
    return path != paths.end() ? path->second : attribution.Of(object);
  });
  stats.Mark("judge");
  return verdict;
}

namespace {

int RunAudit(const CommonOptions& common, const AuditOptions& options) {
  StatsLine stats(common);
  const std::unique_ptr<Repository> repository = Repository::OpenAt(options.repository);
  const Policy policy = ReadBasePolicy(common);
  const Engine engine(common, policy, options.no_cache ? RuleCache::kUnused : RuleCache::kUsed);
  stats.Mark("open");
  const Verdict verdict = AuditRepository({.common = common,
                                           .repository = *repository,
                                           .policy = policy,
                                           .engine = engine,
                                           .stats = stats,
                                           .require_complete = options.require_complete,
                                           .report_unused = options.report_unused});
  return WriteReport(verdict, Gate::kAudit, common);
}

}  // namespace

void AddAudit(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<AuditOptions>();
  CLI::App* verb = app.add_subcommand("audit", "Examine everything that a repository holds");
  verb->add_option("REPOSITORY", options->repository, "A worktree or Git directory")
      ->capture_default_str();
  verb->add_flag("--no-cache", options->no_cache,
                 "Remember nothing from this run, and use nothing");
  verb->add_flag("--require-complete", options->require_complete,
                 "Objects that a partial clone does not have are gaps");
  verb->add_flag("--report-unused", options->report_unused,
                 "List the policy's allowances that matched nothing");
  verb->callback([&invocation, options] {
    invocation.run = [&invocation, options] { return RunAudit(invocation.common, *options); };
  });
}

}  // namespace picket
