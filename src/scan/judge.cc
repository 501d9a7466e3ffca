#include "scan/judge.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "scan/outgoing.h"

namespace picket {
namespace {

constexpr Place kNoPlace = {};

// Where an object counts: its places that are not excluded, and "no place" for what a ref points at
// directly and for what has no path.
std::vector<Place> JudgedPlaces(const ChangeList& changes, const ChangedObject& object,
                                const Policy& policy) {
  std::vector<Place> places;
  for (Place place : object.places) {
    if (place.path == kNone || !policy.Excludes(changes.PathOf(place))) places.push_back(place);
  }
  bool in_a_tree = object.kind == ObjectKind::kBlob || object.kind == ObjectKind::kPathName;
  bool direct = object.kind == ObjectKind::kBlob && object.ref != kNone;
  if (direct || object.places.empty() || (!in_a_tree && places.empty())) places.push_back(kNoPlace);
  return places;
}

bool HasLines(ObjectKind kind) {
  return kind != ObjectKind::kRefName && kind != ObjectKind::kPathName;
}

class ChangeJudge {
 public:
  ChangeJudge(const JudgeContext& context, const ChangeList& changes, Ancestry& ancestry,
              const Rescan& rescan)
      : context_(context),
        changes_(changes),
        builder_(context),
        prior_(changes, context.policy, ancestry, rescan) {}

  Verdict Run(const ScanResult& scan, std::span<const PlacedFinding> all_placed) {
    builder_.AddNotes(changes_.notes);
    for (const ScannedObject& object : scan.objects) JudgeObject(object);
    for (const PlacedFinding& placed : all_placed) JudgePlaced(placed);
    JudgeGaps(changes_.gaps);
    JudgeGaps(scan.gaps);
    Scanned scanned;
    scanned.refs = changes_.refs.size();
    scanned.commits = changes_.commits.size();
    scanned.blobs = scan.blobs;
    scanned.bytes = scan.bytes;
    scanned.skipped = changes_.skipped;
    scanned.skipped.insert(scanned.skipped.end(), scan.skipped.begin(), scan.skipped.end());
    return builder_.Finish(std::move(scanned));
  }

 private:
  // A finding on its way through the places of its object.
  struct Case {
    const Finding* finding;
    Ruling ruling;
    // 0 for a finding that is told in full.
    uint64_t counted = 0;
    // Index of the first place where it is new; of the first place at all while there is none.
    size_t place = 0;
    bool is_new = false;
  };

  void JudgeObject(const ScannedObject& object) {
    const ChangedObject& changed = changes_.objects.at(object.position);
    std::vector<Place> places = JudgedPlaces(changes_, changed, context_.policy);
    if (places.empty()) return;
    for (Gap gap : object.gaps) {
      if (gap.path.empty()) gap.path = changes_.PathOf(places.front());
      builder_.Add(std::move(gap));
    }
    const std::vector<CountedFinding> uncounted = UncountedFindings(object);
    std::vector<Case> cases;
    for (const ScannedFinding& item : object.findings)
      cases.push_back({&item.finding, builder_.Rule(item.finding, &item.marks)});
    for (const std::vector<CountedFinding>* list : {&object.counted, &uncounted}) {
      for (const CountedFinding& one : *list)
        cases.push_back({&one.finding, builder_.Rule(one.finding, nullptr), one.count});
    }
    FindNew(object, changed, places, &cases);
    CountedRest rest;
    for (Case& one : cases) {
      if (!one.ruling.shown) continue;
      if (one.ruling.disposition != Disposition::kAllowed && !one.is_new) {
        one.ruling.disposition = Disposition::kPreexisting;
        one.ruling.reason = "the parent already had it";
      }
      if (one.counted > 0) {
        rest.Add(one.finding->tier, one.ruling, one.place, one.counted);
      } else {
        Report(object, changed, places, *one.finding, one.ruling, one.place);
      }
    }
    for (const CountedRest::Item& item : rest.Items())
      Report(object, changed, places, item.finding, item.ruling, item.place);
  }

  void JudgePlaced(const PlacedFinding& placed) {
    const ChangedObject& changed = changes_.objects.at(placed.object);
    const Place place = placed.place;
    if (place.path != kNone && context_.policy.Excludes(changes_.PathOf(place))) return;
    Ruling ruling = builder_.Rule(placed.finding, nullptr);
    if (!ruling.shown) return;
    if (placed.preexisting && ruling.disposition != Disposition::kAllowed) {
      ruling.disposition = Disposition::kPreexisting;
      ruling.reason = "the parent already had it";
    }
    JudgedFinding judged;
    judged.finding = placed.finding;
    judged.disposition = ruling.disposition;
    judged.allowed_by = ruling.allowed_by;
    judged.reason = ruling.reason;
    judged.object_kind = changed.kind;
    judged.object = changed.oid.ToHex();
    Locate(changed, place, &judged);
    builder_.Add(std::move(judged));
  }

  void FindNew(const ScannedObject& object, const ChangedObject& changed,
               const std::vector<Place>& places, std::vector<Case>* cases) {
    auto open = [](const Case& one) {
      return one.ruling.shown && one.ruling.disposition != Disposition::kAllowed && !one.is_new;
    };
    for (size_t i = 0; i < places.size(); ++i) {
      if (std::none_of(cases->begin(), cases->end(), open)) return;
      PriorVersions::Answer before;
      if (changed.kind == ObjectKind::kBlob && places[i].path != kNone) {
        if (context_.stop.stop_requested()) {
          builder_.AddNote(
              "There was no time to compare everything that was found with what was there before; "
              "what was not compared counts as new.");
        } else {
          before = prior_.At(object, places[i]);
        }
      }
      // One flag for each case that can be held against the past; the uncounted come last.
      std::vector<bool>& held = before.held;
      held.insert(held.end(), before.counted_held.begin(), before.counted_held.end());
      for (size_t j = 0; j < cases->size(); ++j) {
        Case& one = (*cases)[j];
        if (before.same_blob || (j < held.size() && held[j]) || !open(one)) continue;
        one.is_new = true;
        one.place = i;
        if (before.truncated) {
          builder_.AddNote(
              "A commit removes more paths than are compared, so that moved files may be judged as "
              "new.");
        }
      }
    }
  }

  void Report(const ScannedObject& object, const ChangedObject& changed,
              const std::vector<Place>& places, const Finding& finding, const Ruling& ruling,
              size_t place) {
    JudgedFinding judged;
    judged.finding = finding;
    judged.disposition = ruling.disposition;
    judged.allowed_by = ruling.allowed_by;
    judged.reason = ruling.reason;
    if (!HasLines(changed.kind)) judged.finding.line = judged.finding.column = 0;
    judged.object_kind = object.kind == ObjectKind::kLfsObject ? object.kind : changed.kind;
    judged.object = object.oid.ToHex();
    judged.other_places = places.size() - 1;
    Locate(changed, places[place], &judged);
    builder_.Add(std::move(judged));
  }

  // A clean push never asks.
  const std::unordered_map<ObjectId, uint32_t>& Commits() {
    if (commits_.empty()) {
      for (uint32_t i = 0; i < changes_.commits.size(); ++i)
        commits_.emplace(changes_.commits[i].oid, i);
    }
    return commits_;
  }

  void Locate(const ChangedObject& changed, Place place, JudgedFinding* judged) {
    judged->path = changes_.PathOf(place);
    uint32_t commit = place.commit;
    if (commit == kNone && changed.kind == ObjectKind::kCommit) {
      const auto known = Commits().find(changed.oid);
      judged->commit = changed.oid.ToHex();
      if (known != Commits().end()) commit = known->second;
    }
    uint32_t ref = changed.ref;
    if (commit != kNone) {
      judged->commit = changes_.commits[commit].oid.ToHex();
      ref = changes_.commits[commit].ref;
    }
    if (ref != kNone) judged->ref = changes_.refs[ref];
  }

  void JudgeGaps(const std::vector<Gap>& gaps) {
    if (gaps.empty()) return;
    if (paths_.empty()) {
      for (const ChangedObject& object : changes_.objects) {
        if (object.oid.empty() || object.places.empty()) continue;
        std::vector<Place> places = JudgedPlaces(changes_, object, context_.policy);
        if (!places.empty()) paths_.emplace(object.oid.ToHex(), changes_.PathOf(places.front()));
      }
    }
    for (Gap gap : gaps) {
      auto known = paths_.find(gap.object);
      if (gap.path.empty() && known != paths_.end()) gap.path = known->second;
      builder_.Add(std::move(gap));
    }
  }

  const JudgeContext& context_;
  const ChangeList& changes_;
  VerdictBuilder builder_;
  PriorVersions prior_;
  std::unordered_map<ObjectId, uint32_t> commits_;
  std::unordered_map<std::string, std::string_view> paths_;
};

}  // namespace

std::vector<bool> ExcludedObjects(const ChangeList& changes, const Policy& policy) {
  std::vector<bool> excluded(changes.objects.size(), false);
  if (policy.exclude.empty()) return excluded;
  // Paths repeat over commits; each is matched once.
  std::vector<char> path_excluded;
  path_excluded.reserve(changes.paths.size());
  for (const std::string& path : changes.paths) path_excluded.push_back(policy.Excludes(path));
  for (size_t i = 0; i < changes.objects.size(); ++i) {
    const ChangedObject& object = changes.objects[i];
    bool in_a_tree = object.kind == ObjectKind::kBlob || object.kind == ObjectKind::kPathName;
    bool direct = object.kind == ObjectKind::kBlob && object.ref != kNone;
    if (!in_a_tree || direct || object.places.empty()) continue;
    excluded[i] = std::all_of(object.places.begin(), object.places.end(), [&](Place place) {
      return place.path != kNone && path_excluded[place.path] != 0;
    });
  }
  return excluded;
}

Verdict Judge(const JudgeContext& context, const ChangeList& changes, const ScanResult& scan,
              Ancestry& ancestry, const Rescan& rescan, std::span<const PlacedFinding> placed) {
  return ChangeJudge(context, changes, ancestry, rescan).Run(scan, placed);
}

namespace {

// Findings on their way to the report; of one secret in objects of one kind, of which the policy
// says the same, the first stays.
class FirstPlaces {
 public:
  explicit FirstPlaces(bool secrets_once) : secrets_once_(secrets_once) {}

  void Add(JudgedFinding judged, uint64_t rank) {
    const Finding& finding = judged.finding;
    if (!secrets_once_ || finding.kind != FindingKind::kSecret || finding.fingerprint.empty()) {
      rest_.push_back(std::move(judged));
      return;
    }
    Key key(finding.fingerprint, finding.rule, judged.object_kind, judged.disposition,
            judged.allowed_by, judged.reason);
    const auto at = first_.find(key);
    if (at == first_.end()) {
      first_.emplace(std::move(key), Ranked{rank, std::move(judged)});
      return;
    }
    Ranked& kept = at->second;
    const uint64_t places = kept.judged.other_places + judged.other_places + 1;
    if (PlaceOf(rank, judged) < PlaceOf(kept.rank, kept.judged)) kept = {rank, std::move(judged)};
    kept.judged.other_places = places;
  }

  void GiveTo(VerdictBuilder& builder) {
    for (JudgedFinding& judged : rest_) builder.Add(std::move(judged));
    rest_ = {};
    // Of a hundred thousand, no two lists are held whole.
    while (!first_.empty()) builder.Add(std::move(first_.extract(first_.begin()).mapped().judged));
  }

 private:
  using Key = std::tuple<std::string, std::string, ObjectKind, Disposition, AllowedBy, std::string>;
  struct Ranked {
    uint64_t rank = 0;
    JudgedFinding judged;
  };

  // Reachable ones first.
  using Place =
      std::tuple<bool, uint64_t, std::string_view, std::string_view, std::string_view, Span>;
  static Place PlaceOf(uint64_t rank, const JudgedFinding& judged) {
    return Place(!judged.reachable, rank, std::string_view(judged.path),
                 std::string_view(judged.object), std::string_view(judged.finding.member),
                 judged.finding.span);
  }

  bool secrets_once_;
  std::vector<JudgedFinding> rest_;
  std::map<Key, Ranked> first_;
};

}  // namespace

Verdict JudgeListing(const JudgeContext& context, const Listing& listing, ScanResult scan,
                     const std::function<Whereabouts(const ScannedObject&)>& whereabouts) {
  VerdictBuilder builder(context);
  builder.AddNotes(listing.notes);
  uint64_t left_out = 0;
  FirstPlaces places(listing.secrets_once);
  for (ScannedObject& each : scan.objects) {
    // Its findings go with it, as they are told.
    const ScannedObject object = std::exchange(each, ScannedObject());
    Whereabouts where = whereabouts(object);
    bool only_excluded =
        !where.path.empty() && where.other_places == 0 && context.policy.Excludes(where.path);
    if (only_excluded) {
      ++left_out;
      continue;
    }
    for (Gap gap : object.gaps) {
      if (gap.path.empty()) gap.path = where.path;
      builder.Add(std::move(gap));
    }
    auto report = [&](const Finding& finding, const Ruling& ruling) {
      if (!ruling.shown) return;
      JudgedFinding judged;
      judged.finding = finding;
      judged.disposition = ruling.disposition;
      judged.allowed_by = ruling.allowed_by;
      judged.reason = ruling.reason;
      if (!HasLines(object.kind)) judged.finding.line = judged.finding.column = 0;
      judged.object_kind = object.kind;
      judged.object = object.oid.ToHex();
      judged.path = where.path;
      judged.commit = where.commit;
      judged.ref = where.ref;
      judged.author = where.author;
      judged.date = where.date;
      judged.other_places = where.other_places;
      judged.reachable = where.reachable;
      places.Add(std::move(judged), where.rank);
    };
    for (const ScannedFinding& item : object.findings)
      report(item.finding, builder.Rule(item.finding, &item.marks));
    CountedRest rest;
    const std::vector<CountedFinding> uncounted = UncountedFindings(object);
    for (const std::vector<CountedFinding>* list : {&object.counted, &uncounted}) {
      for (const CountedFinding& one : *list) {
        Ruling ruling = builder.Rule(one.finding, nullptr);
        if (ruling.shown) rest.Add(one.finding.tier, ruling, 0, one.count);
      }
    }
    for (const CountedRest::Item& item : rest.Items()) report(item.finding, item.ruling);
  }
  places.GiveTo(builder);
  if (left_out > 0) {
    builder.AddNote(std::to_string(left_out) +
                    (left_out == 1 ? " object with findings or gaps stands"
                                   : " objects with findings or gaps stand") +
                    " under an excluded path and was left out.");
  }
  for (const Gap& gap : listing.gaps) builder.Add(gap);
  for (const Gap& gap : scan.gaps) builder.Add(gap);
  Scanned scanned;
  scanned.refs = listing.refs;
  scanned.commits = listing.commits;
  scanned.blobs = scan.blobs;
  scanned.bytes = scan.bytes;
  scanned.skipped = listing.skipped;
  scanned.skipped.insert(scanned.skipped.end(), scan.skipped.begin(), scan.skipped.end());
  return builder.Finish(std::move(scanned));
}

}  // namespace picket
