// Memory in pages of 2 MiB, where the system gives them: tables of millions of entries are asked in
// no order, and each question would cost a walk through the page tables first; and to touch a long
// list for the first time costs more than to fill it, page by page.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <vector>

namespace picket {

// An allocator for containers. What is smaller than a few large pages comes from the heap.
template <typename T>
class LargePages {
 public:
  using value_type = T;

  LargePages() = default;
  template <typename Other>
  LargePages(const LargePages<Other>&) {}

  T* allocate(size_t count) {
    if (count > std::numeric_limits<size_t>::max() / sizeof(T)) throw std::bad_array_new_length();
    const size_t bytes = count * sizeof(T);
    if (bytes < kLeast) return static_cast<T*>(::operator new(bytes));
    // Not from the heap, which keeps what it was given back and would put other things there.
    const size_t whole = InSmallPages(bytes);
    if (whole < bytes || whole + kPage < whole) throw std::bad_alloc();
    void* const mapped =
        mmap(nullptr, whole + kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    uint8_t* const begin = static_cast<uint8_t*>(mapped);
    const size_t before = kPage - reinterpret_cast<uintptr_t>(begin) % kPage;
    uint8_t* const room = begin + before;
    munmap(begin, before);
    if (before < kPage) munmap(room + whole, kPage - before);
    // Only advice, and only for whole pages: the rest of the last one would be memory for nothing.
    madvise(room, bytes / kPage * kPage, MADV_HUGEPAGE);
    return reinterpret_cast<T*>(room);
  }
  void deallocate(T* room, size_t count) {
    if (count * sizeof(T) < kLeast) {
      ::operator delete(room);
    } else {
      munmap(room, InSmallPages(count * sizeof(T)));
    }
  }

  // Of the bytes of a room that was allocated here all but the first `kept`, which are read no more
  // before they are written.
  static void GiveBack(T* room, size_t kept, size_t bytes) {
    const size_t first = InSmallPages(kept);
    if (bytes < kLeast || first >= bytes) return;
    madvise(reinterpret_cast<uint8_t*>(room) + first, InSmallPages(bytes) - first, MADV_DONTNEED);
  }

  template <typename Other>
  bool operator==(const LargePages<Other>&) const {
    return true;
  }

 private:
  static constexpr size_t kPage = size_t{2} << 20;
  static constexpr size_t kSmallPage = size_t{64} << 10;  // no system has larger ones
  static constexpr size_t kLeast = size_t{4} << 20;

  static size_t InSmallPages(size_t bytes) {
    return (bytes + kSmallPage - 1) / kSmallPage * kSmallPage;
  }
};

// As resize() to what is there or less, and gives back what lies behind it: in place, where a copy
// would be a second one of what stays.
template <typename T>
void Truncate(size_t count, std::vector<T, LargePages<T>>* table) {
  const size_t room = table->capacity() * sizeof(T);
  table->resize(count);
  LargePages<T>::GiveBack(table->data(), count * sizeof(T), room);
}

// As reserve(), for lists that are made as long as a push likes. Room that is not used is no
// memory, but for a part of one page.
template <typename T>
void ReserveInLargePages(std::vector<T>* list, size_t count) {
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
