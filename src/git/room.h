// Room for lists that a push makes as long as it likes.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace picket {

// As reserve(). To touch a long list for the first time costs more than to fill it, page by page;
// so the system may give it large ones. Room that is not used is no memory, but for a part of one
// page of 2 MiB.
template <typename T>
void MakeRoom(std::vector<T>* list, size_t count) {
  constexpr uintptr_t kLarge = uintptr_t{2} << 20;
  if (count <= list->capacity()) return;
  list->reserve(count);
  const uintptr_t begin = (reinterpret_cast<uintptr_t>(list->data()) + kLarge - 1) & ~(kLarge - 1);
  const uintptr_t end =
      reinterpret_cast<uintptr_t>(list->data() + list->capacity()) & ~(kLarge - 1);
  if (begin < end)
    static_cast<void>(madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE));
}

}  // namespace picket
