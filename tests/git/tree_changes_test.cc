#include "git/tree_changes.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "support/git_fixture.h"

namespace picket {
namespace {

using test::GitFixture;
using test::TemporaryFolder;

struct Recorder : TreeChangeVisitor {
  void OnBlob(std::string_view path, const ObjectId& oid) override {
    lines.push_back("blob " + std::string(path) + " " + oid.ToHex().substr(0, 4));
  }
  void OnNewPath(std::string_view path) override { lines.push_back("new " + std::string(path)); }
  void OnGitlink(std::string_view path, const ObjectId&) override {
    lines.push_back("link " + std::string(path));
  }
  void OnUnreadable(std::string_view path, const ObjectId&, ReadStatus status,
                    std::string_view) override {
    lines.push_back((status == ReadStatus::kMissing ? "missing " : "damaged ") + std::string(path));
  }
  void OnTooLarge(std::string_view path, std::string_view) override {
    lines.push_back("large " + std::string(path));
  }
  std::vector<std::string> lines;
};

// Trees written as we say, valid or not.
struct Workshop {
  TemporaryFolder folder;
  GitFixture git{folder, "r"};
  ObjectId a = git.Object("blob", "a"), b = git.Object("blob", "b"), c = git.Object("blob", "c");
  ObjectId absent = *ObjectId::TryParse(std::string(40, '9'));
  std::unique_ptr<Repository> repository = Repository::OpenAt(git.directory());
  std::unique_ptr<ObjectDatabase> objects = repository->NewObjectDatabase();

  static std::string Raw(const std::string& mode, const std::string& name, const ObjectId& oid) {
    return mode + " " + name + '\0' + std::string(AsText(oid.raw()));
  }
  ObjectId Tree(const std::string& bytes) const { return git.Object("tree", bytes); }
  std::vector<std::string> Changes(const ObjectId& tree, const std::vector<ObjectId>& parents,
                                   const TreeLimits& limits = {}) const {
    TreeCache cache(*objects);
    Recorder recorder;
    TreeChanges(cache, limits).Visit(tree, parents, recorder);
    return recorder.lines;
  }
  std::string Blob(const std::string& path, const ObjectId& oid) const {
    return "blob " + path + " " + oid.ToHex().substr(0, 4);
  }
};

const std::string kFile = "100644";
const std::string kFolder = "40000";
using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("tree changes: an entry is changed when every parent has something else there") {
  Workshop w;
  ObjectId with_a = w.Tree(w.Raw(kFile, "f", w.a));
  ObjectId with_b = w.Tree(w.Raw(kFile, "f", w.b));
  ObjectId with_c = w.Tree(w.Raw(kFile, "f", w.c));
  ObjectId empty = w.Tree("");
  struct Case {
    std::string name;
    ObjectId tree;
    std::vector<ObjectId> parents;
    Lines expected;
  };
  for (const Case& c : {
           Case{"root", with_a, {}, {"new f", w.Blob("f", w.a)}},
           Case{"nothing", with_a, {with_a}, {}},
           Case{"edit", with_b, {with_a}, {w.Blob("f", w.b)}},
           Case{"addition", with_a, {empty}, {"new f", w.Blob("f", w.a)}},
           Case{"deletion", empty, {with_a}, {}},
           Case{"merge takes a side", with_a, {with_b, with_a}, {}},
           Case{"evil merge", with_c, {with_a, with_b}, {w.Blob("f", w.c)}},
           Case{"octopus takes the third", with_c, {with_a, with_b, with_c}, {}},
           Case{"known in one parent only", with_c, {empty, with_a}, {w.Blob("f", w.c)}},
           Case{"a parent that can't be read takes nothing out",
                with_a,
                {w.absent},
                {"new f", w.Blob("f", w.a)}},
       }) {
    CAPTURE(c.name);
    CHECK(w.Changes(c.tree, c.parents) == c.expected);
  }
}

TEST_CASE("tree changes: kinds count, the executable bit does not") {
  Workshop w;
  ObjectId plain = w.Tree(w.Raw(kFile, "f", w.a));
  ObjectId sub = w.Tree(w.Raw(kFile, "x", w.a));
  struct Case {
    std::string name, mode;
    ObjectId oid;
    Lines expected;
  };
  for (const Case& c : {
           Case{"executable", "100755", w.a, {}},
           Case{"old group-writable", "100664", w.a, {}},
           Case{"link of the same bytes", "120000", w.a, {w.Blob("f", w.a)}},
           Case{"gitlink", "160000", w.a, {"link f"}},
           Case{"folder", kFolder, sub, {"new f/x", w.Blob("f/x", w.a)}},
           Case{"odd mode, a blob", "170000", w.b, {w.Blob("f", w.b)}},
           Case{"odd mode, a tree", "0", sub, {"new f/x", w.Blob("f/x", w.a)}},
           Case{"odd mode, nothing", "0", w.absent, {"link f"}},
       }) {
    CAPTURE(c.name);
    CHECK(w.Changes(w.Tree(w.Raw(c.mode, "f", c.oid)), {plain}) == c.expected);
  }
}

TEST_CASE("tree changes: subtrees that equal any parent's are skipped, others are entered") {
  Workshop w;
  ObjectId one = w.Tree(w.Raw(kFile, "x", w.a) + w.Raw(kFile, "y", w.a));
  ObjectId two = w.Tree(w.Raw(kFile, "x", w.b) + w.Raw(kFile, "y", w.a));
  ObjectId mixed = w.Tree(w.Raw(kFile, "x", w.b) + w.Raw(kFile, "y", w.c));
  auto in = [&](const ObjectId& sub) { return w.Tree(w.Raw(kFolder, "d", sub)); };
  CHECK(w.Changes(in(two), {in(one), in(two)}).empty());
  CHECK(w.Changes(in(mixed), {in(one), in(two)}) == Lines{w.Blob("d/y", w.c)});
  CHECK(w.Changes(in(w.absent), {in(one)}) == Lines{"missing d"});
  CHECK(w.Changes(in(w.absent), {in(w.absent)}).empty());
  CHECK(w.Changes(in(w.a), {}) == Lines{"new d", "damaged d"});
  CHECK(w.Changes(in(w.Tree("")), {}) == Lines{"new d"});
}

TEST_CASE("tree changes: disorder and namesakes hide nothing") {
  Workshop w;
  ObjectId sorted = w.Tree(w.Raw(kFile, "a", w.a) + w.Raw(kFile, "b", w.b));
  ObjectId reversed = w.Tree(w.Raw(kFile, "b", w.b) + w.Raw(kFile, "a", w.a));
  ObjectId twice = w.Tree(w.Raw(kFile, "a", w.a) + w.Raw(kFile, "a", w.c));
  ObjectId sub = w.Tree(w.Raw(kFile, "x", w.c));
  ObjectId both = w.Tree(w.Raw(kFile, "a", w.a) + w.Raw(kFolder, "a", sub));
  CHECK(w.Changes(reversed, {sorted}).empty());
  CHECK(w.Changes(sorted, {reversed}).empty());
  CHECK(w.Changes(twice, {sorted}) == Lines{w.Blob("a", w.c)});
  CHECK(w.Changes(sorted, {twice}) == Lines{"new b", w.Blob("b", w.b)});
  CHECK(w.Changes(both, {sorted}) == Lines{"new a/x", w.Blob("a/x", w.c)});
  CHECK(w.Changes(w.Tree(w.Raw(kFolder, "a", sub)), {both}).empty());
  for (const char* name : {"", ".", "..", ".git", "x/y", "\xff", "\n"}) {
    CAPTURE(name);
    CHECK(w.Changes(w.Tree(w.Raw(kFile, name, w.a)), {sorted}) ==
          Lines{"new " + std::string(name), w.Blob(name, w.a)});
  }
  std::string cut = w.Raw(kFile, "a", w.a) + w.Raw(kFile, "b", w.b);
  cut.pop_back();
  CHECK(w.Changes(w.Tree(cut), {}) == Lines{"new a", w.Blob("a", w.a), "damaged "});
}

TEST_CASE("tree changes: bombs end at a limit, and the next commit is looked at again") {
  Workshop w;
  ObjectId bomb = w.Tree(w.Raw(kFile, "x", w.a));
  for (int level = 0; level < 12; ++level) {
    std::string bytes;
    for (char name = 'a'; name < 'k'; ++name) bytes += w.Raw(kFolder, {name}, bomb);
    bomb = w.Tree(bytes);
  }
  TreeLimits limits;
  limits.entries = 5'000;
  limits.refill = 5'000;
  TreeCache cache(*w.objects);
  TreeChanges changes(cache, limits);
  Recorder recorder;
  changes.Visit(bomb, {}, recorder);
  CHECK(std::count_if(recorder.lines.begin(), recorder.lines.end(),
                      [](const std::string& line) { return line.starts_with("large "); }) == 1);
  CHECK(recorder.lines.size() < 10'001);
  recorder.lines.clear();
  changes.Visit(w.Tree(w.Raw(kFile, "x", w.b)), {}, recorder);
  CHECK(recorder.lines == Lines{"new x", w.Blob("x", w.b)});

  ObjectId deep = w.Tree(w.Raw(kFile, "x", w.a));
  for (int level = 0; level < 30; ++level) deep = w.Tree(w.Raw(kFolder, "d", deep));
  limits.depth = 20;
  Lines lines = w.Changes(deep, {}, limits);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].starts_with("large d/d"));
  limits.depth = 40;
  limits.path_bytes = 31;
  lines = w.Changes(deep, {}, limits);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].starts_with("large d/d"));
  limits.path_bytes = 61;
  CHECK(w.Changes(deep, {}, limits).size() == 2);
}

}  // namespace picket
