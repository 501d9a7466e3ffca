#include "support/shard.h"

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace picket {

Shard ThisShard() {
  const char* text = std::getenv("PICKET_SHARD");
  if (text == nullptr) return {};
  size_t number = 0;
  size_t count = 0;
  char rest = 0;
  if (std::sscanf(text, "%zu/%zu%c", &number, &count, &rest) != 2 || number < 1 || number > count) {
    throw std::runtime_error("PICKET_SHARD is \"" + std::string(text) + "\", not like 2/4.");
  }
  return {number - 1, count};
}

}  // namespace picket
