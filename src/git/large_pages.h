// Memory for tables of millions of entries that are asked in no order: in pages of 2 MiB, where the
// system gives them, so that a question does not cost a walk through the page tables first.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <limits>
#include <new>

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
    void* const room = ::operator new(bytes, kPage);
    // Only advice, and only for whole pages: the rest of the last one would be memory for nothing.
    const size_t page = static_cast<size_t>(kPage);
    madvise(room, bytes / page * page, MADV_HUGEPAGE);
    return static_cast<T*>(room);
  }
  void deallocate(T* room, size_t count) {
    if (count * sizeof(T) < kLeast) {
      ::operator delete(room);
    } else {
      ::operator delete(room, kPage);
    }
  }

  template <typename Other>
  bool operator==(const LargePages<Other>&) const {
    return true;
  }

 private:
  static constexpr std::align_val_t kPage{size_t{2} << 20};
  static constexpr size_t kLeast = size_t{4} << 20;
};

}  // namespace picket
