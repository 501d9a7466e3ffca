// .gitattributes and Git's configuration out of a tree: any text is read, and matching takes steps
// in proportion to what is matched.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "git/attributes.h"
#include "git/config_text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const picket::TreeConfigEntry& entry : picket::ParseConfigText(text)) {
    if (entry.key.find('.') == std::string::npos) std::abort();
    if (picket::SplitUrl(entry.value).host.size() > entry.value.size()) std::abort();
  }
  const size_t end = text.find('\n');
  const std::string path(text.substr(0, end));
  text.remove_prefix(end == std::string_view::npos ? size : end + 1);
  const picket::AttributesFile root(text, "");
  const picket::AttributesFile inner(text, "a/");
  uint64_t steps = 0;
  const bool given = picket::IsGivenToLfs({&root, &inner}, path, &steps);
  if (steps > 2 * (2 * size + 2) * (path.size() + 2)) std::abort();
  if (given && !root.speaks_of_filters()) std::abort();
  return 0;
}
