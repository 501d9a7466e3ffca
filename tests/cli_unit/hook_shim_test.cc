#include "cli/hook_shim.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "core/error.h"

namespace picket {
namespace {

namespace fs = std::filesystem;

struct Folder {
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "picket-shim.XXXXXX").string();
    path = mkdtemp(pattern.data());
  }
  ~Folder() { fs::remove_all(path); }
  std::string Write(const std::string& name, const std::string& text, mode_t mode) const {
    std::string file = path + "/" + name;
    std::ofstream(file, std::ios::binary) << text;
    chmod(file.c_str(), mode);
    return file;
  }
  std::string path;
};

std::vector<std::string> AllHooks() {
  std::vector<std::string> hooks = LocalHooks();
  hooks.insert(hooks.end(), ServerHooks().begin(), ServerHooks().end());
  return hooks;
}

}  // namespace

TEST_CASE("shim: what is written is read back, whatever the binary's path") {
  const Folder folder;
  for (const std::string& hook : AllHooks()) {
    for (const std::string binary : {"/usr/local/bin/picket", "/o'brien/my tools/picket",
                                     "/a$(b)`c`\"d\"/\\e", "/new\nline"}) {
      for (bool in_folder : {false, true}) {
        CAPTURE(hook);
        CAPTURE(binary);
        std::string path = folder.Write(hook, RenderShim(hook, binary, in_folder), 0755);
        HookFile file = ReadHook(path);
        CHECK(file.exists);
        CHECK(file.executable);
        CHECK(file.is_shim);
        CHECK(file.binary == binary);
        CHECK((file.text.find("/before-picket/") != std::string::npos) == in_folder);
        CHECK((file.text.find("$0.before-picket") == std::string::npos) == in_folder);
      }
    }
  }
  CHECK_THROWS_AS(RenderShim("post-commit", "/bin/picket", false), Error);
}

TEST_CASE("shim: a path that looks like what is replaced in the shim stays as it is") {
  const Folder folder;
  for (const std::string binary : {"/a\"$picket\" pre-push /picket", "/$0.before-picket/picket"}) {
    CAPTURE(binary);
    const std::string shim = RenderShim("pre-push", binary, true, "--policy /p");
    CHECK(ReadHook(folder.Write("pre-push", shim, 0755)).binary == binary);
  }
}

TEST_CASE("shim: other files are told from ours") {
  const Folder folder;
  CHECK_FALSE(ReadHook(folder.path + "/none").exists);
  HookFile plain = ReadHook(folder.Write("plain", "#!/bin/sh\nexec picket pre-commit\n", 0644));
  CHECK(plain.exists);
  CHECK_FALSE(plain.executable);
  CHECK_FALSE(plain.is_shim);
  HookFile crlf = ReadHook(folder.Write("crlf", "#!/bin/sh\r\nexit 0\r\n", 0755));
  CHECK(crlf.text == "#!/bin/sh\r\nexit 0\r\n");
  // The mark deep inside is a quotation, and a link to a shim is not a shim.
  std::string shim = RenderShim("pre-push", "/bin/picket", false);
  CHECK_FALSE(ReadHook(folder.Write("quote", std::string(4000, '#') + shim, 0755)).is_shim);
  folder.Write("shim", shim, 0755);
  fs::create_symlink("shim", folder.path + "/link");
  CHECK(ReadHook(folder.path + "/link").exists);
  CHECK_FALSE(ReadHook(folder.path + "/link").is_shim);
  fs::create_symlink("nowhere", folder.path + "/dangling");
  CHECK(ReadHook(folder.path + "/dangling").exists);
  CHECK_FALSE(ReadHook(folder.path + "/dangling").executable);
  HookFile large = ReadHook(folder.Write("large", std::string(200000, 'x'), 0755));
  CHECK(large.text.size() == size_t{1} << 16);
}

TEST_CASE("shim: hooks that act by their own name or folder are recognised") {
  struct Case {
    const char* script;
    bool name;
    bool folder;
  };
  for (const Case& c : std::vector<Case>{
           {"#!/bin/sh\nhook=$(basename \"$0\")\n", true, false},
           {"#!/bin/sh\nhook=$(basename $0)", true, false},
           {"#!/bin/sh\nhook=${0##*/}\n", true, false},
           {"#!/bin/bash\nn=$(basename \"${BASH_SOURCE[0]}\")\n", true, false},
           {"#!/usr/bin/env python3\nname = os.path.basename(sys.argv[0])\n", true, false},
           {"#!/usr/bin/env ruby\ntype = File.basename($0)\n", true, false},
           {"#!/bin/sh\n. \"$(dirname -- \"$0\")/_/husky.sh\"\n", false, true},
           {"#!/bin/sh\n. \"${0%/*}/common\"\n", false, true},
           {"#!/bin/sh\nn=$(basename $0)\n. $(dirname $0)/h\n", true, true},
           {"#!/bin/sh\n# basename $0 is not used\nexit 0\n", false, false},
           {"#!/bin/sh\ngit lfs pre-push \"$@\"\n", false, false},
           {"#!/bin/sh\nfile=$(basename \"$1\")\n", false, false},
           {"", false, false},
       }) {
    CAPTURE(c.script);
    CHECK(UsesOwnName(c.script) == c.name);
    CHECK(UsesOwnFolder(c.script) == c.folder);
  }
}

TEST_CASE("shim: a call of picket is a word, not a part of one") {
  struct Case {
    const char* script;
    bool calls;
  };
  for (const Case& c : std::vector<Case>{
           {"picket pre-push \"$@\"", true},
           {"#!/bin/sh\n  exec '/opt/bin/picket' pre-commit\n", true},
           {"\"/opt/bin/picket\" pre-commit\n", true},
           {"entry: picket pre-commit\n", true},
           {"# picket pre-commit\n", false},
           {"/home/ann/picket-tools/run\n", false},
           {"cd /home/ann/picket && make\n", true},
           {"wicket pre-commit; xpicket y\n", false},
           {"picket", false},
       }) {
    CAPTURE(c.script);
    CHECK(CallsPicket(c.script) == c.calls);
  }
}

}  // namespace picket
