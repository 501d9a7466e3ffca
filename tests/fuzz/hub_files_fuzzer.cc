// The small files beside a model: settings in JSON, and chat templates, each by its own name.
#include "weight_format.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  for (const char* name : {"tokenizer_config.json", "chat_template.jinja"}) {
    picket::FuzzFormat(picket::ReadChatTemplate, name, data, size);
  }
  return picket::FuzzFormat(picket::ReadHubConfig, "config.json", data, size);
}
