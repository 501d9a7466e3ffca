// The small files that Git runs as hooks: what they say, and how to tell them from others.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace picket {

// Hook names are verbs of picket too.
const std::vector<std::string>& LocalHooks();  // pre-commit, pre-merge-commit, commit-msg, pre-push
const std::vector<std::string>& ServerHooks();  // pre-receive

// The text of hooks/<hook>, with `binary` (an absolute path) in place of a search along PATH. The
// hook that was there before is looked for beside the shim, as <hook>.before-picket; or, with
// `in_folder`, under its own name in before-picket/. `options`, words of a shell, come before what
// Git gives the hook.
std::string RenderShim(std::string_view hook, std::string_view binary, bool in_folder,
                       std::string_view options = {});

struct HookFile {
  std::string path;
  bool exists = false;
  bool executable = false;
  bool is_shim = false;  // ours, of this version or another
  std::string binary;    // of a shim: the picket it runs
  std::string text;      // the first 64 KiB; "" for what is not a regular file
};

// Looks at `path`, through a symbolic link for its text and mode. Throws Error for a file that
// can't be read.
HookFile ReadHook(const std::string& path);

// The script looks at the last part of $0, so that under another name it would do something else
// (or nothing, and say so to nobody).
bool UsesOwnName(std::string_view script);
// The text has picket as a word of a command: `picket pre-push`, "/opt/bin/picket" pre-push.
bool CallsPicket(std::string_view script);
// The script looks for files beside itself.
bool UsesOwnFolder(std::string_view script);

}  // namespace picket
