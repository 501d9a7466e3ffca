#include <cstdlib>

#include "git/staged.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text = picket::AsText({data, size});
  std::optional<std::vector<picket::RawChange>> changes = picket::TryParseRawChanges(text);
  if (!changes) return 0;
  for (const picket::RawChange& change : *changes) {
    bool inside = change.path.data() >= text.data() &&
                  change.path.data() + change.path.size() < text.data() + text.size();
    if (change.path.empty() || !inside || change.path.find('\0') != std::string_view::npos) abort();
  }
  if (changes->empty() != text.empty()) abort();
  return 0;
}
