// What Git's plumbing prints: in whatever pieces it comes, the same is read, and it says the same
// again when it is written. The first byte says how long the pieces are.
#include "git/plumbing_text.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace {

void Require(bool good) {
  if (!good) std::abort();
}

std::optional<std::vector<picket::Ref>> ReadRefs(std::string_view text, size_t id_bytes,
                                                 size_t step) {
  try {
    picket::RefLines lines(id_bytes);
    for (; !text.empty(); text.remove_prefix(std::min(step, text.size()))) {
      lines.Add(text.substr(0, step));
    }
    return lines.Finish();
  } catch (const picket::Error& error) {
    Require(std::string_view(error.what()).ends_with('.'));
    return std::nullopt;
  }
}

void TryRefs(std::string_view text, size_t step) {
  for (size_t id_bytes : {size_t{20}, size_t{32}}) {
    const auto refs = ReadRefs(text, id_bytes, text.size() + 1);
    Require(ReadRefs(text, id_bytes, step) == refs);
    if (!refs) continue;
    std::string again;
    for (const picket::Ref& ref : *refs) {
      Require(ref.target.raw().size() == id_bytes && !ref.target.is_zero() && !ref.name.empty());
      again += ref.target.ToHex() + " " + ref.name + "\n";
    }
    Require(ReadRefs(again, id_bytes, step) == refs);
  }
}

void TryConfig(std::string_view text) {
  std::string again;
  for (const picket::ConfigEntry& entry : picket::ParseConfigList(text)) {
    Require(entry.name.find('\n') == std::string::npos);
    again += entry.name + (entry.value ? "\n" + *entry.value : "") + std::string(1, '\0');
  }
  if (!text.empty() && text.back() != '\0') again.pop_back();
  Require(again == text);
}

void TryIdLine(std::string_view text) {
  try {
    const picket::ObjectId oid = picket::ParseIdLine(text, 20, "git rev-parse");
    Require(oid.raw().size() == 20);
    Require(picket::ParseIdLine(oid.ToHex(), 20, "git rev-parse") == oid);
  } catch (const picket::Error& error) {
    Require(std::string_view(error.what()).ends_with('.'));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  TryRefs(text, data[0] % 64 + 1);
  TryConfig(text);
  TryIdLine(text);
  return 0;
}
