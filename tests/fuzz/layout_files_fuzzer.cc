// The small files of a Git directory: what is taken from them stands in them.
#include "git/layout_files.h"

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

void CheckPath(const std::optional<std::string>& path, std::string_view text) {
  if (!path) return;
  if (path->empty() || path->find('\0') != std::string::npos || path->back() == '\n') std::abort();
  if (text.find(*path) == std::string_view::npos) std::abort();
}

void CheckIds(std::string_view text, size_t id_bytes) {
  const std::optional<std::vector<picket::ObjectId>> ids = picket::ParseIdFile(text, id_bytes);
  if (!ids) return;
  std::string again;
  for (const picket::ObjectId& id : *ids) {
    if (id.raw().size() != id_bytes) std::abort();
    again += id.ToHex() + "\n";
  }
  if (again.size() > text.size() + 1 || picket::ParseIdFile(again, id_bytes) != ids) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::optional<std::string> link = picket::ParseGitFile(text);
  CheckPath(link, text);
  CheckPath(picket::ParsePathFile(text), text);
  // Whatever is a .git file names what the rest of it does as a path.
  if (link && picket::ParsePathFile(text.substr(8)) != link) std::abort();
  for (const size_t id_bytes : {size_t{20}, size_t{32}}) CheckIds(text, id_bytes);
  return 0;
}
