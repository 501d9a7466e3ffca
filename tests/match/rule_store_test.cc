#include "match/rule_store.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/error.h"
#include "match/line_head.h"
#include "match/matcher.h"
#include "match/rule_reader.h"
#include "match/rule_table.h"
#include "secrets/validators.h"
#include "support/shipped_rules.h"

namespace picket {
namespace {

constexpr char kShipped[] = PICKET_SOURCE_DIR "/patterns/secrets";
constexpr char kRule[] =
    R"({"id": "a.b", "family": "a.b", "tier": "precise", "severity": "high",
        "description": "A thing.", "remediation": "Remove it.", "pattern": "zz[0-9]{4}",
        "max_width": 6, "examples": ["zz{digit:4}"]})";

class Folder {
 public:
  Folder() {
    std::string path = (std::filesystem::temp_directory_path() / "picket-rules-XXXXXX").string();
    REQUIRE(mkdtemp(path.data()) != nullptr);
    path_ = path;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string Path(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }
  void Write(const std::string& name, const std::string& bytes) const {
    std::ofstream(Path(name), std::ios::binary) << bytes;
  }

 private:
  std::string path_;
};

std::string Rules(const std::string& entries) { return "{\"rules\": [" + entries + "]}"; }

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::shared_ptr<const RuleSet> Load(const Folder& folder, std::vector<std::string>* notes) {
  return LoadRules(folder.path(), folder.Path("rules.bin"), ValidatorNames(), notes);
}

class Deaf : public MatchJudge {
 public:
  bool Accept(Bytes, const RawMatch&) override { return true; }
  void OnEncoded(Bytes, const EncodedLiteral&, uint64_t) override {}
};

// At once, or, where the damage is inside a database, when it is searched with.
bool IsRefused(const std::string& compiled) {
  std::string why;
  const std::shared_ptr<const RuleSet> set =
      RuleSet::Parse(TrustedBytes::Copy(AsBytes(compiled)), &why);
  if (set == nullptr) return !why.empty();
  Deaf judge;
  try {
    Matcher(set).Scan(AsBytes("zz1234"), judge);
  } catch (const Error&) {
    return true;
  }
  return false;
}

}  // namespace

TEST_CASE("rule store: a compiled file gives back the rules that went in") {
  // Some of the files that ship: to compile all takes seconds.
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(kShipped)) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  Folder rules;
  for (size_t i = 0; i < files.size(); i += 7) {
    std::filesystem::copy(files[i], rules.Path(files[i].filename()));
  }
  Folder folder;
  std::shared_ptr<const RuleSet> made = CompileRules(rules.path(), ValidatorNames());
  WriteCompiledRules(*made, rules.path(), folder.Path("rules.bin"));
  std::vector<std::string> notes;
  std::shared_ptr<const RuleSet> read =
      LoadRules(rules.path(), folder.Path("rules.bin"), ValidatorNames(), &notes);
  CHECK(notes.empty());
  CHECK(read->rules().size() > 50);
  CHECK(WriteRuleTable(read->rules()) == WriteRuleTable(made->rules()));
  CHECK(read->literals() == made->literals());
  CHECK(read->widest() == made->widest());
  CHECK(read->Name() == made->Name());
  CHECK(read->database(SearchGroup::kToken) != nullptr);
  CHECK(read->Serialize("") == made->Serialize(""));
}

TEST_CASE(
    "rule store: what an installation compiled holds every rule that ships, as it is written") {
  std::vector<std::string> complaints;
  std::vector<Rule> written;
  for (RuleSource& source :
       ParseRuleFiles(ReadRuleFiles(kShipped), ValidatorNames(), &complaints)) {
    source.rule.group = ChooseSearchGroup(source.rule);
    if (!source.rule.is_path_rule())
      source.rule.line_head = static_cast<uint32_t>(WidestLineHead(source.rule.pattern));
    written.push_back(std::move(source.rule));
  }
  const std::shared_ptr<const RuleSet> read = ShippedRules();
  CHECK(WriteRuleTable(read->rules()) == WriteRuleTable(written));
  std::string why;
  const std::shared_ptr<const RuleSet> again =
      RuleSet::Parse(TrustedBytes::Copy(AsBytes(read->Serialize(""))), &why);
  REQUIRE(again != nullptr);
  CHECK(again->literals() == read->literals());
  CHECK(again->widest() == read->widest());
  CHECK(again->Serialize("") == read->Serialize(""));
}

TEST_CASE("rule store: a damaged compiled file is refused, whatever byte is wrong") {
  Folder folder;
  folder.Write("a.json", Rules(kRule));
  WriteCompiledRules(*CompileRules(folder.path(), ValidatorNames()), folder.path(),
                     folder.Path("rules.bin"));
  std::string good = ReadAll(folder.Path("rules.bin"));
  std::string why;
  REQUIRE(RuleSet::Parse(TrustedBytes::Copy(AsBytes(good)), &why) != nullptr);
  for (size_t at = 0; at < good.size(); at += at < 256 ? 1 : 97) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x20);
    CAPTURE(at);
    CHECK(IsRefused(bad));
    CHECK(RuleSet::Parse(TrustedBytes::Copy(AsBytes(good).first(at)), &why) == nullptr);
  }
  CHECK(RuleSet::Parse(TrustedBytes::Copy(AsBytes(good + "x")), &why) == nullptr);
}

TEST_CASE("rule store: a database that was damaged since is named when it is to be searched with") {
  Folder folder;
  folder.Write("a.json", Rules(kRule));
  const std::string compiled = folder.Path("rules.bin");
  WriteCompiledRules(*CompileRules(folder.path(), ValidatorNames()), folder.path(), compiled);
  std::string bytes = ReadAll(compiled);
  // Inside the last database, which ends with the file.
  bytes[bytes.size() - 600] = static_cast<char>(bytes[bytes.size() - 600] ^ 1);
  folder.Write("rules.bin", bytes);
  std::vector<std::string> notes;
  const std::shared_ptr<const RuleSet> set = Load(folder, &notes);
  CHECK(notes.empty());
  CHECK(set->file_path() == compiled);
  Deaf judge;
  Matcher matcher(set);
  for (int time = 0; time < 2; ++time) {
    CAPTURE(time);
    try {
      matcher.Scan(AsBytes("zz1234"), judge);
      FAIL("it was searched with");
    } catch (const Error& error) {
      CHECK(std::string(error.what()).find(compiled + " are damaged") != std::string::npos);
    }
  }
}

TEST_CASE("rule store: a compiled file is used only if nobody else can have written it") {
  Folder folder;
  folder.Write("a.json", Rules(kRule));
  std::string compiled = folder.Path("rules.bin");
  WriteCompiledRules(*CompileRules(folder.path(), ValidatorNames()), folder.path(), compiled);
  auto notes_now = [&] {
    std::vector<std::string> notes;
    REQUIRE(Load(folder, &notes)->rules().size() == 1);
    return notes.size();
  };
  CHECK(notes_now() == 0);
  chmod(compiled.c_str(), 0666);
  CHECK(notes_now() == 1);
  chmod(compiled.c_str(), 0664);
  CHECK(notes_now() == 1);
  chmod(compiled.c_str(), 0644);
  CHECK(notes_now() == 0);
  chmod(folder.path().c_str(), 0777);
  CHECK(notes_now() == 1);
  chmod(folder.path().c_str(), 0700);
  CHECK(notes_now() == 0);
  if (geteuid() == 0) {
    REQUIRE(chown(compiled.c_str(), 12345, 0) == 0);
    CHECK(notes_now() == 1);
    REQUIRE(chown(compiled.c_str(), 0, 0) == 0);
  }
  std::filesystem::rename(compiled, folder.Path("real.bin"));
  std::filesystem::create_symlink(folder.Path("real.bin"), compiled);
  CHECK(notes_now() == 1);
  std::filesystem::remove(compiled);
  CHECK(notes_now() == 1);
}

TEST_CASE("rule store: a compiled file of other sources is not used") {
  Folder folder;
  folder.Write("a.json", Rules(kRule));
  WriteCompiledRules(*CompileRules(folder.path(), ValidatorNames()), folder.path(),
                     folder.Path("rules.bin"));
  folder.Write("b.json", Rules(""));
  std::vector<std::string> notes;
  CHECK(Load(folder, &notes)->rules().size() == 1);
  REQUIRE(notes.size() == 1);
  CHECK(notes[0].find("have changed") != std::string::npos);
}

TEST_CASE("rule store: an edit that keeps size and time is seen, and a new time alone is none") {
  Folder folder;
  const std::string source = folder.Path("a.json");
  const std::string compiled = folder.Path("rules.bin");
  auto write_settled = [&](std::string_view pattern, const char* what) {
    std::string rule = kRule;
    rule.replace(rule.find("zz[0-9]"), 7, pattern);
    rule.replace(rule.find("zz{digit"), 2, what);
    folder.Write("a.json", Rules(rule));
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
  };
  auto notes_now = [&] {
    std::vector<std::string> notes;
    CHECK(Load(folder, &notes)->rules().size() == 1);
    return notes.size();
  };
  write_settled("zz[0-9]", "zz");
  WriteCompiledRules(*CompileRules(folder.path(), ValidatorNames()), folder.path(), compiled);
  std::string why;
  std::shared_ptr<const RuleSet> set =
      RuleSet::Parse(TrustedBytes::Copy(AsBytes(ReadAll(compiled))), &why);
  REQUIRE(set != nullptr);
  CHECK(!set->source_stamp().empty());
  CHECK(set->source_stamp() == StampRuleFiles(folder.path()));

  const auto time = std::filesystem::last_write_time(source);
  write_settled("yy[0-9]", "yy");
  std::filesystem::last_write_time(source, time);
  CHECK(notes_now() == 1);
  write_settled("zz[0-9]", "zz");
  CHECK(set->source_stamp() != StampRuleFiles(folder.path()));
  CHECK(notes_now() == 0);
}

TEST_CASE("rule store: rule files that changed this very moment have no stamp") {
  Folder folder;
  // On a busy machine the moment may have passed.
  bool seen = false;
  for (int i = 0; i < 100 && !seen; ++i) {
    folder.Write("a.json", Rules(kRule));
    seen = StampRuleFiles(folder.path()).empty();
  }
  CHECK(seen);
}

TEST_CASE("rule store: no rule at all is an error") {
  Folder folder;
  CHECK_THROWS_AS(CompileRules(folder.path(), ValidatorNames()), Error);
  CHECK_THROWS_AS(CompileRules(folder.Path("absent"), ValidatorNames()), Error);
  folder.Write("a.json", Rules(""));
  CHECK_THROWS_AS(CompileRules(folder.path(), ValidatorNames()), Error);
}

TEST_CASE("rule store: every complaint is heard at once") {
  Folder folder;
  folder.Write(
      "a.json",
      Rules(R"({"id": "A", "pattern": "a*", "tier": "odd", "colour": 1, "max_width": 2})"));
  folder.Write("b.json", "[");
  folder.Write("c.json", Rules(std::string(kRule) + "," + kRule));
  std::vector<std::string> complaints;
  ParseRuleFiles(ReadRuleFiles(folder.path()), ValidatorNames(), &complaints);
  std::string all;
  for (const std::string& complaint : complaints) all += complaint + "\n";
  for (const char* part :
       {"\"colour\" is not known", "\"family\" is missing", "\"severity\" is missing",
        "\"tier\" is", "without an upper bound", "vendor.kind", "\"examples\" is empty",
        "b.json: is no JSON", "a.b is used twice"}) {
    CAPTURE(part);
    CHECK(all.find(part) != std::string::npos);
  }
}

TEST_CASE("rule reader: the schema names the keys that are read") {
  std::string text = ReadAll(std::string(PICKET_SOURCE_DIR) + "/patterns/secrets.schema.json");
  nlohmann::json schema = nlohmann::json::parse(text);
  const nlohmann::json& keys = schema["$defs"]["rule"]["properties"];
  CHECK(keys.size() == RuleKeys().size());
  for (std::string_view key : RuleKeys()) {
    CAPTURE(key);
    CHECK(keys.contains(key));
  }
}

}  // namespace picket
