// Blobs that are scanned from what changed, against each rule's expression alone over the whole of
// every object as git prints it, and against a scan that is told of no base. More of it, and real
// repositories: tests/bench/derived.sh.
#include <doctest/doctest.h>
#include <re2/re2.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "git/pack_order.h"
#include "git/store_source.h"
#include "match/re2_options.h"
#include "scan/expander_opener.h"
#include "scan/scanner.h"
#include "secrets/secret_detector.h"
#include "support/git_fixture.h"
#include "support/made_history.h"
#include "support/re2_walk.h"
#include "support/sanitized.h"
#include "support/shipped_rules.h"

namespace picket {
namespace {

using test::ChooseRules;
using test::ChosenRules;
using test::GitFixture;
using test::HistoryMaker;
using test::MadeText;
using test::TemporaryFolder;

constexpr size_t kInOnePack = 100;

size_t NumberOr(const char* variable, size_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class ListedBlobs : public ObjectList {
 public:
  explicit ListedBlobs(const StoredObjects& objects) : objects_(objects) {}
  size_t size() const override { return objects_.size(); }
  ListedObject At(size_t position) const override {
    ListedObject listed;
    const ObjectType type = objects_[position].type;
    listed.kind = type == ObjectType::kCommit ? ObjectKind::kCommit
                  : type == ObjectType::kTag  ? ObjectKind::kTag
                                              : ObjectKind::kBlob;
    listed.oid = objects_[position].oid;
    return listed;
  }

 private:
  const StoredObjects& objects_;
};

// The same blobs without a word about where they come from.
class Underived : public BlobSource {
 public:
  explicit Underived(const BlobSource& source) : source_(source) {}
  size_t item_count() const override { return source_.item_count(); }
  std::unique_ptr<BlobReader> NewReader() const override {
    return std::make_unique<Reader>(source_.NewReader());
  }

 private:
  class Reader : public BlobReader, private BlobVisitor {
   public:
    explicit Reader(std::unique_ptr<BlobReader> reader) : reader_(std::move(reader)) {}
    void Visit(size_t item, BlobVisitor& visitor) override {
      visitor_ = &visitor;
      reader_->Visit(item, *this);
    }

   private:
    void OnBlob(const Blob& blob, const Derivation*) override { visitor_->OnBlob(blob, nullptr); }
    void OnGap(Gap gap) override { visitor_->OnGap(std::move(gap)); }
    void OnSkipped(Skipped skipped) override { visitor_->OnSkipped(std::move(skipped)); }

    std::unique_ptr<BlobReader> reader_;
    BlobVisitor* visitor_ = nullptr;
  };

  const BlobSource& source_;
};

// A store, as an audit reads it.
struct OpenStore {
  explicit OpenStore(const std::string& path)
      : repository(Repository::OpenAt(path)),
        inventory(ListObjects(*repository, 2)),
        objects(inventory.objects),
        single(*repository, objects),
        source(inventory, objects, single) {}

  std::unique_ptr<Repository> repository;
  ObjectInventory inventory;
  ListedBlobs objects;
  ObjectSource single;
  StoreSource source;
};

std::string Told(const Finding& finding) {
  return finding.rule + " " + finding.fingerprint + " " + finding.member + " " +
         std::to_string(finding.span.offset) + "+" + std::to_string(finding.span.length) + " " +
         std::to_string(finding.match.offset) + "+" + std::to_string(finding.match.length) + " " +
         std::to_string(finding.line) + ":" + std::to_string(finding.column) + " " +
         finding.message + " " + finding.masked;
}

std::vector<std::string> Told(const ScanResult& result) {
  std::vector<std::string> lines;
  for (const ScannedObject& object : result.objects) {
    const std::string oid = object.oid.ToHex() + " ";
    for (const ScannedFinding& item : object.findings) lines.push_back(oid + Told(item.finding));
    for (const Gap& gap : object.gaps) lines.push_back(oid + gap.member + " " + gap.reason);
    for (const CountedFinding& item : object.counted) {
      lines.push_back(oid + Told(item.finding) + " x " + std::to_string(item.count));
    }
    lines.push_back(oid + std::to_string(object.precise_overflow) + " " +
                    std::to_string(object.contextual_overflow));
  }
  lines.push_back(std::to_string(result.blobs) + " " + std::to_string(result.bytes));
  return lines;
}

using PlacesByRule = std::map<std::string, Places>;

std::map<std::string, PlacesByRule> FindFromChanges(const std::string& path,
                                                    const Detector& detector) {
  const OpenStore store(path);
  ScanOptions options;
  options.threads = 2;
  options.findings = options.limits.findings = 10'000'000;
  const Detector* const detectors[] = {&detector};
  std::map<std::string, PlacesByRule> found;
  for (const ScannedObject& object : ScanAll(store.source, detectors, options).objects) {
    PlacesByRule& places = found[object.oid.ToHex()];
    for (const ScannedFinding& item : object.findings) {
      places[item.finding.rule].emplace_back(item.finding.match.offset, item.finding.match.length);
    }
    for (auto& [rule, list] : places) std::sort(list.begin(), list.end());
  }
  return found;
}

// "<oid> blob <size>\n<bytes>\n" for each object.
std::map<std::string, std::string> ReadByGit(const GitFixture& git) {
  int status = 0;
  const std::string all = git.GitRaw({"cat-file", "--batch-all-objects", "--batch"}, "", &status);
  REQUIRE(status == 0);
  std::map<std::string, std::string> texts;
  for (size_t at = 0; at < all.size();) {
    const size_t line = all.find('\n', at);
    const size_t size = std::stoull(all.substr(all.rfind(' ', line) + 1, line));
    texts[all.substr(at, all.find(' ', at) - at)] = all.substr(line + 1, size);
    at = line + 1 + size + 1;
  }
  return texts;
}

GitFixture NewStore(const TemporaryFolder& folder, const std::string& name,
                    const std::vector<std::vector<MadeText>>& histories) {
  GitFixture git(folder, name, {"--bare"});
  git.Git({"index-pack", "--stdin"}, test::PackOf(histories));
  return git;
}

}  // namespace

TEST_CASE("derived: a scan of what changed finds what each rule's expression finds in the whole") {
  const size_t histories = NumberOr("PICKET_HISTORIES", kSanitized ? 20 : 100);
  const size_t seed = NumberOr("PICKET_SEED", 1);
  ChosenRules chosen = ChooseRules();
  std::vector<std::unique_ptr<re2::RE2>> regexes;
  for (const Rule& rule : chosen.rules) {
    regexes.push_back(std::make_unique<re2::RE2>(rule.pattern, MakeRe2Options(rule.ignore_case)));
  }
  std::vector<std::string> complaints;
  const std::shared_ptr<const RuleSet> set = RuleSet::Compile(chosen.rules, "", &complaints);
  REQUIRE(set != nullptr);
  const SecretDetector detector(set, FingerprintKey());
  size_t texts = 0;
  size_t found = 0;
  std::set<std::string> rules_found;
  for (size_t first = 0; first < histories; first += kInOnePack) {
    CAPTURE(first);
    HistoryMaker maker(chosen.secrets, seed * 1'000'003 + first);
    std::vector<std::vector<MadeText>> made;
    for (size_t i = first; i < std::min(histories, first + kInOnePack); ++i) {
      made.push_back(maker.Make());
    }
    const TemporaryFolder folder;
    const GitFixture git = NewStore(folder, "made", made);
    std::map<std::string, PlacesByRule> places = FindFromChanges(git.directory(), detector);
    for (const auto& object : ReadByGit(git)) {
      const std::string& oid = object.first;
      const std::string& text = object.second;
      CAPTURE(oid);
      ++texts;
      for (size_t i = 0; i < chosen.rules.size(); ++i) {
        const std::string& rule = set->rules()[i].id;
        CAPTURE(rule);
        const Places expected = WalkWithRe2(set->rules()[i], *regexes[i], text);
        REQUIRE(places[oid][rule] == expected);
        found += expected.size();
        if (!expected.empty()) rules_found.insert(rule);
      }
    }
  }
  CHECK(texts > histories * 3);
  CHECK(found > texts);
  CHECK(rules_found.size() > chosen.rules.size() / 3);
  if (histories > 1000) {
    MESSAGE(histories << " histories, " << texts << " texts, " << found << " matches of "
                      << rules_found.size() << " of " << chosen.rules.size() << " rules");
  }
}

TEST_CASE("derived: all rules and what is decoded report the same as without a word of bases") {
  const SecretDetector detector(ShippedRules(), FingerprintKey());
  const Detector* const detectors[] = {&detector};
  ScanOptions options;
  options.threads = 2;
  options.new_opener = NewExpanderOpener(ExpandLimits{});
  const TemporaryFolder folder;
  std::string path;
  if (const char* given = std::getenv("PICKET_REPOSITORY"); given != nullptr) {
    path = given;
  } else {
    const size_t histories = NumberOr("PICKET_HISTORIES", kSanitized ? 20 : 200);
    HistoryMaker maker(ChooseRules().secrets, NumberOr("PICKET_SEED", 1));
    std::vector<std::vector<MadeText>> made;
    for (size_t i = 0; i < histories; ++i) made.push_back(maker.Make());
    path = NewStore(folder, "made", made).directory();
  }
  const OpenStore store(path);
  const std::vector<std::string> derived = Told(ScanAll(store.source, detectors, options));
  const std::vector<std::string> whole = Told(ScanAll(Underived(store.source), detectors, options));
  REQUIRE(derived.size() == whole.size());
  for (size_t i = 0; i < derived.size(); ++i) REQUIRE(derived[i] == whole[i]);
  CHECK(derived.size() > 1);
}

}  // namespace picket
