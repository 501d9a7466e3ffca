// What an audit of a server remembers, with a sum that is right: what is read is written as it was.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "cli/audit_state.h"
#include "core/fingerprint.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr char kRepository[] = "/srv/model.git";
  std::string text(reinterpret_cast<const char*>(data), size);
  picket::ReadJudgedRefs(text, kRepository);
  // Behind the two lines that each file begins with.
  const std::string empty = picket::WriteJudgedRefs({}, kRepository);
  std::string body = empty.substr(0, empty.find('\n', empty.find('\n') + 1) + 1) + text;
  body += picket::ToHex(picket::AsBytes(picket::Sha256(picket::AsBytes(body)))) + "\n";
  if (const auto judged = picket::ReadJudgedRefs(body, kRepository)) {
    const auto again =
        picket::ReadJudgedRefs(picket::WriteJudgedRefs(*judged, kRepository), kRepository);
    if (!again || *again != *judged) abort();
  }
  return 0;
}
