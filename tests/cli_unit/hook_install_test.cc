#include "cli/hook_install.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "cli/hook_shim.h"
#include "core/error.h"

namespace picket {
namespace {

namespace fs = std::filesystem;

// A folder of hooks, without any Git behind it.
struct World {
  World() {
    std::string pattern = (fs::temp_directory_path() / "picket-install.XXXXXX").string();
    root = mkdtemp(pattern.data());
    place.git_dir = place.common_dir = root + "/.git";
    place.worktree = root;
    place.directory = place.default_directory = root + "/.git/hooks";
    fs::create_directories(place.directory);
  }
  ~World() { fs::remove_all(root); }
  void Write(const std::string& name, const std::string& text, mode_t mode = 0755) const {
    const std::string path = place.directory + "/" + name;
    fs::create_directories(fs::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << text;
    chmod(path.c_str(), mode);
  }
  // Path -> mode and content.
  std::map<std::string, std::string> Files() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      struct stat status = {};
      lstat(entry.path().c_str(), &status);
      std::string& file = files[entry.path().string()];
      file = std::to_string(status.st_mode);
      if (!entry.is_regular_file()) continue;
      std::ifstream stream(entry.path(), std::ios::binary);
      file.append(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
    }
    return files;
  }
  std::string root;
  HookPlace place;
};

constexpr const char* kBinary = "/opt/picket";

}  // namespace

TEST_CASE("install: nothing is changed unless everything can be") {
  struct Case {
    const char* name;  // of the one hook that is in the way, the last in order
    const char* text;
    const char* sentence;
  };
  for (const Case& c : std::vector<Case>{
           {"pre-push.before-picket", "x", "one would be lost"},
           {"before-picket/pre-push", "x", "one would be lost"},
       }) {
    CAPTURE(c.name);
    World world;
    world.Write("pre-push", "#!/bin/sh\n");
    world.Write(c.name, c.text);
    auto before = world.Files();
    CHECK_THROWS_WITH_AS(InstallHooks(world.place, HookSide::kLocal, kBinary),
                         doctest::Contains(c.sentence), Error);
    CHECK(world.Files() == before);
  }
  World world;
  world.Write("pre-push", "#!/bin/sh\n. $(dirname $0)/$(basename $0).sh\n");
  auto before = world.Files();
  CHECK_THROWS_WITH_AS(InstallHooks(world.place, HookSide::kLocal, kBinary),
                       doctest::Contains("acts by its own name and folder"), Error);
  CHECK(world.Files() == before);
}

TEST_CASE("install: twice is once, and uninstall is as if never") {
  World world;
  world.Write("pre-commit", "#!/bin/sh\nexit 0\n");
  world.Write("commit-msg", "#!/bin/sh\r\n", 0640);
  world.Write("pre-push", "#!/bin/sh\nx=$(basename $0)\n", 0711);
  world.Write("pre-push.sample", "sample");
  auto before = world.Files();
  HookChanges changes = InstallHooks(world.place, HookSide::kLocal, kBinary);
  CHECK(changes.written == LocalHooks());
  CHECK(changes.kept == std::vector<std::string>{"pre-commit", "pre-push"});
  CHECK(changes.notes.size() == 1);
  auto installed = world.Files();
  changes = InstallHooks(world.place, HookSide::kLocal, kBinary);
  CHECK_FALSE(changes.any());
  CHECK(changes.unchanged == LocalHooks());
  CHECK(world.Files() == installed);
  std::vector<HookChanges> undone = UninstallHooks(world.place, HookSide::kLocal);
  REQUIRE(undone.size() == 1);
  CHECK(undone[0].removed == LocalHooks());
  CHECK(undone[0].restored == std::vector<std::string>{"pre-commit", "commit-msg", "pre-push"});
  CHECK(world.Files() == before);
}

TEST_CASE("install: an interrupted install is taken up again") {
  World world;
  world.Write("pre-push", "#!/bin/sh\nexit 5\n");
  auto before = world.Files();
  const std::string hook = world.place.directory + "/pre-push";
  REQUIRE(link(hook.c_str(), (hook + ".before-picket").c_str()) == 0);
  CHECK(InstallHooks(world.place, HookSide::kLocal, kBinary).kept ==
        std::vector<std::string>{"pre-push"});
  CHECK(ReadHook(hook).is_shim);
  UninstallHooks(world.place, HookSide::kLocal);
  CHECK(world.Files() == before);
}

TEST_CASE("uninstall: a hook that took our place stays, and so does what we kept") {
  World world;
  world.Write("pre-push", "#!/bin/sh\nexit 5\n");
  InstallHooks(world.place, HookSide::kLocal, kBinary);
  world.Write("pre-push", "#!/bin/sh\nexit 6\n");
  std::vector<HookChanges> undone = UninstallHooks(world.place, HookSide::kLocal);
  REQUIRE(undone[0].notes.size() == 1);
  CHECK(undone[0].notes[0].find("pre-push.before-picket") != std::string::npos);
  CHECK(ReadHook(world.place.directory + "/pre-push").text == "#!/bin/sh\nexit 6\n");
  CHECK(ReadHook(world.place.directory + "/pre-push.before-picket").text == "#!/bin/sh\nexit 5\n");
}

TEST_CASE("install: folders that are not ours to write are refused with the reason") {
  struct Case {
    const char* directory;
    const char* sentence;
  };
  for (const Case& c : std::vector<Case>{
           {"/.husky/_", "husky runs the hooks here"},
           {"/.husky", "husky runs the hooks here"},
       }) {
    World world;
    world.place.directory = world.root + c.directory;
    CHECK_THROWS_WITH_AS(InstallHooks(world.place, HookSide::kLocal, kBinary),
                         doctest::Contains(c.sentence), Error);
  }
  World world;
  world.place.foreign = true;
  world.place.scope = "local";
  CHECK_THROWS_WITH_AS(InstallHooks(world.place, HookSide::kLocal, kBinary),
                       doctest::Contains("install as that user"), Error);
  world.place.scope = "";
  CHECK(InstallHooks(world.place, HookSide::kLocal, kBinary).any());
  world.place.directory = "/dev/null";
  CHECK_THROWS_WITH_AS(InstallHooks(world.place, HookSide::kLocal, kBinary),
                       doctest::Contains("Git runs no hooks here"), Error);
}

TEST_CASE("install: pre-receive.d is a place only where something runs it") {
  World world;
  const std::string& hooks = world.place.directory;
  CHECK(PathOfHook(hooks, "pre-receive") == hooks + "/pre-receive");
  fs::create_directories(hooks + "/pre-receive.d");
  CHECK(PathOfHook(hooks, "pre-receive") == hooks + "/pre-receive");
  world.Write("pre-receive", "for h in hooks/pre-receive.d/*; do $h; done\n");
  CHECK(PathOfHook(hooks, "pre-receive") == hooks + "/pre-receive.d/picket");
  world.Write("pre-receive", "for h in hooks/pre-receive.d/*; do $h; done\n", 0644);
  CHECK(PathOfHook(hooks, "pre-receive") == hooks + "/pre-receive");
  world.Write("pre-receive", "exit 0\n");
  CHECK(PathOfHook(hooks, "pre-receive") == hooks + "/pre-receive");
}

TEST_CASE("names are joined as in a sentence") {
  CHECK(JoinNames({}).empty());
  CHECK(JoinNames({"a"}) == "a");
  CHECK(JoinNames({"a", "b"}) == "a and b");
  CHECK(JoinNames({"a", "b", "c"}) == "a, b and c");
}

}  // namespace picket
