// Pointers of Git LFS: what is one is whole, and stays one with blanks around it and anything
// behind the bytes that git-lfs reads. And the file of verified ids: what is read is written again.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "git/lfs_memory.h"
#include "git/lfs_pointer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using picket::AsBytes;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto files = picket::TryParseLfsMemory(text)) {
    if (picket::WriteLfsMemory(*files) != text) std::abort();
  }
  const auto pointer = picket::TryParseLfsPointer(AsBytes(text));
  if (!pointer) return 0;
  if (pointer->oid.raw().size() != 32 || pointer->size > INT64_MAX) std::abort();
  if (pointer->has_more != (size >= 1024)) std::abort();
  if (text.find("sha256:" + pointer->oid.ToHex()) == std::string::npos) std::abort();
  if (size >= 400) return 0;
  const std::string longer = " \n" + text + std::string(1100, ' ') + "anything";
  const auto same = picket::TryParseLfsPointer(AsBytes(longer));
  if (!same || same->oid != pointer->oid || same->size != pointer->size) std::abort();
  return 0;
}
