// The hooks that were there before picket, and its own: looked at, never run. The file is the
// input, and the input as what a shim calls.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include "cli/hook_shim.h"
#include "support/git_fixture.h"

namespace {

picket::HookFile Read(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
  return picket::ReadHook(path);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const picket::test::TemporaryFolder folder;
  static const std::string path = folder.path() + "/hook";
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const picket::HookFile file = Read(path, text);
  if (!file.exists || file.text != text) std::abort();
  if (!file.is_shim && !file.binary.empty()) std::abort();
  const bool all =
      picket::UsesOwnName(text) && picket::UsesOwnFolder(text) && picket::CallsPicket(text);
  if (all && text.find("picket") == std::string_view::npos) std::abort();
  // A path has no byte 0, and no line break where anybody can help it.
  if (text.size() > 300 || text.find_first_of(std::string_view("\0\n", 2)) != text.npos) return 0;
  const picket::HookFile ours =
      Read(path, picket::RenderShim("pre-push", text, size % 2 == 0, "--policy 'a b'"));
  if (!ours.is_shim || ours.binary != text) std::abort();
  if (!picket::CallsPicket("'" + path + "/picket' pre-push")) std::abort();
  return 0;
}
