// The whole wing on one input: the shipped rules' detector, an organisation's own rules beside
// them, and the expander, every child in its turn. Findings lie in the text, nothing is found in
// what is left out, whatever speaks alone is marked among others, and the work that children make
// stays within the limits. The input is a template of a text too: no secret stands in a corpus.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "contents/expander.h"
#include "core/sieve.h"
#include "match/dialect.h"
#include "scan/held_blobs.h"
#include "secrets/deep_scan.h"
#include "secrets/secret_detector.h"
#include "secrets/template.h"

namespace picket {
namespace {

void Require(bool good) {
  if (!good) std::abort();
}

Rule MakeRule(const std::string& id, Tier tier, const std::string& pattern) {
  Rule rule;
  rule.id = rule.family = id;
  rule.tier = tier;
  rule.pattern = pattern;
  std::vector<std::string> complaints;
  const PatternFacts facts = CheckDialect(pattern, &complaints);
  Require(complaints.empty());
  rule.min_width = facts.min_width;
  rule.max_width = facts.max_width;
  return rule;
}

// They find parts of what shipped rules find, the same, and what else an organisation has.
std::shared_ptr<const RuleSet> OwnRules() {
  std::vector<Rule> rules = {
      MakeRule("own.part", Tier::kPrecise, "hf_[A-Za-z]{10}"),
      MakeRule("own.value", Tier::kContextual, "key = \"([A-Za-z0-9]{20,60})"),
      MakeRule("generic.own", Tier::kContextual, "word: \"([A-Za-z0-9]{9,60})"),
      MakeRule("own.pair", Tier::kPrecise, "[0-4][0-9],")};
  Rule& path = rules.emplace_back();
  path.id = path.family = "own.path";
  path.path_suffixes = {"*.own", "folder/own"};
  std::vector<std::string> complaints;
  auto set = RuleSet::Compile(rules, "", &complaints);
  Require(set != nullptr);
  return set;
}

Session& TheSession() {
  static const std::unique_ptr<Session> session = [] {
    // The shipped rules. Compiled they may be in $PICKET_COMPILED_RULES.
    const std::string folder = PICKET_SOURCE_DIR "/patterns/secrets";
    const char* compiled = std::getenv("PICKET_COMPILED_RULES");
    std::vector<std::string> notes;
    static const SecretDetector detector(
        LoadSecretRules(folder, compiled == nullptr ? "" : compiled, &notes), FingerprintKey(),
        OwnRules());
    return detector.NewSession();
  }();
  return *session;
}

void Scan(std::string_view text, ObjectKind kind = ObjectKind::kBlob) {
  ExpandLimits limits;
  limits.bytes = 1 << 20;
  limits.children = 1000;
  Expander expander(limits);
  for (const Finding& finding : DeepScan(text, kind, TheSession(), expander)) {
    Require(finding.span.end() <= text.size() && finding.match.end() <= text.size());
    Require(!finding.fingerprint.empty() && !finding.rule.empty());
  }
}

struct Ear : FindingSink {
  void Add(Finding finding) override {
    heard = true;
    found.push_back(finding.match);
  }
  void Add(Gap) override { std::abort(); }
  void Add(EncodedHint) override { heard = true; }

  bool heard = false;
  std::vector<Span> found;
};

// The middle of the text is left out.
void ScanAround(std::string_view text) {
  const BlobRef ref;
  const Span middle{text.size() / 3, text.size() / 3};
  Blob blob{ref, AsBytes(text), {}};
  if (middle.length > 0) blob.left_out = {&middle, 1};
  Ear ear;
  TheSession().Scan(blob, nullptr, ear);
  for (const Span& one : ear.found) {
    Require(one.end() <= text.size());
    Require(middle.length == 0 || one.end() <= middle.offset || one.offset >= middle.end());
  }
}

// Its lines are small texts beside each other, every third of them the name of a path.
void Sift(std::string_view text) {
  HeldBlobs held;
  while (!text.empty() && !held.is_full()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.size() > HeldBlobs::kMostBytes) continue;
    BlobRef ref;
    ref.kind = line.size() % 3 == 0 ? ObjectKind::kPathName : ObjectKind::kBlob;
    held.Add(Blob{ref, AsBytes(line), {}});
  }
  const BlobGroup group = held.group();
  std::vector<bool> speaks(group.blobs.size(), false);
  dynamic_cast<Sieve&>(TheSession()).Sift(group, &speaks);
  for (size_t i = 0; i < group.blobs.size(); ++i) {
    Ear ear;
    TheSession().Scan(group.blobs[i], nullptr, ear);
    Require(speaks[i] || !ear.heard);
  }
}

}  // namespace
}  // namespace picket

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace picket;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Scan(text);
  if (size < 300) Scan(text, ObjectKind::kPathName);
  if (size > 1000) return 0;
  SeededRandom random(size);
  std::string why;
  const auto made = ExpandTemplate(text, random, Spoiling::kNone, &why);
  if (made) Scan(*made);
  for (const std::string& one : {std::string(text), made.value_or("")}) {
    ScanAround(one);
    Sift(one);
  }
  return 0;
}
