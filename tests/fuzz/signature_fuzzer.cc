#include <cstdlib>

#include "core/bytes.h"
#include "git/signature.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text = picket::AsText({data, size});
  for (const char* key : {"author", "tagger"}) {
    std::string_view line = picket::FindHeader(text, key);
    if (line.find('\n') != std::string_view::npos) abort();
    picket::Signature signature = picket::ParseSignature(line);
    if (!signature.date.empty() && signature.date.size() != 25) abort();
  }
  picket::ParseSignature(text);
  return 0;
}
