#include "git/changes.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <set>
#include <sstream>
#include <string>

#include "support/git_fixture.h"

namespace picket {
namespace {

using test::GitFixture;
using test::ScopedDirectory;
using test::ScopedEnvironment;
using test::TemporaryFolder;

const ObjectId kZero = *ObjectId::TryParse(std::string(40, '0'));
using Lines = std::set<std::string>;

// "blob <content> at <path>", "name <path>", "ref <name>", "commit", "tag <message>".
Lines Describe(const GitFixture& git, const ChangeList& changes) {
  Lines lines;
  for (const ChangedObject& object : changes.objects) {
    int status = 0;
    std::string hex = object.oid.empty() ? "" : object.oid.ToHex();
    std::string text;
    switch (object.kind) {
      case ObjectKind::kBlob:
        text = "blob " + git.GitRaw({"cat-file", "blob", hex}, "", &status);
        if (object.places.empty())
          lines.insert(text + " of " + std::string(changes.refs[object.ref]));
        for (const Place& place : object.places)
          lines.insert(text + " at " + std::string(changes.PathOf(place)));
        break;
      case ObjectKind::kCommit: lines.insert("commit " + hex.substr(0, 8)); break;
      case ObjectKind::kTag: lines.insert("tag " + hex.substr(0, 8)); break;
      case ObjectKind::kRefName: lines.insert("ref " + std::string(changes.TextOf(object))); break;
      case ObjectKind::kPathName:
        lines.insert("name " + std::string(changes.TextOf(object)));
        break;
      default: lines.insert("other");
    }
  }
  for (const Gap& gap : changes.gaps) lines.insert("gap " + gap.object.substr(0, 8));
  for (const Skipped& skipped : changes.skipped)
    lines.insert("skipped " + skipped.what + " " + std::to_string(skipped.count));
  return lines;
}

std::string Numbered(std::string text, int number) { return text.append(std::to_string(number)); }

std::string Short(const std::string& kind, const ObjectId& oid) {
  return kind + " " + oid.ToHex().substr(0, 8);
}

Lines Received(const GitFixture& git, const RefUpdates& updates) {
  auto repository = Repository::OpenAt(git.directory());
  return Describe(git, ListReceived(*repository, updates));
}

Lines Pushed(const GitFixture& git, const std::string& remote, const std::string& url,
             const std::vector<Push>& pushes) {
  auto repository = Repository::OpenAt(git.directory());
  return Describe(git, ListPushed(*repository, remote, url, pushes));
}

}  // namespace

TEST_CASE("received: a new branch, an update, a force-push, a delete") {
  TemporaryFolder folder;
  GitFixture git(folder, "server", {"--bare"});
  ObjectId base = git.CommitTree({{"f", "one"}, {"d/g", "two"}}, {});
  git.Git({"update-ref", "refs/heads/main", base.ToHex()});
  ObjectId next = git.CommitTree({{"f", "one!"}, {"d/g", "two"}, {"d/h", "two"}}, {base});
  ObjectId other = git.CommitTree({{"f", "unrelated"}}, {});

  CHECK(Received(git, {}).empty());
  CHECK(Received(git, {{base, kZero, "refs/heads/main"}}).empty());
  CHECK(Received(git, {{kZero, base, "refs/heads/copy"}}) == Lines{"ref refs/heads/copy"});
  CHECK(Received(git, {{base, next, "refs/heads/main"}}) ==
        Lines{"ref refs/heads/main", Short("commit", next), "blob one! at f", "blob two at d/h",
              "name d/h"});
  CHECK(Received(git, {{base, other, "refs/heads/main"}}) ==
        Lines{"ref refs/heads/main", Short("commit", other), "blob unrelated at f", "name f"});
  // Two refs, one push: both are looked at before either exists.
  CHECK(Received(git, {{kZero, next, "refs/heads/a"}, {kZero, other, "refs/heads/b"}}).size() == 9);
  // What was there once and is unreachable now is new again.
  git.Git({"update-ref", "refs/heads/main", other.ToHex()});
  CHECK(Received(git, {{other, base, "refs/heads/main"}}).contains("blob two at d/g"));
}

TEST_CASE("received: evil merges and octopuses show what no parent has, and only that") {
  TemporaryFolder folder;
  GitFixture git(folder, "server", {"--bare"});
  ObjectId base = git.CommitTree({{"f", "base"}, {"g", "base"}}, {});
  ObjectId left = git.CommitTree({{"f", "left"}, {"g", "base"}}, {base});
  ObjectId right = git.CommitTree({{"f", "base"}, {"g", "right"}}, {base});
  ObjectId third = git.CommitTree({{"f", "base"}, {"g", "base"}, {"h", "third"}}, {base});
  for (auto [name, commit] : {std::pair{"l", left}, {"r", right}, {"t", third}})
    git.Git({"update-ref", std::string("refs/heads/") + name, commit.ToHex()});
  ObjectId clean = git.CommitTree({{"f", "left"}, {"g", "right"}}, {left, right});
  ObjectId evil = git.CommitTree({{"f", "EVIL"}, {"g", "right"}}, {left, right});
  ObjectId octopus = git.CommitTree({{"f", "left"}, {"g", "right"}, {"h", "third"}, {"i", "EVIL"}},
                                    {left, right, third});
  CHECK(Received(git, {{kZero, clean, "refs/heads/m"}}) ==
        Lines{"ref refs/heads/m", Short("commit", clean)});
  CHECK(Received(git, {{kZero, evil, "refs/heads/m"}}) ==
        Lines{"ref refs/heads/m", Short("commit", evil), "blob EVIL at f"});
  CHECK(Received(git, {{kZero, octopus, "refs/heads/m"}}) ==
        Lines{"ref refs/heads/m", Short("commit", octopus), "blob EVIL at i", "name i"});
}

TEST_CASE("received: tags of every kind, and notes") {
  TemporaryFolder folder;
  GitFixture git(folder, "server");
  git.Write("d/f", "text");
  ObjectId commit = git.Commit("one");
  ObjectId tree = git.Id("HEAD^{tree}");
  ObjectId loose_blob = git.Object("blob", "straight");
  auto tag = [&](const ObjectId& target, const std::string& type, const std::string& text) {
    return git.Object("tag", "object " + target.ToHex() + "\ntype " + type +
                                 "\ntag t\ntagger T <t> 1 +0000\n\n" + text);
  };
  ObjectId inner = tag(commit, "commit", "inner");
  ObjectId outer = tag(inner, "tag", "outer");
  ObjectId of_blob = tag(loose_blob, "blob", "blob");
  const std::string ref = "refs/tags/t";
  CHECK(Received(git, {{kZero, outer, ref}}) ==
        Lines{"ref " + ref, Short("tag", outer), Short("tag", inner)});
  CHECK(Received(git, {{kZero, loose_blob, ref}}) ==
        Lines{"ref " + ref, "blob straight of " + ref});
  CHECK(Received(git, {{kZero, of_blob, ref}}) ==
        Lines{"ref " + ref, Short("tag", of_blob), "blob straight of " + ref});
  CHECK(Received(git, {{kZero, tree, ref}}) == Lines{"ref " + ref, "name d/f", "blob text at d/f"});

  git.Git({"update-ref", "refs/tags/known", outer.ToHex()});
  git.Git({"update-ref", "refs/tags/blob", loose_blob.ToHex()});
  CHECK(Received(git, {{kZero, outer, ref}}) == Lines{"ref " + ref});
  CHECK(Received(git, {{kZero, tag(inner, "tag", "again"), ref}}).size() == 2);
  CHECK(Received(git, {{kZero, loose_blob, ref}}) == Lines{"ref " + ref});

  git.Git({"notes", "add", "-m", "a note", "HEAD"});
  ObjectId notes = git.Id("refs/notes/commits");
  git.Git({"update-ref", "-d", "refs/notes/commits"});
  Lines lines = Received(git, {{kZero, notes, "refs/notes/commits"}});
  CHECK(lines == Lines{"ref refs/notes/commits", Short("commit", notes), "name " + commit.ToHex(),
                       "blob a note\n at " + commit.ToHex()});
}

TEST_CASE("received: missing and damaged objects are gaps") {
  TemporaryFolder folder;
  GitFixture git(folder, "server", {"--bare"});
  ObjectId absent = *ObjectId::TryParse(std::string(40, '7'));
  CHECK(Received(git, {{kZero, absent, "refs/heads/a"}}) ==
        Lines{"ref refs/heads/a", Short("gap", absent)});
  ObjectId treeless = git.Object("commit", "tree " + absent.ToHex() +
                                               "\nauthor A <a> 1 +0000\n"
                                               "committer A <a> 1 +0000\n\nno tree\n");
  CHECK(Received(git, {{kZero, treeless, "refs/heads/a"}}) ==
        Lines{"ref refs/heads/a", Short("commit", treeless), Short("gap", absent)});
  git.Git({"config", "extensions.partialClone", "origin"});
  git.Git({"config", "core.repositoryFormatVersion", "1"});
  CHECK(Received(git, {{kZero, treeless, "refs/heads/a"}}).contains(Short("gap", absent)));

  ObjectId orphan = git.Object("commit", "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nparent " +
                                             absent.ToHex() +
                                             "\nauthor A <a> 1 +0000\n"
                                             "committer A <a> 1 +0000\n\nno parent\n");
  git.Object("tree", "");
  CHECK(Received(git, {{kZero, orphan, "refs/heads/a"}}) ==
        Lines{"ref refs/heads/a", Short("commit", orphan), Short("gap", absent)});
}

TEST_CASE("received: gitlinks are counted, and one blob has all its places") {
  TemporaryFolder folder;
  GitFixture git(folder, "server");
  git.Write("a", "same");
  git.Write("b/c", "same");
  git.Git({"update-index", "--add", "--cacheinfo", "160000," + std::string(40, '5') + ",sub"});
  git.Git({"add", "a", "b"});
  git.Git({"commit", "-q", "-m", "one"});
  ObjectId commit = git.Id("HEAD");
  git.Git({"update-ref", "-d", "HEAD"});
  auto repository = Repository::OpenAt(git.directory());
  ChangeList changes = ListReceived(*repository, RefUpdates{{kZero, commit, "refs/heads/new"}});
  CHECK(Describe(git, changes).contains("skipped gitlinks 1"));
  CHECK(Describe(git, changes).contains("name sub"));
  auto blobs = std::count_if(changes.objects.begin(), changes.objects.end(), [](const auto& o) {
    return o.kind == ObjectKind::kBlob && o.places.size() == 2;
  });
  CHECK(blobs == 1);
  REQUIRE(changes.commits.size() == 1);
  CHECK(changes.commits[0].oid == commit);
  CHECK(changes.refs[changes.commits[0].ref] == "refs/heads/new");
}

TEST_CASE("received: a real push is seen in its quarantine, loose and packed") {
  TemporaryFolder folder;
  GitFixture server(folder, "ser:ver", {"--bare"});
  GitFixture client(folder, "client");
  // The hook writes down what it was given, and refuses.
  server.Write("hooks/pre-receive",
               "#!/bin/sh\nenv | grep ^GIT_ >env; cp -r \"$GIT_OBJECT_DIRECTORY\" kept; exit 1\n");
  std::filesystem::permissions(server.directory() + "/hooks/pre-receive",
                               std::filesystem::perms::owner_all);
  for (int files : {3, 150}) {
    CAPTURE(files);
    for (int i = 0; i < files; ++i)
      client.Write(Numbered("f", i), Numbered(std::to_string(files), i));
    ObjectId commit = client.Commit("push");
    int status = 0;
    client.GitRaw({"push", "-q", server.directory(), "HEAD:refs/heads/main"}, "", &status);
    CHECK(status != 0);
    std::string kept = server.directory() + "/kept";
    REQUIRE(std::filesystem::exists(kept));
    std::string main_objects = "\"" + server.directory() + "/objects\"";
    ScopedDirectory directory(server.directory());
    ScopedEnvironment git_dir("GIT_DIR", ".");
    ScopedEnvironment objects("GIT_OBJECT_DIRECTORY", kept.c_str());
    ScopedEnvironment quarantine("GIT_QUARANTINE_PATH", kept.c_str());
    ScopedEnvironment alternates("GIT_ALTERNATE_OBJECT_DIRECTORIES", main_objects.c_str());
    auto repository = Repository::OpenForHook();
    ChangeList changes = ListReceived(*repository, RefUpdates{{kZero, commit, "refs/heads/main"}});
    CHECK(changes.gaps.empty());
    CHECK(changes.paths.size() == static_cast<size_t>(files));
    CHECK(changes.commits.size() == (files == 3 ? 1u : 2u));
    std::filesystem::remove_all(kept);
  }
}

TEST_CASE("received: what a quarantine tells early is what git rev-list tells") {
  std::mt19937 random(11);
  const auto below = [&](size_t limit) { return static_cast<size_t>(random() % limit); };
  for (int round = 0; round < 12; ++round) {
    CAPTURE(round);
    TemporaryFolder folder;
    GitFixture server(folder, "server", {"--bare"});
    GitFixture made(folder, "made", {"--bare"});
    // A history with merges, and clocks that are off by up to two days.
    std::string script;
    constexpr size_t kCommits = 60;
    for (size_t i = 0; i < kCommits; ++i) {
      const size_t first = i == 0 || below(12) == 0 ? i : i - 1 - below(std::min<size_t>(i, 6));
      const size_t second = i == 0 || below(4) != 0 ? i : i - 1 - below(std::min<size_t>(i, 6));
      script += "commit refs/heads/c" + std::to_string(i) + "\nmark :" + std::to_string(i + 1) +
                "\ncommitter A <a@b> " +
                std::to_string(1'700'000'000 + i * 3'600 + below(172'800)) + " +0000\ndata 0\n";
      if (first != i) script += "from :" + std::to_string(first + 1) + "\n";
      if (second != i && second != first && first != i)
        script += "merge :" + std::to_string(second + 1) + "\n";
      script += "\n";
    }
    made.Git({"fast-import", "--quiet"}, script);
    std::vector<ObjectId> all;
    for (size_t i = 0; i < kCommits; ++i)
      all.push_back(made.Id("refs/heads/c" + std::to_string(i)));

    // Some of it is on the server: what refs reach, and what none reaches any more.
    const size_t ref_count = below(5);
    const size_t lost_count = below(3);
    for (size_t i = 0; i < ref_count + lost_count; ++i) {
      const std::string name = "refs/heads/r" + std::to_string(i);
      server.Git({"fetch", "-q", made.directory(), all[below(kCommits)].ToHex() + ":" + name,
                  "--update-head-ok"});
      if (i >= ref_count) server.Git({"update-ref", "-d", name});
    }
    if (below(2) == 0) server.Git({"symbolic-ref", "HEAD", "refs/heads/r0"});
    if (ref_count != 0 && below(2) == 0)
      server.Git({"tag", "-a", "-m", "text", "v1", "refs/heads/r0"});
    // The push brings all of it, and so some that is there.
    const std::string quarantine = server.directory() + "/objects/incoming-x";
    std::filesystem::create_directories(quarantine);
    std::filesystem::copy(made.directory() + "/objects", quarantine,
                          std::filesystem::copy_options::recursive);

    ScopedDirectory directory(server.directory());
    ScopedEnvironment git_dir("GIT_DIR", ".");
    ScopedEnvironment objects("GIT_OBJECT_DIRECTORY", quarantine.c_str());
    ScopedEnvironment path("GIT_QUARANTINE_PATH", quarantine.c_str());
    ScopedEnvironment alternates("GIT_ALTERNATE_OBJECT_DIRECTORIES",
                                 (server.directory() + "/objects").c_str());
    for (int push = 0; push < 4; ++push) {
      RefUpdates updates;
      std::vector<std::string> command = {"rev-list"};
      for (size_t i = 0; i <= below(3); ++i) {
        const ObjectId old = below(2) == 0 ? kZero : all[below(kCommits)];
        const ObjectId value = all[below(kCommits)];
        updates.Add(old, value, "refs/heads/p" + std::to_string(i));
        command.push_back(value.ToHex());
      }
      command.insert(command.end(), {"--not", "--all"});
      GitFixture whole(server.directory());
      whole.SetEnvironment("GIT_OBJECT_DIRECTORY", quarantine);
      whole.SetEnvironment("GIT_ALTERNATE_OBJECT_DIRECTORIES", server.directory() + "/objects");
      std::istringstream lines(whole.Git(command));
      std::set<std::string> expected;
      for (std::string line; std::getline(lines, line);) expected.insert(line);
      std::set<std::string> found;
      const ChangeList changes = ListReceived(*Repository::OpenForHook(), updates);
      for (const auto& commit : changes.commits) found.insert(commit.oid.ToHex());
      CHECK(found == expected);
      CHECK(changes.gaps.empty());
    }
  }
}

TEST_CASE("received: a push can't complete a broken ref and pass for old") {
  TemporaryFolder folder;
  GitFixture server(folder, "server", {"--bare"});
  GitFixture client(folder, "client");
  client.Write("f", "text");
  const ObjectId commit = client.Commit("one");
  const std::string quarantine = server.directory() + "/objects/incoming-x";
  std::filesystem::copy(client.git_dir() + "/objects", quarantine,
                        std::filesystem::copy_options::recursive);
  server.Write("refs/heads/broken", commit.ToHex() + "\n");
  ScopedDirectory directory(server.directory());
  ScopedEnvironment git_dir("GIT_DIR", ".");
  ScopedEnvironment objects("GIT_OBJECT_DIRECTORY", quarantine.c_str());
  ScopedEnvironment path("GIT_QUARANTINE_PATH", quarantine.c_str());
  ScopedEnvironment alternates("GIT_ALTERNATE_OBJECT_DIRECTORIES",
                               (server.directory() + "/objects").c_str());
  for (const ObjectId& old : {kZero, commit}) {
    ChangeList changes =
        ListReceived(*Repository::OpenForHook(), RefUpdates{{old, commit, "refs/heads/main"}});
    CHECK(changes.commits.size() == 1);
    CHECK(changes.gaps.empty());
  }
}

TEST_CASE("pushed: what the remote has is left out, by name, by URL, and by its own values") {
  TemporaryFolder folder;
  GitFixture git(folder, "client");
  git.Write("f", "old");
  ObjectId old = git.Commit("old");
  git.Write("f", "new");
  ObjectId fresh = git.Commit("new");
  git.Git({"remote", "add", "origin", "https://example.com/r"});
  git.Git({"remote", "add", "origin/fork", "https://example.com/fork"});
  git.Git({"config", "remote.origin.pushurl", "ssh://example.com/r"});
  git.Git({"update-ref", "refs/remotes/origin/main", old.ToHex()});
  git.Git({"update-ref", "refs/remotes/origin/fork/main", fresh.ToHex()});
  git.Git({"tag", "local", fresh.ToHex()});
  Push push{"refs/heads/main", fresh, "refs/heads/main", kZero};
  Lines both = {"ref refs/heads/main", Short("commit", fresh), Short("commit", old),
                "blob new at f",       "blob old at f",        "name f"};
  Lines only_new = {"ref refs/heads/main", Short("commit", fresh), "blob new at f"};
  Lines nothing = {"ref refs/heads/main"};
  struct Case {
    std::string remote, url;
    ObjectId remote_oid;
    Lines expected;
  };
  std::string other = "https://example.com/other";
  for (const Case& c : {
           Case{"origin", "ssh://example.com/r", kZero, only_new},
           Case{"https://example.com/r", "https://example.com/r", kZero, only_new},
           Case{"ssh://example.com/r", "ssh://example.com/r", kZero, only_new},
           Case{"origin/fork", "https://example.com/fork", kZero, nothing},
           Case{other, other, kZero, both},
           Case{other, other, old, only_new},
           Case{other, other, *ObjectId::TryParse(std::string(40, '3')), both},
           Case{"unknown", "https://example.com/r", kZero, both},
       }) {
    CAPTURE(c.remote);
    push.remote_oid = c.remote_oid;
    CHECK(Pushed(git, c.remote, c.url, {push}) == c.expected);
  }
  CHECK(Pushed(git, "origin", other, {}).empty());
  CHECK(Pushed(git, "origin", other, {{"(delete)", kZero, "refs/heads/main", old}}).empty());
}

TEST_CASE("pushed: in a partial clone what the promisor has is skipped, not lost") {
  TemporaryFolder folder;
  GitFixture full(folder, "full");
  full.Write("d/f", "old");
  full.Commit("old");
  full.Git({"config", "uploadpack.allowFilter", "true"});
  full.Git({"clone", "-q", "--bare", "--filter=tree:0", "file://" + full.directory(),
            folder.path() + "/partial"});
  GitFixture partial(folder.path() + "/partial");
  ObjectId fresh = partial.CommitTree({{"n", "new"}}, {full.Id("HEAD")});
  Lines lines = Pushed(partial, "elsewhere", "elsewhere",
                       {{"refs/heads/main", fresh, "refs/heads/main", kZero}});
  CHECK(lines.contains("blob new at n"));
  CHECK(lines.contains("skipped absent trees 1"));
  CHECK(std::none_of(lines.begin(), lines.end(),
                     [](const std::string& line) { return line.starts_with("gap"); }));
}

TEST_CASE("received: changed blobs are those of git diff-tree, on a history with merges") {
  TemporaryFolder folder;
  GitFixture git(folder, "r");
  for (int i = 0; i < 12; ++i) {
    git.Write(Numbered(Numbered("d", i % 3) + "/f", i % 5), std::to_string(i));
    git.Write("top", std::to_string(i / 4));
    if (i % 4 == 3) git.Remove("d0");
    git.Commit(std::to_string(i));
    if (i == 4) git.Git({"branch", "side"});
  }
  git.Git({"checkout", "-q", "side"});
  git.Write("side", "x");
  git.Write("d0/f0", "conflict");
  git.Commit("on the side");
  int status = 0;
  git.GitRaw({"merge", "-q", "main"}, "", &status);
  git.Write("d0/f0", "resolved");
  ObjectId merge = git.Commit("merged");
  git.Git({"checkout", "-q", "--orphan", "empty"});
  for (const char* ref : {"refs/heads/main", "refs/heads/side"}) git.Git({"update-ref", "-d", ref});

  auto repository = Repository::OpenAt(git.directory());
  ChangeList changes = ListReceived(*repository, RefUpdates{{kZero, merge, "refs/heads/new"}});
  Lines ours;
  for (const ChangedObject& object : changes.objects)
    if (object.kind == ObjectKind::kBlob)
      for (const Place& place : object.places)
        ours.insert(changes.commits[place.commit].oid.ToHex() + " " + object.oid.ToHex() + " " +
                    std::string(changes.PathOf(place)));
  // "commit" lines, then ":modes oids status\tpath", the last oid being the commit's own.
  std::istringstream lines(git.Git({"diff-tree", "--stdin", "-c", "-r", "--root", "--no-renames",
                                    "--no-abbrev", "--diff-filter=d"},
                                   git.Git({"rev-list", merge.ToHex()}) + "\n"));
  Lines theirs;
  std::string commit;
  for (std::string line; std::getline(lines, line);) {
    if (line[0] != ':') {
      commit = line;
      continue;
    }
    size_t tab = line.find('\t');
    std::string left = line.substr(0, line.rfind(' ', tab));
    theirs.insert(commit + " " + left.substr(left.size() - 40) + " " + line.substr(tab + 1));
  }
  CHECK(theirs.size() > 15);
  CHECK(ours == theirs);
}

TEST_CASE("received: the .gitattributes that count for each commit, changed or not, and links") {
  TemporaryFolder folder;
  GitFixture git(folder, "r");
  git.Write(".gitattributes", "root");
  git.Write("a/.gitattributes", "inner");
  git.Write("a/f", "one");
  git.Write("b/f", "one");
  const ObjectId first = git.Commit("first");
  git.Write("b/f", "two");
  const ObjectId second = git.Commit("second");
  git.Write("a/f", "three");
  git.Write("a/.gitattributes", "inner!");
  std::filesystem::create_symlink("f", git.directory() + "/a/link");
  const ObjectId third = git.Commit("third");
  const auto repository = Repository::OpenAt(git.directory());
  git.Git({"update-ref", "-d", "refs/heads/main"});
  git.Git({"update-ref", "-d", "refs/heads/master"});
  const ChangeList list = ListReceived(*repository, RefUpdates{{kZero, third, "refs/heads/new"}});

  REQUIRE(list.commits.size() == 3);
  auto files_of = [&](const ObjectId& commit) {
    std::string files;
    for (const NewCommit& one : list.commits) {
      if (one.oid != commit) continue;
      for (uint32_t file : list.attribute_sets[one.attributes]) {
        const AttributesEntry& entry = list.attribute_files[file];
        files += "[" + entry.folder + "]" + git.Git({"cat-file", "-p", entry.oid.ToHex()}) + " ";
      }
    }
    return files;
  };
  CHECK(files_of(first) == "[]root [a/]inner ");
  CHECK(files_of(second) == "[]root ");
  CHECK(files_of(third) == "[]root [a/]inner! ");
  REQUIRE(list.links.size() == 1);
  CHECK(list.PathOf(list.links[0].place) == "a/link");
  CHECK(list.objects[list.links[0].object].kind == ObjectKind::kBlob);
  CHECK(list.commits[list.links[0].place.commit].oid == third);
}

TEST_CASE("received: values of refs elsewhere count as existing where the caller says so") {
  TemporaryFolder folder;
  GitFixture git(folder, "server", {"--bare"});
  const ObjectId base = git.CommitTree({{"f", "one"}}, {});
  const ObjectId next = git.CommitTree({{"f", "two"}}, {base});
  const auto repository = Repository::OpenAt(git.directory());
  const RefUpdates updates = {{kZero, next, "refs/heads/new"}};
  CHECK(ListReceived(*repository, updates).commits.size() == 2);
  const std::vector<ObjectId> elsewhere = {base};
  CHECK(ListReceived(*repository, updates, {.also_existing = elsewhere}).commits.size() == 1);
}

TEST_CASE("received: what was let in unjudged is listed again by whatever reaches it") {
  TemporaryFolder folder;
  GitFixture git(folder, "server", {"--bare"});
  const ObjectId base = git.CommitTree({{"f", "one"}}, {});
  const ObjectId debt = git.CommitTree({{"f", "one"}, {"g", "two"}}, {base});
  const ObjectId next = git.CommitTree({{"f", "one"}, {"g", "two"}, {"h", "three"}}, {debt});
  git.Git({"update-ref", "refs/heads/main", debt.ToHex()});
  git.Git({"update-ref", "refs/heads/same", debt.ToHex()});
  auto repository = Repository::OpenAt(git.directory());
  const auto list = [&](const ObjectId& value, const Unjudged& unjudged) {
    const RefUpdates updates = {{debt, value, "refs/heads/main"}};
    return Describe(git, ListReceived(*repository, updates, {.unjudged = &unjudged}));
  };
  const Lines plain = {"ref refs/heads/main", Short("commit", next), "name h", "blob three at h"};
  Lines both = plain;
  both.insert({Short("commit", debt), "name g", "blob two at g"});
  Lines all = both;
  all.insert({Short("commit", base), "name f", "blob one at f"});
  CHECK(list(next, {}) == plain);
  CHECK(list(next, {.tips = {debt}, .judged = {base}}) == both);
  // What was judged and is gone, and a debt that never came to be, say nothing.
  const ObjectId absent = *ObjectId::TryParse(std::string(40, '7'));
  CHECK(list(next, {.tips = {absent}, .judged = {absent}}) == plain);
  CHECK(list(next, {.tips = {debt}, .judged = {absent}}) == all);
  // A ref that exists and goes past the debt, put there by somebody else, does not vouch for it.
  const ObjectId beyond = git.CommitTree({{"x", "y"}}, {debt});
  git.Git({"update-ref", "refs/heads/beyond", beyond.ToHex()});
  CHECK(list(next, {.tips = {debt}, .judged = {base}}) == both);
  git.Git({"update-ref", "-d", "refs/heads/beyond"});

  const std::vector<Ref> refs = repository->Refs();
  const ObjectId values[] = {debt, base, next, absent};
  CHECK(FindReachable(*repository, refs, values) == std::vector<bool>{true, true, false, false});
}

TEST_CASE("received: a list that is cut says what is missing") {
  TemporaryFolder folder;
  GitFixture git(folder, "server", {"--bare"});
  const ObjectId base = git.CommitTree({{"f", "one"}}, {});
  auto repository = Repository::OpenAt(git.directory());
  const RefUpdates updates = {{kZero, base, "refs/heads/main"}};
  std::stop_source source;
  source.request_stop();
  const ChangeList changes =
      ListReceived(*repository, updates, {.watch = {.stop = source.get_token()}});
  CHECK(changes.is_cut);
  CHECK_FALSE(changes.is_walked);
  CHECK(changes.commits.empty());
  CHECK(Describe(git, changes) == Lines{"ref refs/heads/main"});
}

}  // namespace picket
