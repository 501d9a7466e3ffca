// Git's configuration as a list of settings. https://git-scm.com/docs/git-config
//
// Read without a repository, so that a format that libgit2 can't open is found out before anything
// else is asked: by ourselves where it is plain, else by libgit2.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace picket {

struct ConfigEntry {
  // Section and variable in lower case, a subsection as written: "remote.Origin.pushurl".
  std::string name;
  // nullopt for a variable without "=", which stands for true.
  std::optional<std::string> value;
};

// The settings of one file and of what it includes, in their order; none where there is no such
// file. Throws Error where it can't be read.
std::vector<ConfigEntry> ReadConfigFile(const std::string& path);

// Those of the system and the user. Nothing where there are none, or where they can't be read.
std::vector<ConfigEntry> ReadUserConfig();

// Those of the system, the user and the repository whose own file is `own`, as libgit2 has them.
// nullopt where one of the files is not plain (git/plain_config.h), or where libgit2 looks for them
// elsewhere: then it has to be asked, and to load it takes as long as a hook does without it.
std::optional<std::vector<ConfigEntry>> TryReadPlainConfigs(const std::string& own);

// The value that counts, which is the last one; nullptr where there is none.
const ConfigEntry* FindSetting(std::span<const ConfigEntry> entries, std::string_view name);

// As Git reads a boolean; false for what is none.
bool IsTrue(const ConfigEntry& entry);

}  // namespace picket
