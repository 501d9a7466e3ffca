// Lists of alternates: entries are never empty, and text without quotes and comments is only split.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/error.h"
#include "git/alternates.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  for (char separator : {'\n', ':'}) {
    try {
      std::string joined;
      for (const std::string& entry : picket::ParseAlternates(text, separator, "fuzzer")) {
        if (entry.empty()) std::abort();
        joined += entry;
      }
      if (joined.size() > size) std::abort();
      if (text.find_first_of("\"#") != std::string_view::npos) continue;
      std::string plain(text);
      std::erase(plain, separator);
      if (plain != joined) std::abort();
    } catch (const picket::Error&) {
    }
  }
  return 0;
}
