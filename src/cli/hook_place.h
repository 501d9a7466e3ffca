// Where Git looks for a repository's hooks, as Git itself tells it.
#pragma once

#include <string>
#include <vector>

namespace picket {

struct HookPlace {
  std::string git_dir;     // absolute; in a linked worktree its own
  std::string common_dir;  // absolute; the one that all worktrees share
  std::string worktree;    // absolute; "" for a bare repository
  std::string directory;   // absolute: the one folder from which Git runs hooks here
  // <common_dir>/hooks: `directory` itself unless core.hooksPath is set.
  std::string default_directory;
  // core.hooksPath, where it is set: its value, "local", "global", "system", "worktree" or
  // "command", and where that is written ("file:/home/ann/.gitconfig").
  std::string configured;
  std::string scope;
  std::string origin;
  // The Git directory belongs to another user (a server's repositories, seen by root).
  bool foreign = false;
  // A server that runs pre-receive from a place of its own (cli/server_kind.h): the path of the
  // hook, of which `directory` is the folder, and what its shim gives to the verb.
  std::string server_hook;
  std::string shim_options;
  std::string gitolite_home;  // the HOME that gitolite is run with

  bool bare() const { return worktree.empty(); }
  bool shared() const { return scope == "global" || scope == "system"; }
};

// Asks git. `repository` is a worktree, a folder in one, or a Git directory. Works on a repository
// of another user, too: nothing of what its configuration names is run. Throws Error, with Git's
// words, for what is not a repository.
HookPlace FindHooks(const std::string& repository);

// `path` is another user's, whom this process does not act for.
bool IsForeign(const std::string& path);

// Every bare repository at `root` or below, sorted; found ones are not searched further, symbolic
// links are not followed. Throws Error if `root` can't be read.
std::vector<std::string> FindBareRepositories(const std::string& root);

}  // namespace picket
