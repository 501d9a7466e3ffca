// Has the system clear the pages of a long list on a thread of its own, before they are written: to
// clear them takes longer than to fill them, and whoever lists is mostly alone.
#pragma once

#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <system_error>
#include <thread>
#include <vector>

namespace picket {

class PagesAhead {
 public:
  PagesAhead() = default;
  ~PagesAhead() { Join(); }
  PagesAhead(const PagesAhead&) = delete;
  PagesAhead& operator=(const PagesAhead&) = delete;

  // The first `count` entries of what is reserved for `list`, which may be moved meanwhile: then
  // this does nothing useful, and no harm, since what a page holds is not touched. They become
  // memory whether they are needed or not, so no more than a few megabytes are taken.
  template <typename T>
  void Clear(const std::vector<T>& list, size_t count) {
    constexpr uintptr_t kPage = 4096;
    const size_t bytes = std::min(std::min(count, list.capacity()) * sizeof(T), kMost);
    if (bytes < kLeast) return;
    const uintptr_t begin = (reinterpret_cast<uintptr_t>(list.data()) + kPage - 1) & ~(kPage - 1);
    const uintptr_t end = (reinterpret_cast<uintptr_t>(list.data()) + bytes) & ~(kPage - 1);
    Join();
    try {
      thread_ = std::thread([begin, end] { Populate(begin, end); });
    } catch (const std::system_error&) {
      // Then they are cleared when they are needed.
    }
  }

 private:
  static constexpr size_t kLeast = size_t{2} << 20;
  static constexpr size_t kMost = size_t{16} << 20;

  static void Populate(uintptr_t begin, uintptr_t end) {
#ifdef MADV_POPULATE_WRITE
    // Only advice: older systems don't know it.
    constexpr uintptr_t kStep = uintptr_t{2} << 20;
    for (uintptr_t at = begin; at < end;) {
      const uintptr_t next = std::min((at + kStep) & ~(kStep - 1), end);
      if (madvise(reinterpret_cast<void*>(at), next - at, MADV_POPULATE_WRITE) != 0) return;
      at = next;
    }
#else
    static_cast<void>(begin + end);
#endif
  }
  void Join() {
    if (thread_.joinable()) thread_.join();
  }

  std::thread thread_;
};

}  // namespace picket
