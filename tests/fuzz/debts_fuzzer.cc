// Lists of debts: whatever the bytes, a list or an Error; and what is read is written back as it
// was, but for order and doubles.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/error.h"
#include "scan/debts.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const picket::DebtList list = picket::ParseDebts(text, "debts");
    const std::string written = picket::FormatDebts(list);
    if (list.debts.empty() != written.empty()) std::abort();
    if (written.empty()) return 0;
    if (written.size() > text.size()) std::abort();
    if (picket::FormatDebts(picket::ParseDebts(written, "debts")) != written) std::abort();
  } catch (const picket::Error& error) {
    if (!std::string_view(error.what()).ends_with('.')) std::abort();
  }
  return 0;
}
