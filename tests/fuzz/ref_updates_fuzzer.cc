// What a hook reads from its standard input: every line is understood whole, or the run ends.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/error.h"
#include "git/ref_updates.h"

namespace {

std::string_view WithoutLastNewline(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

// Hex digits are read in either case and written in the lower one.
bool SameText(std::string_view a, std::string_view b) {
  auto lower = [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    std::string again;
    size_t set = 0;
    const picket::RefUpdates updates = picket::ParseRefUpdates(text);
    for (const picket::RefUpdate update : updates) {
      again += update.old_oid.ToHex() + " " + update.new_oid.ToHex() + " " +
               std::string(update.ref) + "\n";
      set += update.new_oid.is_zero() ? 0u : 1u;
    }
    if (updates.AreAnySet() != (set > 0) || updates.AreAllSet() != (set == updates.size())) {
      std::abort();
    }
    if (updates.SetTo().size() != set) std::abort();
    if (!SameText(WithoutLastNewline(text), WithoutLastNewline(again))) std::abort();
  } catch (const picket::Error&) {
  }
  try {
    std::string again;
    for (const picket::Push& push : picket::ParsePushes(text))
      again += push.local_ref + " " + push.local_oid.ToHex() + " " + push.remote_ref + " " +
               push.remote_oid.ToHex() + "\n";
    if (!SameText(WithoutLastNewline(text), WithoutLastNewline(again))) std::abort();
  } catch (const picket::Error&) {
  }
  return 0;
}
