#include "cli/build_id.h"

#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/bytes.h"

namespace picket {
namespace {

size_t Padded(size_t size) { return (size + 3) / 4 * 4; }

// The notes of one segment: a header, a name and a description each, padded to four bytes.
std::string FindBuildId(Bytes notes) {
  while (notes.size() >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) header;
    std::memcpy(&header, notes.data(), sizeof(header));
    notes = notes.subspan(sizeof(header));
    const size_t name = Padded(header.n_namesz);
    if (name > notes.size() || header.n_descsz > notes.size() - name) break;
    const bool is_gnu = header.n_namesz == sizeof(ELF_NOTE_GNU) &&
                        std::memcmp(notes.data(), ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)) == 0;
    if (is_gnu && header.n_type == NT_GNU_BUILD_ID) {
      return std::string(AsText(notes.subspan(name, header.n_descsz)));
    }
    notes = notes.subspan(std::min(notes.size(), name + Padded(header.n_descsz)));
  }
  return {};
}

// The program itself is the first that is told of.
int ReadProgram(dl_phdr_info* info, size_t, void* found) {
  for (ElfW(Half) i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    if (header.p_type != PT_NOTE) continue;
    const auto* notes = reinterpret_cast<const uint8_t*>(info->dlpi_addr + header.p_vaddr);
    std::string id = FindBuildId(Bytes(notes, header.p_memsz));
    if (id.empty()) continue;
    *static_cast<std::string*>(found) = std::move(id);
    break;
  }
  return 1;
}

}  // namespace

std::string BuildId() {
  std::string id;
  dl_iterate_phdr(&ReadProgram, &id);
  return id;
}

}  // namespace picket
