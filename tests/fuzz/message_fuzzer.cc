#include <algorithm>
#include <cstdlib>

#include "git/message.h"

// The first byte chooses the options, the rest is the file.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  picket::MessageOptions options;
  options.edited = (data[0] & 1U) != 0;
  options.verbose = (data[0] & 2U) != 0;
  if ((data[0] & 4U) != 0) options.comment = "auto";
  if ((data[0] & 8U) != 0) options.comment = "//";
  options.cleanup = static_cast<picket::CleanupMode>((data[0] >> 4) % 5);
  std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  if (data[0] >= 0x80) {
    // The first lines as what Git says of the configuration.
    const size_t end = std::min(text.find("\n\n"), text.size());
    picket::ReadMessageSettings(text.substr(0, end), &options);
    text.remove_prefix(end);
    if (options.comment.empty()) abort();
  }
  std::string kept = picket::KeptMessage(text, options);
  if (!options.edited && !options.verbose && kept != text) abort();
  // Line by line it is the text or nothing, so that line numbers hold.
  std::string_view rest = kept;
  while (!rest.empty()) {
    size_t end = std::min(rest.find('\n'), rest.size());
    size_t text_end = std::min(text.find('\n'), text.size());
    std::string_view line = rest.substr(0, end);
    if (!line.empty() && line != text.substr(0, text_end)) abort();
    rest.remove_prefix(std::min(end + 1, rest.size()));
    text.remove_prefix(std::min(text_end + 1, text.size()));
  }
  return 0;
}
