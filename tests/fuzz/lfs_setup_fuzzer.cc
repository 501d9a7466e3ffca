// Where objects of Git LFS are, as the keeper is told it: paths of a repository's configuration
// stand in it. Whatever the text, no part is longer than it, and what was read is written and read
// again as the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "cli/lfs_setup.h"

namespace {

void Require(bool good) {
  if (!good) std::abort();
}

bool Same(const std::vector<picket::LfsPlace>& a, const std::vector<picket::LfsPlace>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].path != b[i].path || a[i].layout != b[i].layout) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace picket;
  const LfsSetup setup = ReadLfsSetup({reinterpret_cast<const char*>(data), size});
  size_t bytes = setup.memory.size() + setup.trouble.size();
  for (const auto* list : {&setup.places, &setup.required}) {
    for (const LfsPlace& place : *list) {
      Require(!place.path.empty());
      bytes += place.path.size();
    }
  }
  Require(bytes <= size);
  const LfsSetup again = ReadLfsSetup(WriteLfsSetup(setup));
  Require(again.memory == setup.memory && again.uses_cache == setup.uses_cache);
  Require(again.trouble == setup.trouble);
  Require(Same(again.places, setup.places) && Same(again.required, setup.required));
  return 0;
}
