// A repository's configuration: what is read by ourselves libgit2 reads the same.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "git/libgit2.h"
#include "git/plain_config.h"

namespace {

using Entries = std::vector<picket::ConfigEntry>;

std::optional<Entries> ReadByLibgit2(std::string_view text) {
  const int file = memfd_create("config", MFD_CLOEXEC);
  if (file < 0 || write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    std::abort();
  const std::string path = "/proc/self/fd/" + std::to_string(file);
  std::optional<Entries> entries;
  {
    picket::Owned<git_config, &picket::Libgit2::git_config_free> config;
    if (picket::StartLibgit2().git_config_open_ondisk(&config.value, path.c_str()) == 0)
      entries = picket::ListEntries(config.value);
  }
  close(file);
  return entries;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::optional<Entries> plain = picket::TryParsePlainConfig(text);
  if (!plain) return 0;
  for (const picket::ConfigEntry& entry : *plain) {
    if (entry.name.find('.') == std::string::npos) std::abort();
    if (entry.value && entry.value->size() > text.size()) std::abort();
  }
  const std::optional<Entries> other = ReadByLibgit2(text);
  if (!other || other->size() != plain->size()) std::abort();
  for (size_t i = 0; i < plain->size(); ++i) {
    if ((*other)[i].name != (*plain)[i].name || (*other)[i].value != (*plain)[i].value)
      std::abort();
  }
  return 0;
}
