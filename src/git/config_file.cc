#include "git/config_file.h"

#include <git2.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "core/environment.h"
#include "core/error.h"
#include "git/libgit2.h"
#include "git/plain_config.h"

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

std::optional<std::vector<ConfigEntry>> TryReadPlain(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  if (file) text.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  return file ? TryParsePlainConfig(text) : std::nullopt;
}

// Where libgit2 looks for the system's and the user's settings, from the lowest priority to the
// highest: git_sysdir_guess_*_dirs in its src/util/sysdir.c. nullopt where it asks elsewhere.
std::optional<std::vector<std::string>> UserConfigFiles() {
  const char* const home = GetVariable("HOME");
  if (getuid() != geteuid() || home == nullptr || *home != '/') return std::nullopt;
  const char* const xdg = GetVariable("XDG_CONFIG_HOME");
  const std::string of_xdg =
      xdg == nullptr || *xdg == '\0' ? std::string(home) + "/.config" : std::string(xdg);
  if (!of_xdg.starts_with('/')) return std::nullopt;
  return {{"/etc/gitconfig", of_xdg + "/git/config", std::string(home) + "/.gitconfig"}};
}

std::optional<std::vector<ConfigEntry>> TryReadAllPlain(const std::vector<std::string>& paths) {
  std::vector<ConfigEntry> entries;
  for (const std::string& path : paths) {
    std::error_code code;
    const std::filesystem::file_status status = std::filesystem::status(path, code);
    if (status.type() == std::filesystem::file_type::not_found) continue;
    if (!std::filesystem::is_regular_file(status)) return std::nullopt;
    std::optional<std::vector<ConfigEntry>> more = TryReadPlain(path);
    if (!more) return std::nullopt;
    std::move(more->begin(), more->end(), std::back_inserter(entries));
  }
  return entries;
}

}  // namespace

std::vector<ConfigEntry> ListEntries(git_config* config) {
  std::vector<ConfigEntry> entries;
  if (StartLibgit2().git_config_foreach(config, Visit, &entries) < 0)
    throw Error("The Git configuration can't be read: " + LastLibgit2Error() + ". Correct it.");
  return entries;
}

std::vector<ConfigEntry> ReadConfigFile(const std::string& path) {
  std::error_code code;
  const std::filesystem::file_status status = std::filesystem::status(path, code);
  if (status.type() == std::filesystem::file_type::not_found) return {};
  // libgit2 would wait for a pipe.
  if (!std::filesystem::is_regular_file(status))
    throw Error("The configuration " + path + " is no file that can be read. Correct it.");
  if (std::optional<std::vector<ConfigEntry>> plain = TryReadPlain(path)) return std::move(*plain);
  Owned<git_config, &Libgit2::git_config_free> config;
  if (StartLibgit2().git_config_open_ondisk(&config.value, path.c_str()) < 0)
    throw Error("The configuration " + path + " can't be read: " + LastLibgit2Error() +
                ". Correct it.");
  return ListEntries(config.value);
}

std::vector<ConfigEntry> ReadUserConfig() {
  if (const std::optional<std::vector<std::string>> paths = UserConfigFiles()) {
    if (std::optional<std::vector<ConfigEntry>> plain = TryReadAllPlain(*paths))
      return std::move(*plain);
  }
  Owned<git_config, &Libgit2::git_config_free> config;
  if (StartLibgit2().git_config_open_default(&config.value) < 0) return {};
  return ListEntries(config.value);
}

std::optional<std::vector<ConfigEntry>> TryReadPlainConfigs(const std::string& own) {
  std::optional<std::vector<std::string>> paths = UserConfigFiles();
  if (!paths) return std::nullopt;
  paths->push_back(own);
  return TryReadAllPlain(*paths);
}

const ConfigEntry* FindSetting(std::span<const ConfigEntry> entries, std::string_view name) {
  for (size_t i = entries.size(); i > 0; --i)
    if (entries[i - 1].name == name) return &entries[i - 1];
  return nullptr;
}

bool IsTrue(const ConfigEntry& entry) {
  if (!entry.value) return true;
  if (*entry.value == "true") return true;
  if (*entry.value == "false") return false;
  int on = 0;
  return StartLibgit2().git_config_parse_bool(&on, entry.value->c_str()) == 0 && on != 0;
}

}  // namespace picket
