#include "git/message.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "support/git_fixture.h"

namespace picket {
namespace {

namespace fs = std::filesystem;
using test::GitFixture;
using test::ScopedDirectory;
using test::ScopedEnvironment;
using test::TemporaryFolder;

constexpr std::string_view kCut = "# ------------------------ >8 ------------------------\n";

void WriteScript(const std::string& path, const std::string& body) {
  std::ofstream script(path);
  script << "#!/bin/sh\n" << body;
  script.close();
  fs::permissions(path, fs::perms::owner_all);
}

bool HasLine(std::string_view text, std::string_view line) {
  while (!text.empty()) {
    size_t end = text.find('\n');
    if (text.substr(0, end) == line) return true;
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return line.empty();
}

// A repository in which every message passes a real commit-msg hook, and an editor that puts
// `typed` before what Git prepared.
class Committer {
 public:
  explicit Committer(const std::string& typed) : git_(folder_, "repository") {
    git_.Write("file", "removed secret\n");
    git_.Write("removed secret name", "content\n");
    git_.Commit("first");
    git_.Write("file", "");
    git_.Remove("removed secret name");
    git_.Git({"add", "-A"});
    fs::create_directories(folder_.path() + "/hooks");
    WriteScript(folder_.path() + "/hooks/commit-msg",
                "cp \"$1\" '" + folder_.path() + "/file'\nenv > '" + folder_.path() + "/env'\n");
    git_.Git({"config", "core.hooksPath", folder_.path() + "/hooks"});
    std::ofstream(folder_.path() + "/typed") << typed;
    WriteScript(folder_.path() + "/editor", "cat '" + folder_.path() +
                                                "/typed' \"$1\" > \"$1.new\" && mv \"$1.new\" "
                                                "\"$1\"\n");
    git_.SetEnvironment("GIT_EDITOR", folder_.path() + "/editor");
  }

  GitFixture& git() { return git_; }
  std::string path(const std::string& name) const { return folder_.path() + "/" + name; }

  // Commits; what the hook would have judged.
  std::string Commit(std::vector<std::string> arguments) {
    std::vector<std::string> words = {"commit", "-q"};
    // Settings by -c come before the command.
    if (arguments.size() >= 2 && arguments[0] == "-c") words = {"-c", arguments[1], "commit", "-q"};
    words.insert(words.end(), arguments.begin() + (words.size() == 4 ? 2 : 0), arguments.end());
    git_.Git(words);
    std::vector<std::unique_ptr<ScopedEnvironment>> variables;
    for (const char* name : {"GIT_EDITOR", "GIT_DIR", "GIT_CONFIG_PARAMETERS"}) {
      variables.push_back(std::make_unique<ScopedEnvironment>(name, nullptr));
    }
    std::ifstream lines(path("env"));
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with("GIT_")) continue;
      size_t equals = line.find('=');
      variables.push_back(std::make_unique<ScopedEnvironment>(line.substr(0, equals).c_str(),
                                                              line.c_str() + equals + 1));
    }
    ScopedDirectory there(git_.directory());
    const std::string text = ReadMessageFile(path("file"));
    return KeptMessage(text, ReadMessageOptions(text));
  }

  std::string kept_by_git() { return git_.Git({"log", "-1", "--format=%B"}); }

 private:
  TemporaryFolder folder_;
  GitFixture git_;
};

}  // namespace

TEST_CASE("message: every line that Git keeps is judged, and nothing that it is sure to drop") {
  struct Case {
    const char* name;
    std::string typed;
    std::vector<std::string> arguments;
    std::string text;  // of the file for -F
    std::vector<std::string> judged;
    std::vector<std::string> dropped;
  };
  const std::string cut(kCut);
  const Case kCases[] = {
      {"an editor", "subject\n\n# a note\n", {}, "", {"subject"}, {"# a note"}},
      {"-v cuts the diff", "subject\n", {"-v"}, "", {"subject"}, {"-removed secret"}},
      {"-vv cuts both diffs", "subject\n", {"-vv"}, "", {"subject"}, {"-removed secret"}},
      {"-v with another comment character",
       "subject\n# kept\n; not\n",
       {"-c", "core.commentChar=;", "-v"},
       "",
       {"subject", "# kept"},
       {"-removed secret", "; not"}},
      {"-v with the comment character left to Git",
       "subject\n",
       {"-c", "core.commentChar=auto", "-v"},
       "",
       {"subject"},
       {"-removed secret"}},
      {"commit.verbose",
       "subject\n",
       {"-c", "commit.verbose=true"},
       "",
       {"subject"},
       {"-removed secret"}},
      {"-v without Git's status", "subject\n", {"-v", "--no-status"}, "", {"subject"}, {}},
      {"a name that is removed stands in the status only",
       "subject\n",
       {},
       "",
       {"subject"},
       {"#\tdeleted:    removed secret name"}},
      {"--cleanup=whitespace keeps comments",
       "subject\n# typed\n",
       {"--cleanup=whitespace"},
       "",
       {"subject", "# typed"},
       {}},
      {"commit.cleanup=verbatim keeps all",
       "subject\n# typed\n",
       {"-c", "commit.cleanup=verbatim"},
       "",
       {"subject", "# typed"},
       {}},
      {"scissors by configuration",
       "subject\n# typed\n",
       {"-c", "commit.cleanup=scissors"},
       "",
       {"subject", "# typed"},
       {"# Changes to be committed:", "#\tdeleted:    removed secret name"}},
      {"-m keeps comments",
       "",
       {"-m", "subject\n\n# typed\n#\ttyped"},
       "",
       {"# typed", "#\ttyped"},
       {}},
      {"-F keeps what is below scissors",
       "",
       {"-F", ""},
       "subject\n" + cut + "below\n",
       {"subject", "below"},
       {}},
      {"-F of an old message file keeps its diff",
       "",
       {"-F", ""},
       "subject\n" + cut + "# Do not modify\ndiff --git a/x b/x\n-kept\n",
       {"-kept"},
       {}},
      {"an editor over an old message file keeps its diff",
       "",
       {"-e", "-F", ""},
       "subject\n" + cut + "# Do not modify\nprose\ndiff --git a/x b/x\n-kept\n",
       {"-kept", "prose"},
       {}},
      {"an editor over scissors that are only text",
       "subject\n" + cut + "below\n",
       {},
       "",
       {"below"},
       {}},
  };
  for (const Case& c : kCases) {
    CAPTURE(c.name);
    Committer committer(c.typed);
    std::vector<std::string> arguments = c.arguments;
    if (!arguments.empty() && arguments.back().empty()) {
      std::ofstream(committer.path("text")) << c.text;
      arguments.back() = committer.path("text");
    }
    std::string judged = committer.Commit(arguments);
    CAPTURE(judged);
    std::string kept = committer.kept_by_git();
    for (size_t at = 0; at < kept.size();) {
      size_t end = std::min(kept.find('\n', at), kept.size());
      CHECK_MESSAGE(HasLine(judged, kept.substr(at, end - at)), kept.substr(at, end - at));
      at = end + 1;
    }
    for (const std::string& line : c.judged) CHECK_MESSAGE(HasLine(judged, line), line);
    for (const std::string& line : c.dropped) CHECK_MESSAGE(!HasLine(judged, line), line);
  }
}

TEST_CASE("message: in doubt a line is judged") {
  MessageOptions edited;
  edited.edited = true;
  MessageOptions verbose;
  verbose.verbose = true;
  const std::string cut(kCut);
  const std::string hint =
      "# Please enter the message. Lines starting\n# with '#' will be ignored\n";
  const std::string diff = "diff --git a/x b/x\n@@ -1 +0,0 @@\n-gone\n";
  struct Case {
    const char* name;
    std::string text;
    MessageOptions options;
    std::string expected;
  };
  const Case kCases[] = {
      {"nothing", "", edited, ""},
      {"no editor: all of it", "s\n" + cut + "# x\n" + diff, {}, "s\n" + cut + "# x\n" + diff},
      {"no editor, but Git cuts by configuration", "s\n" + cut + "# x\n" + diff, verbose, "s\n"},
      {"no explanation", "s\n" + cut + diff, edited, "s\n" + cut + diff},
      {"explained", "s\n" + cut + "# x\n" + diff, edited, "s\n"},
      {"text below the diff", "s\n" + cut + "# x\n" + diff + "more\n", edited,
       "s\n" + cut + "# x\n" + diff + "more\n"},
      {"text above the diff", "s\n" + cut + "# x\nmore\n" + diff, edited,
       "s\n" + cut + "# x\nmore\n" + diff},
      {"scissors with a carriage return",
       "s\n# ------------------------ >8 ------------------------\r\n# x\n" + diff, edited,
       "s\n# ------------------------ >8 ------------------------\r\n# x\n" + diff},
      {"scissors without an end of line", "s\n" + cut.substr(0, cut.size() - 1), edited,
       "s\n" + cut.substr(0, cut.size() - 1)},
      {"comments without the hint", "s\n# c\n#\tmodified: f\n", edited, "s\n# c\n\n"},
      {"comments with the hint keep the line numbers", "s\n# c\n" + hint + "t\n", edited,
       "s\n\n\n\nt\n"},
      {"the last line needs no end", "s\n" + hint + "# c", edited, "s\n\n\n"},
  };
  for (const Case& c : kCases) {
    CAPTURE(c.name);
    CHECK(KeptMessage(c.text, c.options) == c.expected);
  }
}

TEST_CASE("message: one object with the text, none for nothing") {
  ChangeList list = ListMessage("subject\n", {});
  REQUIRE(list.objects.size() == 1);
  CHECK(list.objects[0].kind == ObjectKind::kMessage);
  CHECK(list.TextOf(list.objects[0]) == "subject\n");
  CHECK(list.objects[0].places.empty());
  CHECK(ListMessage(" \n\n", {}).objects.empty());
}

TEST_CASE("message: a file that is not there is an error that names it") {
  std::string said;
  try {
    ReadMessageFile("/nonexistent/COMMIT_EDITMSG");
  } catch (const Error& error) {
    said = error.what();
  }
  CHECK(said.find("/nonexistent/COMMIT_EDITMSG") != std::string::npos);
}

}  // namespace picket
