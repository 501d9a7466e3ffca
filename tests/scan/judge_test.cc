// Every sentence of the design's third section is a case here.
#include "scan/judge.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "scan/fakes.h"

namespace picket {
namespace {

using namespace std::string_literals;

// A change in memory, with what its parents held.
class Change {
 public:
  Change() {
    list.refs = {"refs/heads/main", "refs/heads/other"};
    list.commits = {{IdOf("commit 0"), 0}, {IdOf("commit 1"), 1}};
  }

  // A blob at (commit, path); the same content again adds a place.
  Change& Blob(const std::string& content, const std::string& path, uint32_t commit = 0) {
    ObjectId oid = ancestry.Keep(content);
    Place place{commit, PathIndex(path)};
    for (size_t i = 0; i < list.objects.size(); ++i) {
      if (list.objects[i].oid != oid) continue;
      list.objects[i].places.push_back(place);
      return *this;
    }
    return Object(ObjectKind::kBlob, content, {place});
  }

  Change& Object(ObjectKind kind, const std::string& content, std::vector<Place> places = {}) {
    ChangedObject object;
    object.kind = kind;
    object.oid = IdOf(content);
    object.places = PlaceList(places);
    list.objects.push_back(std::move(object));
    texts.push_back(content);
    kinds.push_back(kind);
    return *this;
  }

  // One parent's version that stands for `path` in `commit`, under `prior_path`.
  Change& Prior(const std::string& path, const std::string& content,
                const std::string& prior_path = "", uint32_t commit = 0) {
    PriorParent parent;
    parent.versions.push_back({prior_path.empty() ? path : prior_path, ancestry.Keep(content)});
    Parents(path, commit).push_back(std::move(parent));
    return *this;
  }

  Change& SameBlobAt(const std::string& path, const std::string& prior_path) {
    PriorParent parent;
    parent.same_blob_paths.push_back(prior_path);
    Parents(path, 0).push_back(std::move(parent));
    return *this;
  }

  std::vector<PriorParent>& Parents(const std::string& path, uint32_t commit) {
    return ancestry.parents[{commit, PathIndex(path)}];
  }

  uint32_t PathIndex(const std::string& path) {
    for (uint32_t i = 0; i < list.paths.size(); ++i) {
      if (list.paths[i] == path) return i;
    }
    list.paths.push_back(path);
    return static_cast<uint32_t>(list.paths.size() - 1);
  }

  Verdict Run(const std::string& policy_text = "{}", Gate gate = Gate::kPreReceive) {
    Policy policy = ParsePolicy(policy_text, "policy.json");
    FakeDetector detector;
    const Detector* detectors[] = {&detector};
    ScanOptions options;
    options.new_opener = NewFakeOpener();
    options.threads = 1;
    options.limits.findings = policy.effective_limits().findings_per_blob;
    // What is excluded everywhere stays unscanned, as the real source does it.
    std::vector<bool> excluded = ExcludedObjects(list, policy);
    std::vector<std::string> visited = texts;
    for (size_t i = 0; i < visited.size(); ++i) {
      if (excluded[i]) visited[i] = "SKIP";
    }
    ScanResult scan = ScanAll(FakeSource(visited, kinds), detectors, options);
    BlobScanner again(detectors, NewFakeOpener(), options.limits);
    Rescan usual = RescanWith(&again);
    auto counted = [&](const picket::Blob& blob) {
      ++rescans;
      return rescan ? rescan(blob) : usual(blob);
    };
    JudgeContext context{policy, gate, "2026-06-15", mask, "picket test"};
    return Judge(context, list, scan, ancestry, counted, placed);
  }

  ChangeList list;
  std::vector<std::string> texts;
  std::vector<ObjectKind> kinds;
  FakeAncestry ancestry;
  FakeMask mask;
  std::vector<PlacedFinding> placed;
  Rescan rescan;
  int rescans = 0;
};

Disposition Only(const Verdict& verdict) {
  REQUIRE(verdict.findings.size() == 1);
  return verdict.findings[0].disposition;
}

constexpr Disposition kNew = Disposition::kBlocks;
constexpr Disposition kOld = Disposition::kPreexisting;

}  // namespace

TEST_CASE("judge: a clean change passes, and nobody asks for its past") {
  Change change;
  change.Blob("clean", "a.txt");
  Verdict verdict = change.Run();
  CHECK(verdict.outcome == Outcome::kPass);
  CHECK(verdict.complete);
  CHECK(verdict.scanned.refs == 2);
  CHECK(verdict.scanned.commits == 2);
  CHECK(verdict.scanned.blobs == 1);
  CHECK(verdict.scanned.bytes == 5);
  CHECK(change.ancestry.asked == 0);
  CHECK(change.ancestry.reads.empty());
}

TEST_CASE("judge: a new secret blocks, and is told with path, line, commit and ref") {
  Change change;
  change.Blob("one\nkey SECRET1\n", "src/a.txt", 1);
  Verdict verdict = change.Run();
  CHECK(verdict.outcome == Outcome::kBlocked);
  CHECK(Only(verdict) == kNew);
  const JudgedFinding& judged = verdict.findings[0];
  CHECK(judged.path == "src/a.txt");
  CHECK(judged.finding.line == 2);
  CHECK(judged.finding.column == 5);
  CHECK(judged.commit == IdOf("commit 1").ToHex());
  CHECK(judged.ref == "refs/heads/other");
  CHECK(judged.object == IdOf("one\nkey SECRET1\n").ToHex());
  CHECK(judged.reason.empty());
  CHECK(judged.other_places == 0);
}

TEST_CASE("judge: what one parent's version already had is pre-existing") {
  struct Row {
    std::string what;
    std::string now;
    std::string before;
    Disposition expected;
  };
  std::string longer(5000, 'x');
  for (const Row& row : {
           Row{"another line edited", "a\nSECRET1\nnew\n", "a\nSECRET1\nold\n", kOld},
           Row{"the line itself edited", "SECRET1 # now\n", "SECRET1\n", kNew},
           Row{"the secret replaced", "SECRET2\n", "SECRET1\n", kNew},
           Row{"the line moved", "b\na\nSECRET1\n", "SECRET1\na\nb\n", kOld},
           Row{"a newline added at the end", "SECRET1\n", "SECRET1", kOld},
           Row{"line ends converted", "SECRET1\r\n", "SECRET1\n", kNew},
           Row{"no such secret before", "SECRET1\n", "nothing\n", kNew},
           Row{"a part of the match edited", "<<\nSECRET1\nB\n>>", "<<\nSECRET1\nA\n>>", kNew},
           Row{"the whole match kept", "x\n<<\nSECRET1\nB\n>>", "<<\nSECRET1\nB\n>>", kOld},
           Row{"a touched line is there less often", "B\n<<\nSECRET1\nB\n>>", "<<\nSECRET1\nB\n>>",
               kNew},
           Row{"binary, elsewhere edited", "\0\nSECRET1 b"s, "\0\nSECRET1 a"s, kOld},
           Row{"binary, no such secret", "\0\nSECRET1 b"s, "\0\nSECRET2 b"s, kNew},
           Row{"a long line, elsewhere edited", "SECRET1 " + longer, "SECRET1 -" + longer, kOld},
           Row{"a long line, no such secret", "SECRET1 " + longer, "SECRET2 " + longer, kNew},
           Row{"a line of 4 KiB, elsewhere edited", "SECRET1" + std::string(4089, 'x'),
               "SECRET1" + std::string(4089, 'y'), kNew},
           Row{"a line over 4 KiB, elsewhere edited", "SECRET1" + std::string(4090, 'x'),
               "SECRET1" + std::string(4090, 'y'), kOld},
           Row{"compressed, elsewhere edited", "(1TERCES) b", "(1TERCES) a", kOld},
           Row{"compressed, no such secret", "(1TERCES) b", "(2TERCES) b", kNew},
       }) {
    CAPTURE(row.what);
    Change change;
    change.Blob(row.now, "a.txt").Prior("a.txt", row.before);
    Verdict verdict = change.Run();
    CHECK(Only(verdict) == row.expected);
    CHECK(verdict.outcome == (row.expected == kNew ? Outcome::kBlocked : Outcome::kPass));
    if (row.expected == kOld) CHECK(verdict.findings[0].reason == "the parent already had it");
  }
}

TEST_CASE("judge: more copies than before block") {
  struct Row {
    std::string now;
    std::string before;
  };
  std::string longer(5000, 'x');
  for (const Row& row :
       {Row{"SECRET1\nSECRET1\n", "SECRET1\n"}, Row{"(1TERCES 1TERCES)", "(1TERCES)"},
        Row{"\0SECRET1 SECRET1"s, "\0SECRET1"s},
        Row{"SECRET1 SECRET1" + longer, "SECRET1" + longer}}) {
    Change change;
    change.Blob(row.now, "a.txt").Prior("a.txt", row.before);
    Verdict verdict = change.Run();
    REQUIRE(verdict.findings.size() == 2);
    CHECK(verdict.findings[0].disposition == kNew);
    CHECK(verdict.findings[1].disposition == kNew);
  }
}

TEST_CASE("judge: the same secret on a further line blocks there, and is old on its own line") {
  Change change;
  change.Blob("SECRET1\nagain SECRET1\n", "a.txt").Prior("a.txt", "SECRET1\n");
  Verdict verdict = change.Run();
  REQUIRE(verdict.findings.size() == 2);
  CHECK(verdict.findings[0].disposition == kNew);
  CHECK(verdict.findings[0].finding.line == 2);
  CHECK(verdict.findings[1].disposition == kOld);
  CHECK(verdict.findings[1].finding.line == 1);
}

TEST_CASE("judge: a secret that today's rules do not see in the prior version blocks") {
  Change change;
  change.Blob("bom SECRET1\n", "a.txt").Prior("a.txt", "bom SECRET1\nold\n");
  change.rescan = [](const Blob&) { return ScannedObject(); };
  CHECK(Only(change.Run()) == kNew);
}

TEST_CASE("judge: fingerprint and lines must stand in one and the same version") {
  // The first parent has the secret on another line, the second the line but (for today's rules)
  // not the secret.
  Change change;
  std::string blind = "key SECRET1\nblind\n";
  change.Blob("key SECRET1\n", "a.txt");
  change.Prior("a.txt", "other SECRET1\n").Prior("a.txt", blind);
  FakeDetector detector;
  const Detector* detectors[] = {&detector};
  BlobScanner scanner(detectors, {}, {});
  change.rescan = [&](const Blob& blob) {
    return AsText(blob.bytes) == blind ? ScannedObject() : scanner.Scan(blob, nullptr);
  };
  CHECK(Only(change.Run()) == kNew);
}

TEST_CASE("judge: any one parent of a merge may have had it") {
  Change change;
  change.Blob("ours\nSECRET1\n", "a.txt").Prior("a.txt", "ours\n").Prior("a.txt", "SECRET1\n");
  CHECK(Only(change.Run()) == kOld);
}

TEST_CASE("judge: a moved and edited file had it under a path that the commit removes") {
  Change change;
  change.Blob("SECRET1\nnew\n", "to.txt").Prior("to.txt", "SECRET1\nold\n", "from.txt");
  CHECK(Only(change.Run()) == kOld);
}

TEST_CASE("judge: versions under an excluded path do not count") {
  std::string policy = R"({"exclude": ["data/**"]})";
  Change edited;
  edited.Blob("SECRET1\nnew\n", "to.txt").Prior("to.txt", "SECRET1\nold\n", "data/from.txt");
  CHECK(Only(edited.Run(policy)) == kNew);
  Change copied;
  copied.Blob("SECRET1\n", "to.txt").SameBlobAt("to.txt", "data/from.txt");
  CHECK(Only(copied.Run(policy)) == kNew);
  CHECK(Only(copied.Run()) == kOld);
}

TEST_CASE("judge: the same blob in a parent's tree is unchanged, weights included") {
  for (std::string content : {"SECRET1\n", "WEIGHT:d"}) {
    Change moved;
    moved.Blob(content, "to.txt").SameBlobAt("to.txt", "from.txt");
    Verdict verdict = moved.Run();
    CHECK(Only(verdict) == kOld);
    CHECK(verdict.outcome == Outcome::kPass);
  }
}

TEST_CASE("judge: a name under which the same blob was no weight file is no excuse for another") {
  struct Case {
    const char* prior;
    bool readable;
    Disposition expected;
  };
  for (const Case& one : {Case{"notes.txt", true, kNew}, Case{"old.pkl", true, kOld},
                          Case{"notes.txt", false, kNew}, Case{"old.PKL", false, kOld}}) {
    CAPTURE(one.prior);
    CAPTURE(one.readable);
    Change moved;
    moved.Blob("WEIGHT:d", "dir/model.pkl").SameBlobAt("dir/model.pkl", one.prior);
    if (!one.readable) moved.ancestry.contents.clear();
    FakeDetector detector;
    const Detector* detectors[] = {&detector};
    BlobScanner scanner(detectors, NewFakeOpener(), {});
    moved.rescan = [&](const picket::Blob& blob) {
      REQUIRE(blob.ref.names.size() == 1);
      if (blob.ref.names[0].ends_with(".txt")) return ScannedObject{};
      return scanner.Scan(blob, nullptr);
    };
    CHECK(Only(moved.Run()) == one.expected);
  }
}

TEST_CASE("judge: a weight finding in a changed file is new, whatever the version before held") {
  Change change;
  change.Blob("WEIGHT:d\nnew\n", "a.bin").Prior("a.bin", "WEIGHT:d\nold\n");
  CHECK(Only(change.Run()) == kNew);
}

TEST_CASE("judge: a blob blocks if any place blocks, and is told at the first such place") {
  Change change;
  change.Blob("SECRET1\n", "old.txt", 0).Blob("SECRET1\n", "new.txt", 1);
  change.Blob("SECRET1\n", "third.txt", 1);
  change.Prior("old.txt", "SECRET1\nmore\n");
  Verdict verdict = change.Run();
  CHECK(Only(verdict) == kNew);
  CHECK(verdict.findings[0].path == "new.txt");
  CHECK(verdict.findings[0].commit == IdOf("commit 1").ToHex());
  CHECK(verdict.findings[0].other_places == 2);
}

TEST_CASE("judge: excluded places are not judged, and only all of them leave a blob unscanned") {
  std::string policy = R"({"exclude": ["data/**"]})";
  Change both;
  both.Blob("SECRET1\n", "data/a.txt").Blob("SECRET1\n", "src/a.txt");
  Verdict verdict = both.Run(policy);
  CHECK(Only(verdict) == kNew);
  CHECK(verdict.findings[0].path == "src/a.txt");
  CHECK(verdict.findings[0].other_places == 0);

  Change only;
  only.Blob("SECRET1\n", "data/a.txt").Blob("SECRET2\n", "src/b.txt");
  CHECK(ExcludedObjects(only.list, ParsePolicy(policy, "p")) == std::vector<bool>{true, false});
  CHECK(ExcludedObjects(only.list, Policy()) == std::vector<bool>{false, false});
  verdict = only.Run(policy);
  CHECK(verdict.findings.size() == 1);
  CHECK(verdict.scanned.blobs == 1);
  CHECK(verdict.scanned.skipped.size() == 1);
}

TEST_CASE("judge: a blob that a ref points at directly is judged whatever its paths are") {
  std::string policy = R"({"exclude": ["data/**"]})";
  Change change;
  change.Blob("SECRET1\n", "data/a.txt");
  change.list.objects[0].ref = 1;
  CHECK(ExcludedObjects(change.list, ParsePolicy(policy, "p"))[0] == false);
  Verdict verdict = change.Run(policy);
  CHECK(Only(verdict) == kNew);
  CHECK(verdict.findings[0].path.empty());
  CHECK(verdict.findings[0].ref == "refs/heads/other");

  Change unchanged;
  unchanged.Blob("SECRET1\n", "a.txt").SameBlobAt("a.txt", "b.txt");
  unchanged.list.objects[0].ref = 0;
  CHECK(Only(unchanged.Run()) == kNew);
}

TEST_CASE("judge: commits, tags, names and messages are never pre-existing") {
  for (ObjectKind kind : {ObjectKind::kCommit, ObjectKind::kTag, ObjectKind::kRefName,
                          ObjectKind::kPathName, ObjectKind::kMessage}) {
    Change change;
    change.Object(kind, "a\nSECRET1\n", {Place{0, change.PathIndex("a.txt")}});
    change.Prior("a.txt", "a\nSECRET1\n").SameBlobAt("a.txt", "b.txt");
    Verdict verdict = change.Run();
    CHECK(Only(verdict) == kNew);
    CHECK(change.ancestry.asked == 0);
    bool has_lines = kind != ObjectKind::kRefName && kind != ObjectKind::kPathName;
    CHECK(verdict.findings[0].finding.line == (has_lines ? 2 : 0));
  }
}

TEST_CASE("judge: what is wrong with one place is told there, and as old where it was") {
  Change change;
  change.Blob("text", "a.txt").Blob("text", "b.txt", 1);
  PlacedFinding placed;
  placed.object = 0;
  placed.place = {1, change.PathIndex("b.txt")};
  placed.finding.kind = FindingKind::kPolicy;
  placed.finding.rule = "place";
  placed.finding.fingerprint = "fp1:" + std::string(40, 'a');
  change.placed.push_back(placed);
  Verdict verdict = change.Run();
  CHECK(Only(verdict) == kNew);
  CHECK(verdict.outcome == Outcome::kBlocked);
  CHECK(verdict.findings[0].path == "b.txt");
  CHECK(verdict.findings[0].commit == IdOf("commit 1").ToHex());
  CHECK(verdict.findings[0].ref == "refs/heads/other");
  CHECK(change.Run(R"({"exclude": ["b.txt"]})").findings.empty());
  CHECK(Only(change.Run(R"({"allow": [{"fingerprint": ")" + placed.finding.fingerprint +
                        R"(", "reason": "x"}]})")) == Disposition::kAllowed);
  change.placed[0].preexisting = true;
  CHECK(Only(change.Run()) == kOld);
  change.placed[0] = placed;
  change.placed[0].finding.tier = Tier::kContextual;
  CHECK(Only(change.Run()) == Disposition::kWarns);
}

TEST_CASE("judge: a commit is told by its own id and the ref that reaches it") {
  Change change;
  change.list.objects.push_back({ObjectKind::kCommit, IdOf("commit 1"), kNone, {}});
  change.texts.push_back("SECRET1");
  change.kinds.push_back(ObjectKind::kCommit);
  Verdict verdict = change.Run();
  CHECK(Only(verdict) == kNew);
  CHECK(verdict.findings[0].commit == IdOf("commit 1").ToHex());
  CHECK(verdict.findings[0].ref == "refs/heads/other");
}

TEST_CASE("judge: a version that can't be read counts as absent") {
  Change change;
  change.Blob("SECRET1\nnew\n", "a.txt").Prior("a.txt", "SECRET1\nold\n");
  change.ancestry.contents.erase(IdOf("SECRET1\nold\n"));
  CHECK(Only(change.Run()) == kNew);
  Change own;
  own.Blob("SECRET1\nnew\n", "a.txt").Prior("a.txt", "SECRET1\nold\n");
  own.ancestry.contents.erase(IdOf("SECRET1\nnew\n"));
  CHECK(Only(own.Run()) == kNew);
}

TEST_CASE("judge: candidates over the bound count as absent, and a note says so") {
  Change change;
  change.Blob("SECRET1\n", "a.txt").Prior("a.txt", "nothing", "b.txt");
  change.Parents("a.txt", 0)[0].truncated = true;
  Verdict verdict = change.Run();
  CHECK(Only(verdict) == kNew);
  REQUIRE(verdict.notes.size() == 1);
  CHECK(verdict.notes[0].find("removes more paths") != std::string::npos);
}

TEST_CASE("judge: a prior version is scanned once, however many places and blobs ask for it") {
  Change change;
  for (int i = 0; i < 20; ++i) {
    std::string path = "p" + std::to_string(i);
    change.Blob("SECRET1\n" + std::to_string(i % 5), path).Prior(path, "SECRET1\nold\n");
  }
  Verdict verdict = change.Run();
  CHECK(verdict.outcome == Outcome::kPass);
  CHECK(verdict.findings.size() == 5);
  CHECK(change.rescans == 1);
  CHECK(change.ancestry.reads[IdOf("SECRET1\nold\n")] == 1);
}

TEST_CASE("judge: staged content has no commit, and is judged against its parents") {
  Change change;
  change.Blob("SECRET1\nnew\n", "a.txt", kNone).Prior("a.txt", "SECRET1\n", "", kNone);
  change.Blob("SECRET2\n", "b.txt", kNone);
  Verdict verdict = change.Run("{}", Gate::kPreCommit);
  REQUIRE(verdict.findings.size() == 2);
  CHECK(verdict.findings[0].path == "b.txt");
  CHECK(verdict.findings[0].commit.empty());
  CHECK(verdict.findings[0].ref.empty());
  CHECK(verdict.findings[1].disposition == kOld);
}

TEST_CASE("judge: tiers do what the policy says") {
  struct Row {
    std::string policy;
    std::string content;
    std::string expected;
    Outcome outcome;
  };
  for (const Row& row : {
           Row{"{}", "GUESS1", "warns", Outcome::kPass},
           Row{R"({"tiers": {"contextual": "block"}})", "GUESS1", "blocks", Outcome::kBlocked},
           Row{R"({"tiers": {"contextual": "off"}})", "GUESS1", "hidden", Outcome::kPass},
           Row{R"({"tiers": {"precise": "warn"}})", "SECRET1", "warns", Outcome::kPass},
           Row{R"({"tiers": {"precise": "off"}})", "SECRET1", "hidden", Outcome::kPass},
           Row{R"({"tiers": {"precise": "warn"}})", "WEIGHT:d", "warns", Outcome::kPass},
       }) {
    CAPTURE(row.policy);
    Change change;
    change.Blob(row.content, "a.txt");
    Verdict verdict = change.Run(row.policy);
    CHECK(verdict.outcome == row.outcome);
    if (row.expected == "hidden") {
      CHECK(verdict.findings.empty());
      REQUIRE(verdict.notes.size() == 1);
      CHECK(verdict.notes[0].find("1 finding of the") == 0);
      CHECK(verdict.notes[0].find("\"off\"") != std::string::npos);
    } else {
      bool warns = row.expected == "warns";
      CHECK(Only(verdict) == (warns ? Disposition::kWarns : kNew));
      CHECK(verdict.findings[0].reason.empty() != warns);
    }
  }
}

TEST_CASE("judge: a contextual finding that was there is pre-existing, not a warning") {
  Change change;
  change.Blob("GUESS1\nnew\n", "a.txt").Prior("a.txt", "GUESS1\nold\n");
  CHECK(Only(change.Run()) == kOld);
}

TEST_CASE("judge: weights by concern and policy") {
  struct Row {
    std::string policy;
    std::string expected;  // for dangerous, ambiguous, unknown, pickle: b, w, a or -
  };
  for (const Row& row : {
           Row{R"({})", "bbb-"},
           Row{R"({"weights": {"policy": "allowlist", "allow": ["pkg.Thing"]}})", "bba-"},
           Row{R"({"weights": {"policy": "safetensors-only"}})", "bbbb"},
           Row{R"({"weights": {"policy": "safetensors-only", "allow": ["pkg.Thing"]}})", "bbbb"},
           Row{R"({"weights": {"policy": "denylist"}})", "bbw-"},
       }) {
    std::string got;
    for (char concern : {'d', 'a', 'u', 'p'}) {
      Change change;
      change.Blob("WEIGHT:"s + concern, "m.bin");
      Verdict verdict = change.Run(row.policy);
      if (verdict.findings.empty()) {
        got += '-';
      } else {
        Disposition disposition = Only(verdict);
        got += disposition == kNew                    ? 'b'
               : disposition == Disposition::kWarns   ? 'w'
               : disposition == Disposition::kAllowed ? 'a'
                                                      : '?';
      }
    }
    CAPTURE(row.policy);
    CHECK(got == row.expected);
  }
}

TEST_CASE("judge: an allowance allows until it expires, and then says so") {
  auto policy = [](const std::string& more) {
    return R"({"allow": [{"fingerprint": ")" + PrintOf("SECRET1") + R"(", "reason": "a test")" +
           more + "}]}";
  };
  struct Row {
    std::string more;
    Disposition expected;
    std::string said;
  };
  for (const Row& row : {
           Row{"", Disposition::kAllowed, "allowed: a test"},
           Row{R"(, "expires": "2026-06-15", "owner": "us")", Disposition::kAllowed,
               "allowed until 2026-06-15 by us: a test"},
           Row{R"(, "expires": "2026-06-14", "owner": "us")", kNew, ""},
       }) {
    Change change;
    change.Blob("SECRET1", "a.txt");
    Verdict verdict = change.Run(policy(row.more));
    CHECK(Only(verdict) == row.expected);
    CHECK(verdict.findings[0].reason == row.said);
    if (row.expected == kNew) {
      REQUIRE(verdict.notes.size() == 1);
      CHECK(verdict.notes[0].find("expired on 2026-06-14 (owner: us)") != std::string::npos);
    } else {
      CHECK(verdict.notes.empty());
    }
  }
  Change other;
  other.Blob("SECRET2", "a.txt");
  CHECK(Only(other.Run(policy(""))) == kNew);
}

TEST_CASE("judge: a flood of harmless findings does not hide the rest") {
  std::string policy = R"({"limits": {"findings_per_blob": 10}, "allow": [{"fingerprint": ")" +
                       PrintOf("SECRET1") + R"(", "reason": "a test"}]})";
  std::string flood;
  for (int i = 0; i < 10; ++i) flood += "SECRET1\n";
  Change allowed;
  allowed.Blob(flood, "a.txt");
  CHECK(allowed.Run(policy).outcome == Outcome::kPass);
  Change hidden;
  hidden.Blob(flood + "SECRET2\n", "a.txt");
  Verdict verdict = hidden.Run(policy);
  CHECK(verdict.outcome == Outcome::kBlocked);
  CHECK(verdict.findings[0].finding.rule == "picket.too-many-findings");
  CHECK(verdict.findings[0].finding.message.find("1 more match") != std::string::npos);
  // Of an unchanged blob even that is old.
  Change moved;
  moved.Blob(flood + "SECRET2\n", "a.txt").SameBlobAt("a.txt", "b.txt");
  CHECK(moved.Run(policy).outcome == Outcome::kPass);
  // What the allowance covers it covers beyond the bound too.
  Change more;
  more.Blob(flood + "SECRET1\n", "a.txt");
  Verdict passed = more.Run(policy);
  CHECK(passed.outcome == Outcome::kPass);
  CHECK(passed.findings.back().finding.rule == "picket.too-many-findings");
  CHECK(passed.findings.back().disposition == Disposition::kAllowed);
}

TEST_CASE("judge: what is only counted can be old, by fingerprint and count") {
  const std::string policy = R"({"limits": {"findings_per_blob": 10}})";
  std::string old;
  for (int i = 100; i < 130; ++i) old += "SECRET" + std::to_string(i) + "\n";
  struct Row {
    std::string text;
    // Matches that are told as new beyond the bound; -1: the change passes.
    int told;
  };
  for (const Row& row : {
           Row{"x\n" + old, -1},
           Row{old.substr(0, old.size() - 10), -1},
           Row{old + "SECRET999\n", 1},
           Row{old + "SECRET129\n", 2},
           Row{old + "SECRET128\nSECRET997\nSECRET998\n", 4},
           // Which of them are kept changes; what is new blocks wherever it falls.
           Row{"SECRET999\n" + old, 0},
       }) {
    CAPTURE(row.text);
    Change change;
    change.Blob(row.text, "a.txt").Prior("a.txt", old);
    Verdict verdict = change.Run(policy);
    CHECK((verdict.outcome == Outcome::kPass) == (row.told == -1));
    if (row.told < 0) continue;
    std::string more = std::to_string(row.told) + " more match";
    bool told = false;
    for (const JudgedFinding& judged : verdict.findings) {
      told |= judged.disposition == kNew && judged.finding.message.find(more) != std::string::npos;
    }
    CHECK(told == (row.told > 0));
  }
  // Where the versions are unrelated nothing is old.
  Change other;
  other.Blob(old, "a.txt").Prior("a.txt", "SECRET1\n");
  CHECK(other.Run(policy).outcome == Outcome::kBlocked);
}

TEST_CASE("judge: beyond what is counted one by one nothing is old") {
  FakeDetector detector;
  const Detector* detectors[] = {&detector};
  BlobScanLimits limits;
  limits.findings = 2;
  limits.counted = 3;
  std::string text;
  for (int i = 0; i < 10; ++i)
    text += "SECRET" + std::to_string(i) + " SECRET" + std::to_string(i) + "\n";
  BlobScanner scanner(detectors, nullptr, limits);
  BlobRef ref;
  ScannedObject object = scanner.Scan(Blob{ref, AsBytes(text)}, nullptr);
  CHECK(object.findings.size() == 2);
  CHECK(object.precise_overflow == 18);
  REQUIRE(object.counted.size() == 3);
  CHECK(object.counted[0].count == 2);
  CHECK(object.counted[0].finding.message.empty());
  CHECK(object.uncounted(Tier::kPrecise) == 12);
  CHECK(object.uncounted(Tier::kContextual) == 0);
}

TEST_CASE("judge: a comment allows where the gate lets comments count") {
  struct Row {
    std::string text;
    std::string policy;
    Gate gate;
    Disposition expected;
    std::string note;
  };
  const std::string good = "SECRET1 # picket:allow test.secret";
  for (const Row& row : {
           Row{good, "{}", Gate::kPreCommit, Disposition::kAllowed, ""},
           Row{good, "{}", Gate::kPrePush, Disposition::kAllowed, ""},
           Row{good, "{}", Gate::kPreReceive, kNew, "server.honour"},
           Row{good, R"({"server": {"honour": ["inline"]}})", Gate::kPreReceive,
               Disposition::kAllowed, ""},
           Row{good, R"({"inline": []})", Gate::kPreCommit, kNew, "does not list"},
           Row{"SECRET1 # picket:allow test.other", "{}", Gate::kPreCommit, kNew,
               "write: picket:allow test.secret"},
           Row{"SECRET1 # gitleaks:allow", "{}", Gate::kPreCommit, kNew, ""},
           Row{"SECRET1 # gitleaks:allow", R"({"inline": ["gitleaks"]})", Gate::kPreCommit,
               Disposition::kAllowed, ""},
           Row{"GUESS1 # picket:allow test.guess", "{}", Gate::kPreCommit, Disposition::kAllowed,
               ""},
           Row{"WEIGHT:d # gitleaks:allow picket:allow pickle.test",
               R"({"inline": ["gitleaks", "picket"]})", Gate::kPreCommit, kNew, ""},
       }) {
    CAPTURE(row.text);
    CAPTURE(row.policy);
    Change change;
    change.Blob(row.text, "a.txt");
    Verdict verdict = change.Run(row.policy, row.gate);
    CHECK(Only(verdict) == row.expected);
    bool allowed = row.expected == Disposition::kAllowed;
    CHECK(verdict.findings[0].allowed_by == (allowed ? AllowedBy::kInline : AllowedBy::kNobody));
    CHECK(verdict.notes.size() == (row.note.empty() ? 0 : 1));
    if (!row.note.empty()) CHECK(verdict.notes[0].find(row.note) != std::string::npos);
  }
  // Messages, names and binary content have no comments.
  Change message;
  message.Object(ObjectKind::kMessage, good);
  CHECK(Only(message.Run("{}", Gate::kCommitMsg)) == kNew);
  Change binary;
  binary.Blob(std::string(1, '\0') + good, "a.bin");
  CHECK(Only(binary.Run("{}", Gate::kPreCommit)) == kNew);
}

TEST_CASE("judge: allowances that matched nothing are listed where that was asked") {
  Policy policy;
  policy.allow = {{PrintOf("SECRET1"), "in use", "", "", AllowedBy::kPolicy},
                  {PrintOf("SECRET2"), "gone SECRET7", "2020-01-01", "us", AllowedBy::kPolicy},
                  {PrintOf("SECRET3"), "in the baseline", "", "", AllowedBy::kBaseline},
                  {PrintOf("SECRET4"), "expired in use", "2020-01-01", "", AllowedBy::kPolicy}};
  FakeDetector detector;
  const Detector* detectors[] = {&detector};
  ScanResult scan = ScanAll(FakeSource({"SECRET1 SECRET4"}), detectors, {});
  FakeMask mask;
  JudgeContext context{policy, Gate::kAudit, "2026-06-15", mask, "picket test"};
  auto nowhere = [](const ScannedObject&) { return Whereabouts(); };
  CHECK_FALSE(JudgeListing(context, {}, scan, nowhere).unused.has_value());
  context.report_unused = true;
  Verdict verdict = JudgeListing(context, {}, scan, nowhere);
  REQUIRE(verdict.unused.has_value());
  REQUIRE(verdict.unused->size() == 2);
  for (const UnusedAllowance& one : *verdict.unused) {
    bool gone = one.fingerprint == PrintOf("SECRET2");
    CHECK(one.expired == gone);
    CHECK(one.reason == (gone ? "gone ****" : "in the baseline"));
    CHECK(one.source == (gone ? AllowedBy::kPolicy : AllowedBy::kBaseline));
  }
}

TEST_CASE("judge: gaps close the gates that say so") {
  struct Row {
    std::string policy;
    Gate gate;
    Outcome expected;
  };
  for (const Row& row : {
           Row{"{}", Gate::kPreReceive, Outcome::kIncomplete},
           Row{"{}", Gate::kPreCommit, Outcome::kPass},
           Row{"{}", Gate::kPrePush, Outcome::kPass},
           Row{R"({"gaps": "block"})", Gate::kPrePush, Outcome::kIncomplete},
           Row{R"({"gaps": "warn"})", Gate::kPreReceive, Outcome::kPass},
       }) {
    Change listed;
    Gap gap;
    gap.object = "tree x";
    gap.reason = "it is corrupt";
    listed.list.gaps.push_back(gap);
    Change unread;
    unread.Blob("GAP", "a.txt");
    Change broken;
    broken.Blob("BROKEN", "a.txt");
    for (Change* change : {&listed, &unread, &broken}) {
      Verdict verdict = change->Run(row.policy, row.gate);
      CHECK(verdict.outcome == row.expected);
      CHECK_FALSE(verdict.complete);
      REQUIRE(verdict.gaps.size() == 1);
      CHECK(verdict.gaps[0].path == (change == &listed ? "" : "a.txt"));
    }
  }
}

TEST_CASE("judge: what blocks comes before what could not be told") {
  Change change;
  change.Blob("BROKEN SECRET1", "a.txt");
  Verdict verdict = change.Run();
  CHECK(verdict.outcome == Outcome::kBlocked);
  CHECK_FALSE(verdict.complete);
  CHECK(verdict.gaps.size() == 1);
}

TEST_CASE("judge: findings that block come first, then in the order of objects and offsets") {
  Change change;
  change.Blob("GUESS1 SECRET1 SECRET2", "a.txt").Blob("SECRET3", "b.txt");
  Verdict verdict = change.Run();
  std::string order;
  for (const JudgedFinding& judged : verdict.findings)
    order += judged.path + std::to_string(judged.finding.span.offset) + " ";
  CHECK(order == "a.txt7 a.txt15 b.txt0 a.txt0 ");
}

TEST_CASE("judge: every string that leaves has passed the mask") {
  Change change;
  change.list.refs = {"refs/heads/SECRET7", "refs/heads/other"};
  change.list.notes.push_back("note SECRET7");
  change.list.skipped.push_back({"SECRET7", "reason SECRET7", 1, 0});
  Gap gap;
  gap.object = "object SECRET7";
  gap.path = "path SECRET7";
  gap.member = "member SECRET7";
  gap.reason = "reason SECRET7";
  change.list.gaps.push_back(gap);
  change.Blob("SECRET1 GUESS1", "dir SECRET7/a");
  std::string policy =
      R"({"allow": [{"fingerprint": ")" + PrintOf("GUESS1") + R"(", "reason": "it is SECRET7"}]})";
  Verdict verdict = change.Run(policy);
  REQUIRE(verdict.findings.size() == 2);
  std::string all = verdict.notes[0] + verdict.scanned.skipped[0].what +
                    verdict.scanned.skipped[0].reason + verdict.gaps[0].object +
                    verdict.gaps[0].path + verdict.gaps[0].member + verdict.gaps[0].reason;
  for (const JudgedFinding& judged : verdict.findings)
    all += judged.path + judged.ref + judged.reason;
  CHECK(all.find("SECRET7") == std::string::npos);
  CHECK(verdict.findings[0].path == "dir ****/a");
  CHECK(verdict.findings[0].ref == "refs/heads/****");
  CHECK(verdict.findings[1].reason == "allowed: it is ****");
}

TEST_CASE("judge: a listing tells each finding once, where its whereabouts says") {
  FakeDetector detector;
  const Detector* detectors[] = {&detector};
  FakeSource source({"SECRET1", "clean", "GUESS1 BROKEN", "SECRET2", "SECRET3"});
  ScanOptions options;
  options.threads = 1;
  ScanResult scan = ScanAll(source, detectors, options);
  Policy policy = ParsePolicy(R"({"exclude": ["data/**"]})", "p");
  FakeMask mask;
  JudgeContext context{policy, Gate::kAudit, "2026-06-15", mask, "picket test"};
  Listing listing;
  listing.refs = 4;
  listing.commits = 9;
  std::vector<uint64_t> asked;
  auto whereabouts = [&](const ScannedObject& object) {
    asked.push_back(object.position);
    Whereabouts where;
    // The fourth object stands at another place too, the fifth nowhere else.
    where.path = object.position >= 3 ? "data/x" : "src/x";
    where.other_places = object.position == 3 ? 1 : 0;
    where.commit = std::string(40, 'a');
    where.author = "A SECRET9";
    where.date = "2020-01-01T00:00:00+00:00";
    where.reachable = object.position != 0;
    return where;
  };
  Verdict verdict = JudgeListing(context, listing, scan, whereabouts);
  CHECK(asked == std::vector<uint64_t>{0, 2, 3, 4});
  REQUIRE(verdict.findings.size() == 3);
  CHECK(verdict.outcome == Outcome::kBlocked);
  CHECK_FALSE(verdict.findings[0].reachable);
  CHECK(verdict.findings[0].author == "A ****");
  CHECK(verdict.findings[1].other_places == 1);
  CHECK(verdict.findings[2].disposition == Disposition::kWarns);
  REQUIRE(verdict.gaps.size() == 1);
  CHECK(verdict.gaps[0].path == "src/x");
  CHECK(verdict.scanned.refs == 4);
  CHECK(verdict.scanned.commits == 9);
  REQUIRE(verdict.notes.size() == 1);
  CHECK(verdict.notes[0].find("1 object with findings or gaps") == 0);
}

}  // namespace picket
