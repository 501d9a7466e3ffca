#include "scan/outgoing.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace picket {
namespace {

constexpr size_t kMemoEntries = 4096;

Ruling RuleWeight(const Finding& finding, const Policy& policy) {
  WeightPolicy weights = policy.weight_policy();
  switch (finding.concern) {
    case WeightConcern::kUnknown:
      if (weights == WeightPolicy::kDenylist)
        return {.shown = true,
                .disposition = Disposition::kWarns,
                .reason = "weights.policy is \"denylist\""};
      if (weights == WeightPolicy::kAllowlist && policy.AllowsClass(finding.subject))
        return {.shown = true,
                .disposition = Disposition::kAllowed,
                .reason = "weights.allow lists " + finding.subject,
                .allowed_by = AllowedBy::kPolicy};
      return {};
    case WeightConcern::kPickle:
      // A pickle of known safe globals is no news unless pickles as such are refused.
      return {.shown = weights == WeightPolicy::kSafetensorsOnly,
              .disposition = Disposition::kBlocks,
              .reason = ""};
    case WeightConcern::kTold:
      // A format's reader has something to say that the file can't do by itself.
      return {.shown = true,
              .disposition = Disposition::kWarns,
              .reason = "it needs more than this file"};
    case WeightConcern::kNone:
    case WeightConcern::kDangerous:
    case WeightConcern::kAmbiguous: break;
  }
  return {};
}

std::string AllowedReason(const Allowance& allowance) {
  std::string reason = "allowed";
  if (!allowance.expires.empty()) reason += " until " + allowance.expires;
  if (!allowance.owner.empty()) reason += " by " + allowance.owner;
  return reason + ": " + allowance.reason;
}

Finding OverflowFinding(Tier tier) {
  Finding finding;
  finding.kind = FindingKind::kPolicy;
  finding.tier = tier;
  finding.severity = tier == Tier::kPrecise ? Severity::kHigh : Severity::kLow;
  finding.rule = finding.family = "picket.too-many-findings";
  finding.remediation =
      "Remove the secrets from the file, exclude its path, or raise limits.findings_per_blob in "
      "the policy to see each of them.";
  return finding;
}

std::string Count(uint64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace

bool VerdictBuilder::AllowedInline(const Finding& finding, const InlineMarks& marks) {
  if (marks.words == 0 || finding.kind != FindingKind::kSecret) return false;
  if (marks.Cover(finding, context_.policy.InlineWordsAt(context_.gate))) return true;
  if ((marks.words & kPicketAllow) == 0) return false;
  if (marks.Cover(finding, kPicketAllow)) {
    AddNote("A picket:allow stands beside a finding, but comments don't count here: " +
            std::string(context_.gate == Gate::kPreReceive
                            ? "this server's policy has no \"inline\" under server.honour."
                            : "the policy's \"inline\" does not list \"picket\"."));
  } else {
    AddNote("A picket:allow beside a finding of " + finding.rule +
            " does not name that rule; to allow it, write: picket:allow " + finding.rule);
  }
  return false;
}

Ruling VerdictBuilder::Rule(const Finding& finding, const InlineMarks* marks) {
  const Policy& policy = context_.policy;
  // Asked first: an allowance is in use wherever its finding is still there.
  const Allowance* allowance = allowances_.Use(finding.fingerprint);
  Action action = policy.ActionFor(finding.tier);
  if (action == Action::kOff) {
    ++(finding.tier == Tier::kPrecise ? hidden_precise_ : hidden_contextual_);
    return {.shown = false, .disposition = Disposition::kWarns, .reason = ""};
  }
  Ruling ruling = finding.kind == FindingKind::kWeight ? RuleWeight(finding, policy) : Ruling{};
  if (!ruling.shown || ruling.disposition == Disposition::kAllowed) return ruling;
  if (allowance != nullptr) {
    if (!allowance->ExpiredOn(context_.today))
      return {true, Disposition::kAllowed, AllowedReason(*allowance), allowance->source};
    AddNote("The allowance for " + allowance->fingerprint + " expired on " + allowance->expires +
            (allowance->owner.empty() ? "" : " (owner: " + allowance->owner + ")") +
            " and allows nothing any more; remove what it allowed, or renew it.");
  }
  if (marks != nullptr && AllowedInline(finding, *marks))
    return {true, Disposition::kAllowed, "a comment beside it allows it", AllowedBy::kInline};
  if (ruling.disposition == Disposition::kBlocks && action == Action::kWarn) {
    std::string tier(ToString(finding.tier));
    return {.shown = true,
            .disposition = Disposition::kWarns,
            .reason = "findings of the " + tier + " tier warn"};
  }
  return ruling;
}

void VerdictBuilder::AddNotes(const std::vector<std::string>& notes) {
  first_notes_.insert(first_notes_.end(), notes.begin(), notes.end());
}

std::string VerdictBuilder::Masked(std::string_view text) {
  if (text.empty()) return {};
  std::string key(text);
  auto known = memo_.find(key);
  if (known != memo_.end()) return known->second;
  if (memo_.size() >= kMemoEntries) memo_.clear();
  return memo_.emplace(std::move(key), context_.mask.Apply(text)).first->second;
}

void VerdictBuilder::MaskFinding(JudgedFinding* judged) {
  Finding& finding = judged->finding;
  for (std::string* text :
       {&finding.rule, &finding.message, &finding.remediation, &finding.subject, &finding.member,
        &judged->reason, &judged->path, &judged->ref, &judged->author, &judged->date}) {
    *text = Masked(*text);
  }
}

void VerdictBuilder::Add(JudgedFinding finding) {
  MaskFinding(&finding);
  verdict_.findings.push_back(std::move(finding));
}

void VerdictBuilder::Add(Gap gap) {
  for (std::string* text : {&gap.object, &gap.path, &gap.member, &gap.reason})
    *text = Masked(*text);
  verdict_.gaps.push_back(std::move(gap));
}

namespace {

// By disposition, else as they are; a finding takes a kilobyte, so that each moves once.
void PutInOrder(std::vector<JudgedFinding>* findings) {
  std::vector<uint32_t> order(findings->size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [findings](uint32_t a, uint32_t b) {
    return (*findings)[a].disposition < (*findings)[b].disposition;
  });
  for (uint32_t first = 0; first < order.size(); ++first) {
    if (order[first] == first) continue;
    JudgedFinding held = std::move((*findings)[first]);
    uint32_t at = first;
    for (uint32_t from = order[at]; from != first; from = order[at]) {
      (*findings)[at] = std::move((*findings)[from]);
      order[at] = at;
      at = from;
    }
    (*findings)[at] = std::move(held);
    order[at] = at;
  }
}

}  // namespace

Verdict VerdictBuilder::Finish(Scanned scanned) {
  if (hidden_precise_ > 0) {
    AddNote(Count(hidden_precise_, "finding") +
            " of the precise tier not shown: tiers.precise is \"off\" in the policy.");
  }
  if (hidden_contextual_ > 0) {
    AddNote(Count(hidden_contextual_, "finding") +
            " of the contextual tier not shown: tiers.contextual is \"off\" in the policy.");
  }
  for (const std::string& note : first_notes_) verdict_.notes.push_back(Masked(note));
  for (const std::string& note : notes_) verdict_.notes.push_back(Masked(note));
  scanned.skipped = Aggregate(std::move(scanned.skipped));
  for (Skipped& skipped : scanned.skipped) {
    skipped.what = Masked(skipped.what);
    skipped.reason = Masked(skipped.reason);
  }
  verdict_.scanned = std::move(scanned);
  if (context_.report_unused) {
    verdict_.unused = allowances_.Unused(context_.today);
    for (UnusedAllowance& one : *verdict_.unused) {
      one.reason = Masked(one.reason);
      one.owner = Masked(one.owner);
    }
  }
  verdict_.engine = Masked(context_.engine);

  auto& gaps = verdict_.gaps;
  std::sort(gaps.begin(), gaps.end());
  gaps.erase(std::unique(gaps.begin(), gaps.end()), gaps.end());
  // What a person must act on comes first; within, the order of the scan stays.
  PutInOrder(&verdict_.findings);

  bool blocked =
      !verdict_.findings.empty() && verdict_.findings.front().disposition == Disposition::kBlocks;
  verdict_.complete = gaps.empty();
  verdict_.outcome = Outcome::kPass;
  if (!gaps.empty() && context_.policy.GapsBlock(context_.gate))
    verdict_.outcome = Outcome::kIncomplete;
  if (blocked) verdict_.outcome = Outcome::kBlocked;
  return std::move(verdict_);
}

std::vector<CountedFinding> UncountedFindings(const ScannedObject& object) {
  std::vector<CountedFinding> result;
  for (Tier tier : {Tier::kPrecise, Tier::kContextual}) {
    if (uint64_t count = object.uncounted(tier)) result.push_back({OverflowFinding(tier), count});
  }
  return result;
}

void CountedRest::Add(Tier tier, const Ruling& ruling, size_t place, uint64_t count) {
  auto [known, added] = items_.try_emplace({tier, ruling.disposition});
  Item& item = known->second;
  if (added) {
    item.ruling = ruling;
    item.place = place;
    item.finding = OverflowFinding(tier);
  } else if (item.ruling.reason != ruling.reason) {
    item.ruling.reason = "each of them has its own reason";
  }
  item.place = std::min(item.place, place);
  item.count += count;
}

std::vector<CountedRest::Item> CountedRest::Items() const {
  std::vector<Item> result;
  for (const auto& [key, item] : items_) {
    result.push_back(item);
    result.back().finding.message = "It holds " + std::to_string(item.count) +
                                    (item.count == 1 ? " more match" : " more matches") +
                                    " of the " + std::string(ToString(key.first)) +
                                    " tier than are told one by one.";
  }
  return result;
}

}  // namespace picket
