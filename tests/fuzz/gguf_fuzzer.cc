// The GGUF reader and the template's judge.
#include "weight_format.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return picket::FuzzFormat(picket::ReadGguf, "chat_template.jinja", data, size);
}
