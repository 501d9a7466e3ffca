// What a process that may have been taken over says of a repository: what is read is written as it
// was, and its report is safe on a terminal.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "cli/server_result.h"
#include "report/escape.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto result = picket::ReadServerResult(text)) {
    if (picket::WriteServerResult(*result) != text) abort();
    std::string report = result->report;
    std::erase_if(report, [](char c) { return c == '\n' || c == '\t'; });
    if (picket::EscapeForTerminal(report) != report) abort();
  }
  return 0;
}
