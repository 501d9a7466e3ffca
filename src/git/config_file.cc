#include "git/config_file.h"

#include <git2.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

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
  Owned<git_config, &Libgit2::git_config_free> config;
  if (StartLibgit2().git_config_open_default(&config.value) < 0) return {};
  return ListEntries(config.value);
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
