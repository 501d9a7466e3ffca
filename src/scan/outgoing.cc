#include "scan/outgoing.h"

#include <algorithm>
#include <utility>

namespace picket {
namespace {

constexpr size_t kMemoEntries = 4096;

Ruling RuleWeight(const Finding& finding, const Policy& policy) {
  WeightPolicy weights = policy.weight_policy();
  switch (finding.concern) {
    case WeightConcern::kUnknown:
      if (weights == WeightPolicy::kDenylist)
        return {true, Disposition::kWarns, "weights.policy is \"denylist\""};
      if (weights == WeightPolicy::kAllowlist && policy.AllowsClass(finding.subject))
        return {true, Disposition::kAllowed, "weights.allow lists " + finding.subject};
      return {};
    case WeightConcern::kPickle:
      // A pickle of known safe globals is no news unless pickles as such are refused.
      return {.shown = weights == WeightPolicy::kSafetensorsOnly,
              .disposition = Disposition::kBlocks,
              .reason = ""};
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

std::string Count(uint64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace

Ruling VerdictBuilder::Rule(const Finding& finding) {
  const Policy& policy = context_.policy;
  Action action = policy.ActionFor(finding.tier);
  if (action == Action::kOff) {
    ++(finding.tier == Tier::kPrecise ? hidden_precise_ : hidden_contextual_);
    return {.shown = false, .disposition = Disposition::kWarns, .reason = ""};
  }
  Ruling ruling = finding.kind == FindingKind::kWeight ? RuleWeight(finding, policy) : Ruling{};
  if (!ruling.shown || ruling.disposition == Disposition::kAllowed) return ruling;
  if (const Allowance* allowance = policy.FindAllowance(finding.fingerprint)) {
    if (!allowance->ExpiredOn(context_.today))
      return {true, Disposition::kAllowed, AllowedReason(*allowance)};
    AddNote("The allowance for " + allowance->fingerprint + " expired on " + allowance->expires +
            (allowance->owner.empty() ? "" : " (owner: " + allowance->owner + ")") +
            " and allows nothing any more; remove what it allowed, or renew it.");
  }
  if (ruling.disposition == Disposition::kBlocks && action == Action::kWarn) {
    std::string tier(ToString(finding.tier));
    return {true, Disposition::kWarns, "findings of the " + tier + " tier warn"};
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
  verdict_.engine = Masked(context_.engine);

  auto& gaps = verdict_.gaps;
  std::sort(gaps.begin(), gaps.end());
  gaps.erase(std::unique(gaps.begin(), gaps.end()), gaps.end());
  // What a person must act on comes first; within, the order of the scan stays.
  std::stable_sort(verdict_.findings.begin(), verdict_.findings.end(),
                   [](const auto& a, const auto& b) { return a.disposition < b.disposition; });

  bool blocked =
      !verdict_.findings.empty() && verdict_.findings.front().disposition == Disposition::kBlocks;
  verdict_.complete = gaps.empty();
  verdict_.outcome = Outcome::kPass;
  if (!gaps.empty() && context_.policy.GapsBlock(context_.gate))
    verdict_.outcome = Outcome::kIncomplete;
  if (blocked) verdict_.outcome = Outcome::kBlocked;
  return std::move(verdict_);
}

std::vector<Finding> OverflowFindings(const ScannedObject& object) {
  std::vector<Finding> result;
  auto add = [&](uint64_t count, Tier tier) {
    if (count == 0) return;
    Finding finding;
    finding.kind = FindingKind::kPolicy;
    finding.tier = tier;
    finding.severity = tier == Tier::kPrecise ? Severity::kHigh : Severity::kLow;
    finding.rule = finding.family = "picket.too-many-findings";
    finding.message = "It holds " + std::to_string(count) +
                      (count == 1 ? " more match" : " more matches") + " of the " +
                      std::string(ToString(tier)) + " tier than are examined one by one.";
    finding.remediation =
        "Remove the secrets from the file, exclude its path, or raise limits.findings_per_blob in "
        "the policy.";
    result.push_back(std::move(finding));
  };
  add(object.precise_overflow, Tier::kPrecise);
  add(object.contextual_overflow, Tier::kContextual);
  return result;
}

}  // namespace picket
