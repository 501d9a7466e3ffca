#include "git/repository.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "core/error.h"
#include "support/git_fixture.h"

namespace picket {
namespace {

namespace fs = std::filesystem;
using test::GitFixture;
using test::ScopedDirectory;
using test::ScopedEnvironment;
using test::TemporaryFolder;

// What the error says, "" when nothing is thrown.
template <typename Function>
std::string ErrorOf(Function function) {
  try {
    function();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

bool Has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// The hook's environment: GIT_DIR as Git gives it, nothing else of Git's.
struct HookEnvironment {
  explicit HookEnvironment(const char* git_dir) : dir("GIT_DIR", git_dir) {}
  ScopedEnvironment dir;
  ScopedEnvironment work_tree{"GIT_WORK_TREE", nullptr};
  ScopedEnvironment common{"GIT_COMMON_DIR", nullptr};
  ScopedEnvironment objects{"GIT_OBJECT_DIRECTORY", nullptr};
  ScopedEnvironment quarantine{"GIT_QUARANTINE_PATH", nullptr};
  ScopedEnvironment alternates{"GIT_ALTERNATE_OBJECT_DIRECTORIES", nullptr};
  ScopedEnvironment shallow{"GIT_SHALLOW_FILE", nullptr};
};

bool CanRead(const Repository& repository, const ObjectId& oid) {
  RawObject object;
  return repository.NewObjectDatabase()->Read(oid, &object, nullptr) == ReadStatus::kOk;
}

}  // namespace

TEST_CASE("repository: opens by GIT_DIR, by discovery, and with GIT_WORK_TREE set") {
  TemporaryFolder folder;
  GitFixture git(folder, "a b:\"c");
  git.Write("f", "text");
  ObjectId commit = git.Commit("one");
  struct Case {
    std::string name, directory;
    const char* git_dir;
    const char* work_tree;
  };
  std::string real = git.git_dir();
  for (const Case& c : {Case{"relative", git.directory(), ".git", nullptr},
                        Case{"cwd is the git dir", real, ".", nullptr},
                        Case{"absolute", "/", real.c_str(), nullptr},
                        Case{"discovered", git.directory(), nullptr, nullptr},
                        Case{"work tree set", git.directory(), real.c_str(), "."}}) {
    CAPTURE(c.name);
    ScopedDirectory directory(c.directory);
    HookEnvironment hook(c.git_dir);
    ScopedEnvironment work_tree("GIT_WORK_TREE", c.work_tree);
    auto repository = Repository::OpenForHook();
    CHECK(repository->git_dir() == real);
    CHECK(repository->common_dir() == real);
    CHECK(repository->worktree() == git.directory());
    CHECK(repository->object_dirs() == std::vector<std::string>{real + "/objects"});
    CHECK(repository->Resolve("HEAD") == commit);
    CHECK_FALSE(repository->Resolve("refs/heads/none"));
    CHECK(CanRead(*repository, commit));
    CHECK_FALSE(repository->has_promisor());
  }
}

TEST_CASE("repository: a linked worktree and a submodule have their own Git directory") {
  TemporaryFolder folder;
  GitFixture git(folder, "main");
  git.Write("f", "text");
  ObjectId commit = git.Commit("one");
  git.Git({"worktree", "add", "-q", "-b", "side", "../linked"});
  GitFixture super(folder, "super");
  super.Git({"submodule", "--quiet", "add", git.directory(), "sub"});

  HookEnvironment hook(nullptr);
  SUBCASE("worktree, as Git says") {
    ScopedEnvironment dir("GIT_DIR", (git.git_dir() + "/worktrees/linked").c_str());
    ScopedDirectory directory(folder.path() + "/linked");
    auto repository = Repository::OpenForHook();
    CHECK(repository->git_dir() == git.git_dir() + "/worktrees/linked");
    CHECK(repository->common_dir() == git.git_dir());
    CHECK(repository->worktree() == folder.path() + "/linked");
    CHECK(CanRead(*repository, commit));
  }
  SUBCASE("worktree, discovered") {
    ScopedDirectory directory(folder.path() + "/linked");
    CHECK(Repository::OpenForHook()->worktree() == folder.path() + "/linked");
  }
  SUBCASE("submodule") {
    ScopedDirectory directory(super.directory() + "/sub");
    auto repository = Repository::OpenForHook();
    CHECK(repository->git_dir() == super.git_dir() + "/modules/sub");
    CHECK(repository->worktree() == super.directory() + "/sub");
    CHECK(CanRead(*repository, commit));
  }
  SUBCASE("GIT_COMMON_DIR that says otherwise is refused") {
    ScopedEnvironment dir("GIT_DIR", git.git_dir().c_str());
    ScopedEnvironment common("GIT_COMMON_DIR", super.git_dir().c_str());
    CHECK(Has(ErrorOf([] { Repository::OpenForHook(); }), "Unset GIT_COMMON_DIR"));
  }
}

TEST_CASE("repository: the quarantine is searched, and takes the temporary files") {
  TemporaryFolder folder;
  GitFixture git(folder, "with:colon", {"--bare"});
  std::string quarantine = git.directory() + "/objects/tmp_objdir-incoming-x";
  fs::create_directories(quarantine);
  ObjectId old = git.Object("blob", "old");
  git.SetEnvironment("GIT_OBJECT_DIRECTORY", quarantine);
  ObjectId fresh = git.Object("blob", "fresh");

  ScopedDirectory directory(git.directory());
  HookEnvironment hook(".");
  CHECK_FALSE(CanRead(*Repository::OpenForHook(), fresh));
  std::string quoted = "\"" + git.directory() + "/objects\"";
  ScopedEnvironment objects("GIT_OBJECT_DIRECTORY", quarantine.c_str());
  ScopedEnvironment path("GIT_QUARANTINE_PATH", quarantine.c_str());
  ScopedEnvironment alternates("GIT_ALTERNATE_OBJECT_DIRECTORIES", quoted.c_str());
  auto repository = Repository::OpenForHook();
  CHECK(repository->worktree().empty());
  CHECK(repository->temporary_dir() == quarantine);
  CHECK(repository->object_dirs() ==
        std::vector<std::string>{git.directory() + "/objects", quarantine});
  CHECK(CanRead(*repository, old));
  CHECK(CanRead(*repository, fresh));

  // Only receive-pack's own draft says what is shallow beside it.
  const std::string id = std::string(40, 'a') + "\n";
  for (const char* name : {"shallow_draft", "other", "objects/shallow_draft"}) {
    CAPTURE(name);
    git.Write(name, id);
    ScopedEnvironment shallow("GIT_SHALLOW_FILE", (git.directory() + "/" + name).c_str());
    CHECK(Repository::OpenForHook()->shallow().size() == (name == std::string("shallow_draft")));
  }
  ScopedEnvironment relative("GIT_SHALLOW_FILE", "./shallow_draft");
  CHECK(Repository::OpenForHook()->shallow().size() == 1);
}

TEST_CASE("repository: the chain of alternates is followed to its end") {
  TemporaryFolder folder;
  GitFixture grand(folder, "pool/grand", {"--bare"});
  GitFixture parent(folder, "forks/parent", {"--bare"});
  GitFixture child(folder, "forks/child", {"--bare"});
  ObjectId oid = grand.Object("blob", "in the pool");
  auto list = [](const GitFixture& git, const std::string& text) {
    git.Write("objects/info/alternates", text);
  };
  list(parent, "# borrowed\n../../../pool/grand/objects\n");
  list(child, "\"../../parent/\\157bjects\"\n");
  list(grand, folder.path() + "/forks/child/objects\n");
  HookEnvironment hook(child.directory().c_str());

  SUBCASE("relative to each directory, quoted, commented, in a circle") {
    auto repository = Repository::OpenForHook();
    CHECK(repository->object_dirs().size() == 3);
    CHECK(CanRead(*repository, oid));
    CHECK(CanRead(*Repository::OpenAt(child.directory()), oid));
  }
  SUBCASE("one that is not there is an error that names it") {
    for (std::string line : {"../../gone/objects\n", "../../parent/objects\r\n", "/etc/passwd\n"}) {
      CAPTURE(line);
      list(child, line);
      std::string error = ErrorOf([] { Repository::OpenForHook(); });
      CHECK(Has(error, line.substr(0, line.size() - 2)));
      CHECK(Has(error, "not a readable directory"));
    }
  }
  SUBCASE("a quote that does not end is an error") {
    list(child, "\"../../parent/objects\n");
    CHECK(Has(ErrorOf([] { Repository::OpenForHook(); }), "does not end"));
  }
  SUBCASE("deeper than Git follows is an error") {
    for (int i = 0; i < 8; ++i) {
      fs::create_directories(folder.path() + "/deep/" + std::to_string(i) + "/info");
      GitFixture(folder.path() + "/deep")
          .Write(std::to_string(i) + "/info/alternates", "../" + std::to_string(i + 1) + "\n");
    }
    fs::create_directories(folder.path() + "/deep/8");
    list(child, folder.path() + "/deep/0\n");
    CHECK(Has(ErrorOf([] { Repository::OpenForHook(); }), "longer than Git follows"));
  }
}

TEST_CASE("repository: what can't be read is refused with its reason") {
  TemporaryFolder folder;
  HookEnvironment hook(nullptr);
  struct Case {
    std::string name, expected;
    std::vector<std::string> settings;
  };
  for (const Case& c :
       {Case{"reftable", "reftable", {"extensions.refstorage=reftable"}},
        Case{"which git reads reftable", "2.45", {"extensions.refstorage=reftable"}},
        Case{"unknown", "newer", {"extensions.newer=1"}},
        Case{"unknown hash", "md5", {"extensions.objectformat=md5"}},
        Case{"version of tomorrow", "Put a `git` on PATH", {"core.repositoryformatversion=7"}},
        Case{"values that are fine",
             "",
             {"extensions.objectformat=sha1", "extensions.refstorage=files",
              "extensions.preciousobjects=true", "extensions.worktreeconfig=true",
              "extensions.partialclone=origin", "extensions.relativeworktrees=true"}}}) {
    CAPTURE(c.name);
    GitFixture git(folder, c.name);
    git.Git({"config", "core.repositoryformatversion", "1"});
    for (const std::string& setting : c.settings) {
      size_t split = setting.find('=');
      git.Git({"config", "-f", ".git/config", setting.substr(0, split), setting.substr(split + 1)});
    }
    ScopedEnvironment dir("GIT_DIR", (git.directory() + "/.git").c_str());
    std::string error = ErrorOf([] { Repository::OpenForHook(); });
    CHECK(Has(error, c.expected));
    CHECK(error.empty() == c.expected.empty());
    CHECK(ErrorOf([&] { Repository::OpenAt(git.directory()); }) == error);
  }
  CHECK(Has(ErrorOf([&] { Repository::OpenAt(folder.path()); }), "No Git repository"));
}

TEST_CASE("repository: a pipe in place of a file is refused, and nobody waits for it") {
  TemporaryFolder folder;
  HookEnvironment hook(nullptr);
  GitFixture git(folder, "repository");
  git.Write("f", "text");
  git.Commit("one");
  for (const char* name :
       {"commondir", "shallow", "config", "packed-refs", "objects/info/alternates", "HEAD"}) {
    CAPTURE(name);
    const std::string path = git.git_dir() + "/" + name;
    const std::string aside = folder.path() + "/aside";
    if (fs::exists(path)) fs::rename(path, aside);
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    const std::string error =
        ErrorOf([&] { Repository::OpenAt(folder.path() + "/repository")->Refs(); });
    CHECK_FALSE(error.empty());
    fs::remove(path);
    if (fs::exists(aside)) fs::rename(aside, path);
  }
  CHECK(Repository::OpenAt(git.directory())->Refs().size() == 1);
}

// Git stops there too; what lies further up is another repository.
TEST_CASE("repository: a .git file that leads nowhere is not passed over") {
  TemporaryFolder folder;
  HookEnvironment hook(nullptr);
  GitFixture git(folder, "super");
  git.Write("sub/f", "text");
  git.Commit("one");
  struct Case {
    std::string text, expected;
  };
  const Case cases[] = {
      {"gitdir: /nonexistent\n", "names /nonexistent, which is no Git directory"},
      {"gitdir: ../.git \n", "which is no Git directory"},
      {"gitdir: " + git.directory() + "\n", "which is no Git directory"},
      {"gitdir: \r\n", "names none"},
      {"gitdir:../.git\n", "names none"},
      {std::string("gitdir: ../.git\0/x\n", 20), "names none"},
      {"gitdir: ../.git\r\n", ""},
      {"gitdir: ../.git", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    git.Write("sub/.git", c.text);
    const std::string error = ErrorOf([&] { Repository::OpenAt(git.directory() + "/sub"); });
    CHECK(Has(error, c.expected));
    CHECK(error.empty() == c.expected.empty());
  }
  git.Write("sub/.git", "gitdir: ../.git");
  for (const std::string& text : {std::string(), std::string("\n"), std::string(".\0x", 3)}) {
    git.Write(".git/commondir", text);
    CHECK(Has(ErrorOf([&] { Repository::OpenAt(git.directory()); }), "names no directory"));
  }
}

TEST_CASE("repository: SHA-256 opens, and needs git for its lists") {
  TemporaryFolder folder;
  GitFixture git(folder, "sha256", {"--object-format=sha256"});
  git.Write("f", "text");
  const ObjectId commit = git.Commit("one");
  git.Git({"worktree", "add", "-q", "-b", "side", "../linked"});
  HookEnvironment hook(git.git_dir().c_str());
  for (bool in_hook : {false, true}) {
    CAPTURE(in_hook);
    auto repository =
        in_hook ? Repository::OpenForHook() : Repository::OpenAt(folder.path() + "/linked");
    CHECK(repository->id_bytes() == 32);
    CHECK(repository->common_dir() == git.git_dir());
    CHECK(repository->worktree() == (in_hook ? git.directory() : folder.path() + "/linked"));
    CHECK(repository->Resolve("HEAD") == commit);
    CHECK(repository->Refs().size() == 2);
    CHECK(CanRead(*repository, commit));
  }
  git.Write(".git/shallow", std::string(40, 'a') + "\n");
  CHECK(Has(ErrorOf([] { Repository::OpenForHook(); }), "no object id of this repository"));
  ScopedEnvironment path("PATH", "/nonexistent");
  const std::string error = ErrorOf([&] { Repository::OpenAt(git.directory()); });
  CHECK(Has(error, "No `git` was found on PATH"));
}

TEST_CASE("repository: where the files are is found however it is told") {
  TemporaryFolder folder;
  const std::string root = folder.path();
  HookEnvironment hook(nullptr);
  GitFixture plain(folder, "plain");
  SUBCASE("a Git directory that lies elsewhere") {
    plain.Git({"init", "-q", "--separate-git-dir", root + "/store", root + "/checkout"});
    fs::create_directories(root + "/checkout/below");
    CHECK(Repository::OpenAt(root + "/checkout/below")->worktree() == root + "/checkout");
    CHECK(Repository::OpenAt(root + "/checkout")->git_dir() == root + "/store");
  }
  SUBCASE("core.worktree, relative to the Git directory") {
    fs::create_directories(root + "/files");
    plain.Git({"config", "core.worktree", "../../files"});
    CHECK(Repository::OpenAt(plain.directory())->worktree() == root + "/files");
  }
  SUBCASE("core.bare in config.worktree") {
    GitFixture bare(folder, "bare", {"--bare"});
    bare.Git({"config", "extensions.worktreeConfig", "true"});
    bare.Git({"config", "--unset", "core.bare"});
    bare.Git({"config", "--worktree", "core.bare", "true"});
    CHECK(Repository::OpenAt(bare.directory())->worktree().empty());
  }
  SUBCASE("bare") {
    GitFixture bare(folder, "bare.git", {"--bare"});
    fs::create_directories(bare.directory() + "/objects/below");
    auto repository = Repository::OpenAt(bare.directory() + "/objects/below");
    CHECK(repository->git_dir() == bare.directory());
    CHECK(repository->worktree().empty());
  }
  SUBCASE("GIT_DIR that names a file") {
    plain.Write("f", "text");
    plain.Commit("one");
    plain.Git({"worktree", "add", "-q", "../linked"});
    ScopedEnvironment dir("GIT_DIR", (root + "/linked/.git").c_str());
    CHECK(Repository::OpenForHook()->worktree() == root + "/linked");
  }
}

TEST_CASE("repository: shallow boundaries and promisors are known") {
  TemporaryFolder folder;
  GitFixture git(folder, "full");
  git.Write("f", "1");
  git.Commit("one");
  git.Write("f", "2");
  ObjectId tip = git.Commit("two");
  git.Git({"config", "uploadpack.allowFilter", "true"});
  std::string url = "file://" + git.directory();
  git.Git({"clone", "-q", "--depth=1", url, folder.path() + "/shallow"});
  git.Git({"clone", "-q", "--bare", "--filter=blob:none", url, folder.path() + "/partial"});
  HookEnvironment hook(nullptr);

  auto shallow = Repository::OpenAt(folder.path() + "/shallow");
  CHECK(shallow->shallow() == std::unordered_set<ObjectId>{tip});
  CHECK_FALSE(shallow->has_promisor());
  auto partial = Repository::OpenAt(folder.path() + "/partial");
  CHECK(partial->has_promisor());
  auto database = partial->NewObjectDatabase();
  RawObject object;
  ObjectId blob = git.Id("main:f");
  CHECK(database->Read(blob, &object, nullptr) == ReadStatus::kMissing);
  CHECK_FALSE(database->Contains(blob));

  ScopedEnvironment dir("GIT_DIR", (folder.path() + "/shallow/.git").c_str());
  CHECK(Repository::OpenForHook()->shallow().size() == 1);
  ScopedEnvironment none("GIT_SHALLOW_FILE", "");
  CHECK(Repository::OpenForHook()->shallow().empty());
  git.Write("named", std::string(40, 'a') + "\n" + std::string(40, 'b'));
  ScopedEnvironment named("GIT_SHALLOW_FILE", (git.directory() + "/named").c_str());
  CHECK(Repository::OpenForHook()->shallow().size() == 2);
  git.Write("named", "no id\n");
  CHECK(Has(ErrorOf([] { Repository::OpenForHook(); }), "no object id"));
}

TEST_CASE("repository: refs are listed as stored, broken and dangling ones left out") {
  TemporaryFolder folder;
  GitFixture git(folder, "refs");
  git.Write("f", "1");
  ObjectId commit = git.Commit("one");
  git.Git({"tag", "-m", "text", "v1"});
  git.Git({"pack-refs", "--all"});
  git.Git({"update-ref", "refs/tags/blob", git.Id("HEAD:f").ToHex()});
  git.Git({"symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/none"});
  git.Write(".git/refs/heads/broken", "garbage\n");
  auto repository = Repository::OpenAt(git.directory());
  std::vector<Ref> refs = repository->Refs();
  REQUIRE(refs.size() == 3);
  CHECK(refs[0].name == "refs/heads/main");
  CHECK(refs[0].target == commit);
  CHECK(refs[1].target == git.Id("HEAD:f"));
  CHECK(refs[2].target == git.Id("refs/tags/v1"));
  CHECK(refs[2].target != commit);

  git.Remove(".git/refs/heads/broken");
  git.Git({"checkout", "-q", "--detach"});
  std::vector<Ref> detached = Repository::OpenAt(git.directory())->Refs();
  REQUIRE(detached.size() == 4);
  CHECK(detached[0].name == "HEAD");
}

TEST_CASE("object database: damage is told from absence, and new packs are found") {
  TemporaryFolder folder;
  GitFixture git(folder, "objects");
  ObjectId blob = git.Object("blob", "soon damaged");
  auto repository = Repository::OpenAt(git.directory());
  auto database = repository->NewObjectDatabase();
  ObjectHeader header;
  REQUIRE(database->ReadHeader(blob, &header, nullptr) == ReadStatus::kOk);
  CHECK(header.size == 12);
  CHECK(header.type == ObjectType::kBlob);

  std::string hex = blob.ToHex();
  std::string path = ".git/objects/" + hex.substr(0, 2) + "/" + hex.substr(2);
  git.Remove(path);
  git.Write(path, "not zlib");
  std::string why;
  RawObject object;
  CHECK(database->Read(blob, &object, &why) == ReadStatus::kCorrupt);
  CHECK_FALSE(why.empty());
  CHECK(database->Read(*ObjectId::TryParse(std::string(64, '1')), &object, &why) ==
        ReadStatus::kMissing);

  git.Write("f", "packed later");
  ObjectId later = git.Commit("later");
  git.Remove(path);
  git.Git({"repack", "-q", "-a", "-d"});
  CHECK(database->Read(later, &object, &why) == ReadStatus::kOk);
  CHECK(object.type() == ObjectType::kCommit);
}

TEST_CASE("repository: one that belongs to another user needs safe.directory") {
  if (geteuid() != 0) return;  // nobody else can give a folder away
  TemporaryFolder folder;
  GitFixture git(folder, "foreign");
  std::string home = folder.path() + "/home";
  fs::create_directories(home);
  for (const char* name : {"", "/.git"})
    REQUIRE(chown((git.directory() + name).c_str(), 12345, 12345) == 0);
  const ScopedEnvironment of_user("HOME", home.c_str());
  const ScopedEnvironment xdg("XDG_CONFIG_HOME", nullptr);
  ScopedEnvironment sudo("SUDO_UID", nullptr);
  struct Case {
    std::string value;
    bool opens;
  };
  for (const Case& c : {Case{"", false}, Case{"*", true}, Case{git.directory(), true},
                        Case{folder.path() + "/*", true}, Case{"/elsewhere/*", false},
                        Case{git.directory() + "x", false}}) {
    CAPTURE(c.value);
    GitFixture(home).Write(".gitconfig", "[safe]\n\tdirectory = \"" + c.value + "\"\n");
    std::string error = ErrorOf([&] { Repository::OpenAt(git.directory()); });
    CHECK(error.empty() == c.opens);
    if (!c.opens) CHECK(Has(error, "safe.directory"));
  }
  GitFixture(home).Write(".gitconfig", "");
  ScopedEnvironment caller("SUDO_UID", "12345");
  CHECK(ErrorOf([&] { Repository::OpenAt(git.directory()); }) == "");
}

}  // namespace picket
