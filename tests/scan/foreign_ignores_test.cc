#include "scan/foreign_ignores.h"

#include <doctest/doctest.h>

#include <string>

#include "core/error.h"

namespace picket {

TEST_CASE("foreign ignores: a gitleaks line is split from its end") {
  const std::string commit(40, 'a');
  struct Row {
    std::string line;
    std::string commit;
    std::string path;
    uint64_t number;
    bool good;
  };
  for (const Row& row : {
           Row{commit + ":src/a.py:some-rule:12", commit, "src/a.py", 12, true},
           Row{"src/a.py:some-rule:12", "", "src/a.py", 12, true},
           Row{commit + ":a:b:c:rule:1", commit, "a:b:c", 1, true},
           Row{"a:b:rule:1", "", "a:b", 1, true},
           Row{"  a b.txt:rule:1 \r", "", "a b.txt", 1, true},
           Row{std::string(39, 'a') + ":a:rule:1", "", std::string(39, 'a') + ":a", 1, true},
           Row{commit + ":rule:1", "", commit, 1, true},
           Row{"a:rule:0", "", "", 0, false},
           Row{"a:rule:-1", "", "", 0, false},
           Row{"a:rule:99999999999999999999999", "", "", 0, false},
           Row{"a:rule:", "", "", 0, false},
           Row{"a::1", "", "", 0, false},
           Row{"a:1", "", "", 0, false},
           Row{":rule:1", "", "", 1, false},
           Row{"words", "", "", 0, false},
       }) {
    CAPTURE(row.line);
    ForeignIgnores list = ParseForeignIgnores("# a comment\n\n" + row.line + "\n", "f");
    CHECK(list.tool == "gitleaks");
    REQUIRE(list.entries.size() == 1);
    const ForeignIgnore& entry = list.entries[0];
    CHECK(entry.name == "line 3");
    CHECK(entry.complaint.empty() == row.good);
    CHECK(entry.commit == row.commit);
    CHECK(entry.path == row.path);
    CHECK(entry.line == row.number);
  }
  CHECK(ParseForeignIgnores("", "f").entries.empty());
}

TEST_CASE("foreign ignores: a detect-secrets entry has its hash, and real secrets stay out") {
  const std::string hash(40, 'b');
  ForeignIgnores list = ParseForeignIgnores(
      R"( {"version": "1", "results": {"a.py": [{"hashed_secret": ")" + hash +
          R"(", "line_number": 3, "is_secret": false}, {"hashed_secret": ")" + hash +
          R"(", "line_number": 4, "is_secret": true}, {"line_number": 5}, 7,
             {"hashed_secret": "xyz", "line_number": "3"}], "b.py": []}})",
      "f");
  CHECK(list.tool == "detect-secrets");
  REQUIRE(list.entries.size() == 5);
  CHECK(list.entries[0].complaint.empty());
  CHECK(list.entries[0].path == "a.py");
  CHECK(list.entries[0].line == 3);
  CHECK(list.entries[0].sha1 == hash);
  CHECK(list.entries[1].complaint.find("real secret") != std::string::npos);
  for (size_t i = 2; i < 5; ++i) CHECK_FALSE(list.entries[i].complaint.empty());
  CHECK(list.entries[4].name == "entry 5");
}

TEST_CASE("foreign ignores: what is neither list is an error that names the file") {
  for (std::string text :
       {std::string("{"), std::string("{}"), std::string(R"({"results": []})"),
        std::string(R"({"results": {"a": 1}})"),
        R"({"results": )" + std::string(100, '[') + std::string(100, ']') + "}"}) {
    CAPTURE(text);
    CHECK_THROWS_WITH_AS(ParseForeignIgnores(text, "list.txt"), doctest::Contains("list.txt"),
                         Error);
  }
}

}  // namespace picket
