// Files of refs: every line is understood whole, or the file is left to somebody else.
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "git/ref_files.h"

namespace {

void ReadPacked(std::string_view text, size_t id_bytes) {
  const std::optional<std::vector<picket::Ref>> refs = picket::ParsePackedRefs(text, id_bytes);
  if (!refs) return;
  std::string again;
  for (const picket::Ref& ref : *refs) {
    if (!picket::IsSoundRefName(ref.name) || ref.target.raw().size() != id_bytes) std::abort();
    if (text.find(" " + ref.name + "\n") == std::string_view::npos) std::abort();
    again += ref.target.ToHex() + " " + ref.name + "\n";
  }
  if (picket::ParsePackedRefs(again, id_bytes) != refs) std::abort();
}

void ReadOne(std::string_view text, size_t id_bytes) {
  const picket::RefFile file = picket::ParseRefFile(text, id_bytes);
  if (file.target && (!file.link.empty() || file.target->is_zero())) std::abort();
  if (!file.link.empty() && !picket::IsSoundRefName(file.link)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const size_t id_bytes : {size_t{20}, size_t{32}}) {
    ReadPacked(text, id_bytes);
    ReadOne(text, id_bytes);
  }
  return 0;
}
