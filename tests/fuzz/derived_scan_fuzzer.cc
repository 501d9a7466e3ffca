// Texts that are made from each other, as a session scans them that is told so, against one that is
// not and against each rule's expression alone over the whole text. The input is a list of what a
// text is made of: ranges of its base, bytes, parts of texts that match, filler. Before each but
// the first stands how many levels up its base is, and its highest bit says that nothing is made
// from it; kNewTree begins another tree.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "core/byte_reader.h"
#include "match/dialect.h"
#include "match/re2_options.h"
#include "secrets/base_hits.h"
#include "secrets/secret_detector.h"
#include "support/re2_walk.h"

namespace picket {
namespace {

constexpr size_t kMostText = 12'000;
constexpr size_t kMostTexts = 12;
constexpr uint8_t kNewTree = 0x7f;
constexpr uint8_t kLeaf = 0x80;

std::string Mixed(size_t length) {
  std::string text;
  while (text.size() < length) text += "aB3";
  return text.substr(0, length);
}

Rule MakeRule(const std::string& id, const std::string& pattern) {
  Rule rule;
  rule.id = rule.family = id;
  rule.tier = Tier::kContextual;
  rule.pattern = pattern;
  std::vector<std::string> complaints;
  const PatternFacts facts = CheckDialect(pattern, &complaints);
  if (!complaints.empty()) std::abort();
  rule.min_width = facts.min_width;
  rule.max_width = facts.max_width;
  return rule;
}

std::vector<Rule> MakeRules() {
  std::vector<Rule> rules = {
      MakeRule("line", "<[a-z ]{1,90}>"),
      MakeRule("lines", "BEGIN[a-z\\n ]{0,40}[|][a-z]{1,30}END"),
      MakeRule("token", "tok_[A-Za-z0-9]{20,80}"),
      MakeRule("far", "widget[^\\x00-\\x08]{0,40}=[A-Za-z0-9]{32,40}"),
      MakeRule("named", "secret[ =(\"]{1,12}[A-Za-z0-9]{32}"),
      MakeRule("url", "[a-z]{4}://[a-z]{1,8}:[A-Za-z0-9]{1,20}@host"),
      MakeRule("password", "passwd[ =]{1,9}[a-z]{5,9}"),
      MakeRule("measured", "run_[A-Z]{2}"),
      MakeRule("near", "id-[a-z]{9}"),
  };
  rules[7].measure.kind = "run";
  if (!ParseByteClass("[A-Za-z0-9]", &rules[7].measure.bytes)) std::abort();
  rules[7].measure.min = 24;
  rules[7].measure.max = 100;
  rules[8].context = {{"widget"}, 40, 40};
  rules[8].not_before.AddRange('a', 'z');
  rules[8].not_after.AddRange('a', 'z');
  rules[2].encoded_literals = {"tok_"};
  return rules;
}

std::vector<std::string> MakeTexts() {
  return {"<" + std::string(90, 'x') + ">",
          "BEGIN" + std::string(40, '\n') + "|" + std::string(30, 'y') + "END",
          "tok_" + Mixed(80),
          "widget" + std::string(40, '\n') + "=" + Mixed(32),
          "secret" + std::string(11, ' ') + "=" + Mixed(32),
          "http://user:" + Mixed(20) + "@host",
          "passwd = abcdefghi",
          "run_XY" + Mixed(90),
          "widget, id-abcdefghi",
          "%41%42&#65;\\x41",
          "dG9r" + Mixed(20),
          "746f6b5f" + std::string(20, '3')};
}

// The last of the rules are an organisation's own.
constexpr ptrdiff_t kOwnRules = 3;

struct Engine {
  Engine() {
    std::vector<Rule> installed = MakeRules();
    std::vector<Rule> own(installed.end() - kOwnRules, installed.end());
    installed.resize(installed.size() - own.size());
    const auto compile = [this](const std::vector<Rule>& some) {
      std::vector<std::string> complaints;
      auto set = RuleSet::Compile(some, "", &complaints);
      if (set == nullptr) std::abort();
      rules.insert(rules.end(), set->rules().begin(), set->rules().end());
      return set;
    };
    const auto set = compile(installed);
    detector = std::make_unique<SecretDetector>(set, FingerprintKey(), compile(own));
    told = detector->NewSession();
    untold = detector->NewSession();
    for (const Rule& rule : rules) {
      regexes.push_back(std::make_unique<re2::RE2>(rule.pattern, MakeRe2Options(rule.ignore_case)));
    }
  }

  std::vector<Rule> rules;  // as they are compiled
  std::unique_ptr<SecretDetector> detector;
  // Made once, as a thread makes them: that takes longer than most inputs.
  std::unique_ptr<Session> told;
  std::unique_ptr<Session> untold;
  std::vector<std::unique_ptr<re2::RE2>> regexes;
  std::vector<std::string> texts = MakeTexts();
};

struct Sink : FindingSink {
  void Add(Finding finding) override {
    findings.emplace_back(finding.rule, finding.match.offset, finding.match.length);
  }
  void Add(Gap) override { std::abort(); }
  void Add(EncodedHint hint) override {
    // One of each kind is enough, whichever it is: contents/hint_decoder.cc.
    if (hint.encoding == Encoding::kEscape) hint.offset = 0;
    hints.push_back(hint);
  }

  std::vector<std::tuple<std::string, uint64_t, uint64_t>> findings;
  std::vector<EncodedHint> hints;
};

struct Made {
  std::string text;
  std::vector<CopiedRange> copies;
  ObjectId oid;
};

// Up to the end of the input or the instruction that ends a text.
Made MakeText(ByteReader& in, const std::string& base, const std::vector<std::string>& texts) {
  Made made;
  while (in.ok() && !in.at_end() && made.text.size() < kMostText) {
    const uint8_t code = in.U8();
    const uint64_t first = in.U16Le();
    const uint64_t second = in.U8();
    switch (code % 6) {
      case 0: {
        const uint64_t offset = std::min<uint64_t>(first, base.size());
        const uint64_t length = std::min<uint64_t>(second * 64, base.size() - offset);
        if (length != 0) made.copies.push_back({offset, made.text.size(), length});
        made.text += base.substr(offset, length);
        break;
      }
      case 1: made.text += AsText(in.Take(std::min<uint64_t>(second, in.remaining()))); break;
      case 2: {
        const std::string& part = texts[first % texts.size()];
        made.text += part.substr(second % (part.size() + 1));
        break;
      }
      case 3: {
        const std::string& part = texts[first % texts.size()];
        made.text += part.substr(0, second % (part.size() + 1));
        break;
      }
      case 4:
        for (uint64_t i = 0; i < second; ++i) made.text += std::string(i % 40, '.') + "\n";
        break;
      default: return made;
    }
  }
  return made;
}

void Check(const Engine& engine, const std::string& text, Sink found, Sink expected) {
  // In the order of places, of which those of escapes are no longer known.
  std::sort(found.hints.begin(), found.hints.end());
  std::sort(expected.hints.begin(), expected.hints.end());
  if (found.findings != expected.findings || found.hints != expected.hints) std::abort();
  for (size_t i = 0; i < engine.regexes.size(); ++i) {
    const Rule& rule = engine.rules[i];
    Places places;
    for (const auto& [id, offset, length] : found.findings) {
      if (id == rule.id) places.emplace_back(offset, length);
    }
    std::sort(places.begin(), places.end());
    if (places != WalkWithRe2(rule, *engine.regexes[i], text)) std::abort();
  }
}

// With little room: of a base either what was kept for it is known, or nothing.
void Keep(BaseHits& kept, const Derivation& derivation, const Blob& blob, uint64_t base_size,
          const Sink& found) {
  KeptHits* keep = kept.Begin(derivation, blob.ref.oid);
  if ((keep != nullptr) != derivation.is_base) std::abort();
  const KeptHits* base = kept.BaseOf(derivation);
  if (base != nullptr && base->installed.text_size() != base_size) std::abort();
  if (keep != nullptr) {
    keep->installed.Reset(blob.bytes.size());
    for (const auto& [id, offset, length] : found.findings) {
      const Hit hit{0, offset + length, offset + length};
      keep->installed.Add({&hit, 1});
    }
    keep->installed.Finish();
  }
  kept.End(derivation);
}

}  // namespace
}  // namespace picket

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace picket;
  static const Engine engine;
  ByteReader in(Bytes(data, size));
  BaseHits kept(uint64_t{20} * sizeof(Hit));
  std::vector<Made> path;
  for (uint8_t number = 1; number <= kMostTexts && in.ok() && !in.at_end(); ++number) {
    const uint8_t place = path.empty() ? 0 : in.U8();
    if ((place & ~kLeaf) == kNewTree) path.clear();
    if (!path.empty()) path.resize(path.size() - (place & ~kLeaf) % path.size());
    const bool root = path.empty();
    Made made = MakeText(in, root ? "" : path.back().text, engine.texts);
    const std::string raw(20, static_cast<char>(number));
    made.oid = ObjectId::FromRaw(AsBytes(raw));
    Derivation derivation;
    derivation.depth = path.size();
    derivation.is_base = (place & kLeaf) == 0;
    if (!root) {
      derivation.base = path.back().oid;
      derivation.copies = made.copies;
    }
    const BlobRef ref{ObjectKind::kBlob, made.oid, number, {}};
    const Blob blob{ref, AsBytes(made.text)};
    Sink found;
    engine.told->Scan(blob, &derivation, found);
    Keep(kept, derivation, blob, root ? 0 : path.back().text.size(), found);
    Sink expected;
    engine.untold->Scan(blob, nullptr, expected);
    Check(engine, made.text, std::move(found), std::move(expected));
    if (derivation.is_base) path.push_back(std::move(made));
  }
  return 0;
}
