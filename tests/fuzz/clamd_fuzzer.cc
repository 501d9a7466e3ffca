// What clamd answers, and where a policy says that it listens.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "scan/clamd_relay.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const picket::ClamdAnswer answer = picket::ParseClamdReply(text);
  const bool clean = answer.kind == picket::ClamdAnswer::Kind::kClean;
  if (clean != (text == "stream: OK") || answer.text.size() > 200) abort();
  for (char c : answer.text) {
    if (c < ' ' || c > '~') abort();
  }
  if (const auto address = picket::ParseClamdAddress(text)) {
    if (address->path.empty() == address->host.empty()) abort();
  }
  return 0;
}
