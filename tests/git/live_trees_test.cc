#include "git/live_trees.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "git/provenance.h"
#include "git/tree_cursor.h"
#include "git/tree_names.h"
#include "support/git_fixture.h"

namespace picket {
namespace {

using test::GitFixture;
using test::TemporaryFolder;

std::string EntryOf(const std::string& mode, const std::string& name, const ObjectId& oid) {
  return mode + " " + name + '\0' + std::string(AsText(oid.raw()));
}

auto Facts(const Introduction& one) {
  return std::tuple(one.commit, one.path, one.other_places, one.more_places, one.rank,
                    one.reachable, one.ref);
}

// Each tree, entry by entry, is what its own bytes say.
void CheckRows(const Repository& repository) {
  const ObjectInventory inventory = ListObjects(repository, 2);
  const KnownIds known(inventory);
  const TreeNames listed = ListTreeNames(repository, inventory, known, false, 2);
  REQUIRE(listed.rows != nullptr);
  const auto database = repository.NewObjectDatabase();
  std::vector<std::vector<TreeRow>> above(1);
  size_t trees = 0;
  size_t wrong = 0;
  for (const TreeRowChunk& chunk : listed.rows->chunks()) {
    TreeRowCursor cursor(chunk);
    while (cursor.NextTree()) {
      const size_t depth = cursor.depth() == TreeRowChunk::kAlone ? 0 : cursor.depth();
      if (above.size() <= depth) above.resize(depth + 1);
      std::vector<TreeRow> rows;
      while (cursor.NextPart()) {
        if (!cursor.is_copy()) {
          rows.push_back(cursor.row());
          continue;
        }
        REQUIRE(depth > 0);
        REQUIRE(cursor.first() + cursor.count() <= above[depth - 1].size());
        const auto first = above[depth - 1].begin() + cursor.first();
        rows.insert(rows.end(), first, first + cursor.count());
      }
      if (cursor.label() != kNone && listed.rows->IsWhole(cursor.label())) {
        RawObject object;
        const ObjectId oid = inventory.trees[cursor.label()].oid;
        REQUIRE(database->Read(oid, &object, nullptr) == ReadStatus::kOk);
        TreeCursor entries(object.bytes(), database->id_bytes());
        bool same = true;
        for (const TreeRow& row : rows) {
          same = same && entries.Next() &&
                 listed.names[listed.rows->NamePosition(row.name)] == entries.name() &&
                 row.type == (entries.mode() & TreeCursor::kTypeMask) >> 12 &&
                 row.object == (entries.is_gitlink()     ? kNone
                                : entries.is_directory() ? known.FindTree(entries.id())
                                                         : known.FindObject(entries.id()));
        }
        wrong += !same || entries.Next();
        ++trees;
      }
      above[depth] = std::move(rows);
    }
  }
  CHECK(wrong == 0);
  size_t whole = 0;
  for (uint32_t i = 0; i < inventory.trees.size(); ++i) whole += listed.rows->IsWhole(i);
  CHECK(trees == whole);
}

// Everything that the store holds is asked for, told by rows and read tree by tree.
void CheckAgainstReading(const GitFixture& git, size_t* told) {
  auto repository = Repository::OpenAt(git.directory());
  CheckRows(*repository);
  const ObjectInventory inventory = ListObjects(*repository, 2);
  const TreeNames listed = ListTreeNames(*repository, inventory, KnownIds(inventory), false, 2);
  REQUIRE(listed.rows != nullptr);
  for (uint32_t i = 0; i < inventory.trees.size(); ++i) *told += listed.rows->IsWhole(i);
  TreeNames unlisted;
  std::vector<ObjectId> blobs;
  for (const StoredObject& object : inventory.objects) {
    if (object.type == ObjectType::kBlob) blobs.push_back(object.oid);
  }
  // All at once, and a few: then most trees lead to nothing.
  for (size_t step : {size_t{1}, size_t{7}}) {
    std::vector<ObjectId> objects;
    std::vector<std::string> names;
    for (size_t i = 0; i < blobs.size(); i += step) objects.push_back(blobs[i]);
    for (size_t i = 0; i < listed.names.size(); i += 2 * step) names.push_back(listed.names[i]);
    const Provenance read =
        Attribute(*repository, inventory, objects, names, 1, nullptr, {&unlisted});
    for (unsigned threads : {1U, 3U}) {
      const Provenance told_so =
          Attribute(*repository, inventory, objects, names, threads, nullptr, {&listed});
      for (size_t i = 0; i < objects.size(); ++i) {
        CAPTURE(objects[i].ToHex());
        CHECK(Facts(told_so.objects[i]) == Facts(read.objects[i]));
      }
      for (size_t i = 0; i < names.size(); ++i) {
        CAPTURE(names[i]);
        CHECK(Facts(told_so.names[i]) == Facts(read.names[i]));
      }
      CHECK(told_so.gaps == read.gaps);
      CHECK(told_so.absent_trees == read.absent_trees);
    }
  }
}

}  // namespace

TEST_CASE("live trees: rows say what reading every tree says, packed as deltas or loose") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  std::mt19937 random(5);
  std::map<std::string, std::string> files;
  ObjectId side;
  std::vector<ObjectId> parents;
  for (int commit = 0; commit < 40; ++commit) {
    for (int change = 0; change < 3; ++change) {
      std::string path;
      for (unsigned level = random() % 4; level > 0; --level) {
        path += "folder-" + std::to_string(random() % 3) + "/";
      }
      path += "file-" + std::to_string(random() % 30);
      if (random() % 5 == 0) {
        files.erase(path);
      } else {
        files[path] = "text " + std::to_string(random() % 60);
      }
    }
    if (files.empty()) files["kept"] = "kept";
    parents = {git.CommitTree(files, parents)};
    if (commit == 10) side = parents[0];
    if (commit == 20) parents.push_back(side);
  }
  git.Git({"update-ref", "refs/heads/main", parents[0].ToHex()});
  size_t loose = 0;
  CheckAgainstReading(git, &loose);
  git.Git({"repack", "-q", "-a", "-d", "-f", "--depth=50", "--window=50"});
  size_t packed = 0;
  CheckAgainstReading(git, &packed);
  CHECK(loose > 40);
  CHECK(packed == loose);
}

TEST_CASE("live trees: hostile trees are told as they are read") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  const ObjectId leak = git.Object("blob", "leak");
  const ObjectId other = git.Object("blob", "other");
  const ObjectId absent = *ObjectId::TryParse(std::string(40, 'b'));
  const ObjectId inner = git.Object("tree", EntryOf("100644", "leak", leak));
  std::string many;
  for (int i = 10000; i < 20000; ++i) {
    many += EntryOf("100644", "f" + std::to_string(i), i % 1000 == 0 ? leak : other);
  }
  const std::vector<std::string> trees = {
      // Not in order, and two of one name.
      EntryOf("100644", "z", leak) + EntryOf("40000", "a", inner) + EntryOf("100644", "z", other) +
          EntryOf("40000", "z", inner) + EntryOf("40000", "a", inner),
      // A folder that is not there, one that is a blob, a file that is a tree, a link that is
      // there.
      EntryOf("40000", "gone", absent) + EntryOf("40000", "in", inner),
      EntryOf("40000", "blob", leak) + EntryOf("100644", "tree", inner) +
          EntryOf("160000", "link", leak) + EntryOf("40000", "in", inner),
      EntryOf("100644", "leak", leak) + "100644 cut",
      many,
      many + EntryOf("40000", "in", inner),
      many + EntryOf("100644", "g", leak) + "x",
      std::string(),
  };
  std::vector<ObjectId> parents;
  for (const std::string& tree : trees) {
    const ObjectId oid = git.Object("tree", tree);
    const ObjectId root =
        git.Object("tree", EntryOf("40000", "deep", oid) + EntryOf("40000", "in", inner));
    std::string commit = "tree " + root.ToHex() + "\n";
    for (const ObjectId& parent : parents) commit += "parent " + parent.ToHex() + "\n";
    const std::string who =
        " A U Thor <author@example.com> " + std::to_string(parents.size()) + " +0000\n";
    parents = {git.Object("commit", commit + "author" + who + "committer" + who + "\nmade\n")};
  }
  git.Git({"update-ref", "refs/heads/main", parents[0].ToHex()});
  size_t told = 0;
  CheckAgainstReading(git, &told);
  // All but the two that are cut short.
  CHECK(told == 2 * trees.size() + 1 - 2);
}

TEST_CASE("live trees: folders that lie too deep are a gap, told or read") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  const auto stream = [](int levels, const std::string& text) {
    std::string path;
    for (int i = 0; i < levels; ++i) path += "a/";
    return "commit refs/heads/" + text +
           "\ncommitter A <a@example.com> 1700000000 +0000\ndata 1\nx\n" + "M 644 inline " + path +
           "file\ndata " + std::to_string(text.size()) + "\n" + text + "\n";
  };
  // With the root a level more.
  git.Git({"fast-import", "--quiet"}, stream(2047, "near") + stream(2048, "deep"));
  // Else folders come before those that hold them, and the rows are given up.
  git.Git({"repack", "-q", "-a", "-d", "-f"});
  const auto repository = Repository::OpenAt(git.directory());
  const ObjectInventory inventory = ListObjects(*repository, 2);
  const TreeNames listed = ListTreeNames(*repository, inventory, KnownIds(inventory), false, 2);
  REQUIRE(listed.rows != nullptr);
  const TreeNames unlisted;
  const std::vector<ObjectId> near = {git.Object("blob", "near")};
  const std::vector<ObjectId> deep = {git.Object("blob", "deep")};
  for (const TreeNames* trees : {&listed, &unlisted}) {
    const auto ask = [&](const std::vector<ObjectId>& objects) {
      return Attribute(*repository, inventory, objects, {}, 2, nullptr, {trees});
    };
    const Provenance found = ask(near);
    CHECK(!found.objects[0].commit.empty());
    const Provenance lost = ask(deep);
    REQUIRE(lost.gaps.size() == 1);
    CHECK(lost.gaps[0].reason.find("deeper than 2,048 folders") != std::string::npos);
    CHECK(lost.objects[0].commit.empty());
  }
}

}  // namespace picket
