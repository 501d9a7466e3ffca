// The lists of other tools: entries that can be looked up, complaints, or an Error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/error.h"
#include "scan/foreign_ignores.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    for (const picket::ForeignIgnore& one : picket::ParseForeignIgnores(text, "list").entries) {
      if (one.name.empty()) std::abort();
      if (!one.complaint.empty()) continue;
      if (one.sha1.empty() && (one.path.empty() || one.line == 0)) std::abort();
    }
  } catch (const picket::Error& error) {
    if (!std::string_view(error.what()).ends_with('.')) std::abort();
  }
  return 0;
}
