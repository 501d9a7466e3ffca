// A loop over chunks of a list, dealt to threads through an atomic index.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace picket {

// Calls `make_worker()` once in each of `threads` threads (1 or more; 1 stays on the caller's), and
// the callable that it returns as worker(begin, end) for consecutive chunks of [0, count). Which
// thread gets which chunk is not determined. The first exception ends the loop and is thrown here.
template <typename MakeWorker>
void ForEachChunk(size_t count, size_t chunk, unsigned threads, const MakeWorker& make_worker) {
  std::atomic<size_t> next{0};
  std::exception_ptr failure;
  std::mutex failure_mutex;
  auto run = [&] {
    try {
      auto worker = make_worker();
      for (size_t begin; (begin = next.fetch_add(chunk)) < count;) {
        worker(begin, std::min(count, begin + chunk));
      }
    } catch (...) {
      std::lock_guard lock(failure_mutex);
      if (!failure) failure = std::current_exception();
      next = count;
    }
  };
  size_t useful = std::min<size_t>(threads, (count + chunk - 1) / chunk);
  std::vector<std::thread> others;
  try {
    for (size_t i = 1; i < useful; ++i) others.emplace_back(run);
  } catch (const std::system_error&) {
    // The system has no thread to give: those that run do the work.
  }
  run();
  for (std::thread& thread : others) thread.join();
  if (failure) std::rethrow_exception(failure);
}

// Calls both, each once: at the same time where there are two threads for it.
template <typename First, typename Second>
void CallBoth(unsigned threads, const First& first, const Second& second) {
  ForEachChunk(2, 1, threads, [&] {
    return [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) i == 0 ? first() : second();
    };
  });
}

}  // namespace picket
