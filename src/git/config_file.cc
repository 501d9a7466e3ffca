#include "git/config_file.h"

#include <git2.h>
#include <unistd.h>

#include "core/error.h"
#include "git/libgit2.h"

namespace picket {
namespace {

// By hand and not by pattern: libgit2 1.5 leaks 10 KiB for each entry that
// git_config_foreach_match() passes over.
int Visit(const git_config_entry* entry, void* payload) {
  ConfigEntry& added = static_cast<std::vector<ConfigEntry>*>(payload)->emplace_back();
  added.name = entry->name;
  if (entry->value != nullptr) added.value = entry->value;
  return 0;
}

}  // namespace

std::vector<ConfigEntry> ListEntries(git_config* config) {
  std::vector<ConfigEntry> entries;
  if (git_config_foreach(config, Visit, &entries) < 0)
    throw Error("The Git configuration can't be read: " + LastLibgit2Error() + ". Correct it.");
  return entries;
}

std::vector<ConfigEntry> ReadConfigFile(const std::string& path) {
  if (access(path.c_str(), F_OK) != 0) return {};
  StartLibgit2();
  Owned<git_config, git_config_free> config;
  if (git_config_open_ondisk(&config.value, path.c_str()) < 0)
    throw Error("The configuration " + path + " can't be read: " + LastLibgit2Error() +
                ". Correct it.");
  return ListEntries(config.value);
}

std::vector<ConfigEntry> ReadUserConfig() {
  StartLibgit2();
  Owned<git_config, git_config_free> config;
  if (git_config_open_default(&config.value) < 0) return {};
  return ListEntries(config.value);
}

const ConfigEntry* FindSetting(std::span<const ConfigEntry> entries, std::string_view name) {
  for (size_t i = entries.size(); i > 0; --i)
    if (entries[i - 1].name == name) return &entries[i - 1];
  return nullptr;
}

bool IsTrue(const ConfigEntry& entry) {
  int on = 0;
  return git_config_parse_bool(&on, entry.value ? entry.value->c_str() : nullptr) == 0 && on != 0;
}

}  // namespace picket
