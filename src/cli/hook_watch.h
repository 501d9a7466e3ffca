// Looks after a hook that may run long, from a thread of its own: its deadline, a line now and then
// for whoever waits, signals, and a client that has gone.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "core/watch.h"
#include "scan/scanner.h"

namespace picket {

// Made first thing in a hook, before any other thread: SIGTERM, SIGINT and SIGHUP are blocked in
// all threads as long as it lives and are its own to take.
//
// What ends the hook early (a signal; nobody reads standard error any more; the deadline, where the
// work did not stop when it was asked to) ends the process with status 2 and a sentence on standard
// error: nothing is let in. Only between BeginVerdict() and the end it does not: then what is being
// written is finished, and WasInterrupted() tells.
class HookWatch {
 public:
  struct Options {
    // Whether lines are told, and how often.
    bool tells = true;
    std::chrono::milliseconds interval = std::chrono::seconds(4);
    // Where they go, and whose reader is the client.
    int output = 2;
  };

  explicit HookWatch(const Options& options);
  ~HookWatch();
  HookWatch(const HookWatch&) = delete;
  HookWatch& operator=(const HookWatch&) = delete;

  // Milliseconds from the making of this. What finds and what judges are asked to stop a little
  // before it and at it; a tenth later (at least a quarter of a second) the process ends.
  void SetDeadline(uint64_t milliseconds);
  // "4 s", for sentences; "" without a deadline.
  std::string deadline() const;
  bool IsPast() const { return judging_.stop_requested(); }
  // What is left of the time in which locks may be waited for.
  std::chrono::milliseconds Patience() const;
  std::chrono::milliseconds Elapsed() const;

  // For what lists and scans, and for what judges.
  std::stop_token finding() const { return finding_.get_token(); }
  std::stop_token judging() const { return judging_.get_token(); }

  // "listing commits": told with what StepWatch counts.
  StepWatch BeginListing();
  // For ScanOptions::on_progress; must not outlive this.
  std::function<void(const Progress&)> OnScan();

  // Called from the watch's thread, before it ends the process, with the sentence; at most once.
  // Never throws.
  void OnEnd(std::function<void(const std::string&)> last_words);

  // From here on the hook is not ended any more.
  void BeginVerdict();
  // It would have been.
  bool WasInterrupted() const { return interrupted_.load(); }

 private:
  using Clock = std::chrono::steady_clock;

  void Watch();
  void TakeSignals();
  // False where the process goes on.
  void End(const std::string& sentence);
  void Tell();
  std::string Line() const;
  int NextEvent() const;
  void Wake() const;

  const Options options_;
  const Clock::time_point begin_ = Clock::now();
  std::atomic<int64_t> deadline_{0};  // milliseconds; 0: none
  std::stop_source finding_;
  std::stop_source judging_;
  std::atomic<uint64_t> listed_{0};
  std::atomic<uint64_t> compared_{0};
  std::atomic<bool> is_listing_{false};
  mutable std::mutex progress_mutex_;
  Progress progress_;
  std::mutex end_mutex_;
  std::function<void(const std::string&)> last_words_;
  std::mutex verdict_mutex_;
  bool holds_verdict_ = false;
  std::atomic<bool> interrupted_{false};
  std::atomic<bool> done_{false};
  Clock::time_point next_line_;
  bool output_watched_ = true;
  int signals_ = -1;
  int wake_ = -1;
  std::thread thread_;
};

}  // namespace picket
