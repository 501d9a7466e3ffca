#include "git/raw_objects.h"

#include <doctest/doctest.h>

#include <string>

namespace picket {
namespace {

const std::string kOne(40, '1');
const std::string kTwo(40, '2');
const std::string kAuthor = "author A <a@example.com> 1 +0000\n";

std::string Entry(const std::string& mode, const std::string& name, char fill) {
  return mode + " " + name + '\0' + std::string(20, fill);
}

}  // namespace

TEST_CASE("commit: tree, parents and time are read, and nothing behind them matters") {
  std::string text = "tree " + kOne + "\nparent " + kTwo + "\nparent " + kOne + "\n" + kAuthor +
                     "committer C <c> 1700000000 +0100\nencoding x\n\nparent " + kTwo + "\n";
  std::optional<CommitHeader> commit = TryParseCommit(AsBytes(text), 20);
  REQUIRE(commit);
  CHECK(commit->tree.ToHex() == kOne);
  REQUIRE(commit->parents.size() == 2);
  CHECK(commit->parents[0].ToHex() == kTwo);
  CHECK(commit->committer_time == 1700000000);
}

TEST_CASE("commit: a broken date is 0, a broken parent is no commit") {
  std::string tree = "tree " + kOne + "\n";
  for (const char* date : {"committer C <c> -5 +0000", "committer C <c> 99999999999999999999 +0000",
                           "committer no date", "author twice <c> 5 +0000", ""}) {
    CAPTURE(date);
    std::string text = tree + kAuthor + date;
    REQUIRE(TryParseCommit(AsBytes(text), 20));
    CHECK(TryParseCommit(AsBytes(text), 20)->committer_time == 0);
  }
  for (const std::string& text :
       {std::string(), "tree " + kOne, "tree " + kOne.substr(1) + "\n", "parent " + kOne + "\n",
        tree + "parent " + kOne.substr(1) + "\n" + kAuthor, tree + "parent " + kOne}) {
    CAPTURE(text);
    CHECK_FALSE(TryParseCommit(AsBytes(text), 20));
  }
}

TEST_CASE("tag: target and type are read") {
  std::optional<TagHeader> tag =
      TryParseTag(AsBytes("object " + kOne + "\ntype blob\ntag x\n"), 20);
  REQUIRE(tag);
  CHECK(tag->type == ObjectType::kBlob);
  CHECK(tag->target.ToHex() == kOne);
  CHECK_FALSE(TryParseTag(AsBytes("object " + kOne + "\ntype other\n"), 20));
  CHECK_FALSE(TryParseTag(AsBytes("object " + kOne + "\n"), 20));
  CHECK_FALSE(TryParseTag(AsBytes("type blob\n"), 20));
}

TEST_CASE("tree: kinds follow the mode as Git sees it") {
  struct Case {
    std::string mode;
    EntryKind kind;
  };
  for (const Case& c :
       {Case{"100644", EntryKind::kBlob}, Case{"100755", EntryKind::kBlob},
        Case{"100664", EntryKind::kBlob}, Case{"120000", EntryKind::kSymlink},
        Case{"40000", EntryKind::kTree}, Case{"040000", EntryKind::kTree},
        Case{"160000", EntryKind::kGitlink}, Case{"0", EntryKind::kOther},
        Case{"20000", EntryKind::kOther}, Case{"1000000040000", EntryKind::kTree}}) {
    CAPTURE(c.mode);
    std::string bytes = Entry(c.mode, "x", 'a');
    ParsedTree tree = ParseTree(AsBytes(bytes), 20);
    REQUIRE(tree.entries.size() == 1);
    CHECK_FALSE(tree.damaged);
    CHECK(tree.entries[0].kind == c.kind);
    CHECK(tree.entries[0].name == "x");
  }
}

TEST_CASE("tree: Git's order is known from others") {
  std::string blob = "100644";
  std::string folder = "40000";
  struct Case {
    std::string bytes;
    bool sorted;
  };
  for (const Case& c : {Case{Entry(blob, "a", 1) + Entry(blob, "b", 1), true},
                        Case{Entry(blob, "a.c", 1) + Entry(folder, "a", 1), true},
                        Case{Entry(folder, "a", 1) + Entry(blob, "a.c", 1), false},
                        Case{Entry(blob, "a", 1) + Entry(blob, "a", 2), false},
                        Case{Entry(blob, "b", 1) + Entry(blob, "a", 1), false},
                        Case{Entry(blob, "", 1) + Entry(blob, "..", 1), true},
                        Case{Entry(blob, "a\xff", 1) + Entry(blob, "a", 1), false}}) {
    CAPTURE(c.bytes);
    CHECK(ParseTree(AsBytes(c.bytes), 20).sorted == c.sorted);
  }
}

TEST_CASE("tree: damage keeps the entries before it") {
  std::string good = Entry("100644", "a", 1);
  for (const std::string& tail :
       {std::string("1"), std::string("100644 b"), "100644 b" + std::string(1, '\0'),
        Entry("100644", "b", 2).substr(0, 20), Entry("9", "b", 2), Entry("", "b", 2)}) {
    CAPTURE(tail);
    std::string bytes = good + tail;
    ParsedTree tree = ParseTree(AsBytes(bytes), 20);
    CHECK(tree.damaged);
    CHECK(tree.entries.size() == 1);
  }
  CHECK_FALSE(ParseTree({}, 20).damaged);
}

TEST_CASE("sha-256: ids of 32 bytes are read, and one length is never taken for the other") {
  const std::string one(64, '1');
  const std::string two(64, '2');
  const std::string commit = "tree " + one + "\nparent " + two + "\n" + kAuthor;
  const std::string tag = "object " + two + "\ntype tree\ntag x\n";
  const std::string tree = "100644 a" + std::string(1, '\0') + std::string(32, '\x11') + "40000 b" +
                           std::string(1, '\0') + std::string(32, '\x22');
  std::optional<CommitHeader> header = TryParseCommit(AsBytes(commit), 32);
  REQUIRE(header);
  CHECK(header->tree.ToHex() == one);
  REQUIRE(header->parents.size() == 1);
  CHECK(header->parents[0].ToHex() == two);
  REQUIRE(TryParseTag(AsBytes(tag), 32));
  CHECK(TryParseTag(AsBytes(tag), 32)->target.ToHex() == two);
  const ParsedTree parsed = ParseTree(AsBytes(tree), 32);
  CHECK_FALSE(parsed.damaged);
  REQUIRE(parsed.entries.size() == 2);
  CHECK(parsed.entries[1].name == "b");
  CHECK(parsed.entries[1].oid.ToHex() == two);

  CHECK_FALSE(TryParseCommit(AsBytes(commit), 20));
  CHECK_FALSE(TryParseTag(AsBytes(tag), 20));
  CHECK(ParseTree(AsBytes(tree), 20).damaged);
  CHECK_FALSE(TryParseCommit(AsBytes("tree " + kOne + "\n" + kAuthor), 32));
  CHECK_FALSE(TryParseCommit(AsBytes("tree " + one + "\nparent " + kTwo + "\n" + kAuthor), 32));
}

}  // namespace picket
