#include "cli/hook_watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <utility>

#include "core/error.h"
#include "report/lines.h"

namespace picket {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

constexpr int kCouldNotTell = 2;
// Of the time, what is kept for judging and for writing it down.
constexpr int64_t kPartToJudge = 8;
constexpr int64_t kMostToJudge = 1000;
// A tenth; so that a machine under load gets to say why.
constexpr int64_t kPartToEnd = 10;
constexpr int64_t kLeastToEnd = 250;
constexpr auto kPatience = std::chrono::seconds(10);

sigset_t Signals() {
  sigset_t set;
  sigemptyset(&set);
  for (int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, number);
  return set;
}

std::string Words(int64_t time) {
  if (time % 1000 == 0) return std::to_string(time / 1000) + " s";
  return std::to_string(time) + " ms";
}

// Never waits: a client that does not read must not keep the watch from its clock. False: nobody
// will ever read it.
bool WriteLine(int output, const std::string& line) {
  pollfd ready{output, POLLOUT, 0};
  if (poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0) return true;
  return write(output, line.data(), line.size()) >= 0 || errno != EPIPE;
}

int64_t FindingEnds(int64_t deadline) {
  return deadline - std::min(kMostToJudge, deadline / kPartToJudge);
}

int64_t ProcessEnds(int64_t deadline) {
  return deadline + std::max(kLeastToEnd, deadline / kPartToEnd);
}

}  // namespace

HookWatch::HookWatch(const Options& options)
    : options_(options), next_line_(begin_ + options.interval) {
  sigset_t signals = Signals();
  sigset_t blocked = signals;
  // A file size limit (ulimit -f) is an error of write(2) then, like a full disk.
  sigaddset(&blocked, SIGXFSZ);
  pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
  signals_ = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (signals_ < 0 || wake_ < 0) {
    throw Error(std::string("The hook can't watch for signals (") + std::strerror(errno) +
                "), so nothing was judged; raise the limit of open files.");
  }
  thread_ = std::thread([this] { Watch(); });
}

HookWatch::~HookWatch() {
  done_ = true;
  Wake();
  if (thread_.joinable()) thread_.join();
  if (holds_verdict_) verdict_mutex_.unlock();
  close(signals_);
  close(wake_);
  // The signals stay blocked: the process is about to end with what it has decided.
}

void HookWatch::Wake() const {
  const uint64_t one = 1;
  // It can't fail but where the counter is full, and then the thread wakes too.
  static_cast<void>(!write(wake_, &one, sizeof one));
}

void HookWatch::SetDeadline(uint64_t time) {
  deadline_ = static_cast<int64_t>(time);
  Wake();
}

std::string HookWatch::deadline() const {
  const int64_t deadline = deadline_;
  return deadline == 0 ? "" : Words(deadline);
}

milliseconds HookWatch::Elapsed() const {
  return duration_cast<milliseconds>(Clock::now() - begin_);
}

milliseconds HookWatch::Patience() const {
  const int64_t deadline = deadline_;
  if (deadline == 0) return kPatience;
  return std::clamp(milliseconds(ProcessEnds(deadline)) - Elapsed(), milliseconds(kLeastToEnd),
                    milliseconds(kPatience));
}

StepWatch HookWatch::BeginListing() {
  is_listing_ = true;
  return {.stop = finding(), .done = &listed_, .gone_over = &compared_};
}

std::function<void(const Progress&)> HookWatch::OnScan() {
  is_listing_ = false;
  return [this](const Progress& progress) {
    std::lock_guard lock(progress_mutex_);
    progress_ = progress;
  };
}

void HookWatch::OnEnd(std::function<void(const std::string&)> last_words) {
  std::lock_guard lock(end_mutex_);
  last_words_ = std::move(last_words);
}

void HookWatch::BeginVerdict() {
  // Held to the end: a hook that is being ended never gets beyond this.
  verdict_mutex_.lock();
  holds_verdict_ = true;
}

void HookWatch::End(const std::string& sentence) {
  if (!verdict_mutex_.try_lock()) {
    interrupted_ = true;
    return;
  }
  {
    std::lock_guard lock(end_mutex_);
    if (last_words_) last_words_(sentence);
  }
  WriteLine(options_.output, "picket: " + sentence + "\n");
  // No destructor runs: nothing that they would take away outlives the process.
  _exit(kCouldNotTell);
}

void HookWatch::TakeSignals() {
  signalfd_siginfo info;
  while (read(signals_, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    const char* name = sigabbrev_np(static_cast<int>(info.ssi_signo));
    End(std::string("The hook was stopped by SIG") + (name != nullptr ? name : "?") +
        " before the push was judged, so nothing was let in; push again.");
  }
}

std::string HookWatch::Line() const {
  std::string line = "picket: " + std::to_string(Elapsed().count() / 1000) + " s, ";
  Progress progress;
  {
    std::lock_guard lock(progress_mutex_);
    progress = progress_;
  }
  if (is_listing_ && compared_ > 0) return line + Count(compared_, "new commit") + " compared";
  if (is_listing_) return line + Count(listed_, "commit") + " listed";
  if (progress.items == 0) return line + "getting ready";
  return line + Number(progress.items_done) + " of " + Count(progress.items, "object") + ", " +
         Size(progress.bytes) + " examined";
}

void HookWatch::Tell() {
  next_line_ = Clock::now() + options_.interval;
  if (!options_.tells) return;
  if (!WriteLine(options_.output, Line() + "\n")) {
    End("The client has gone before the push was judged, so nothing was let in.");
  }
}

int HookWatch::NextEvent() const {
  Clock::time_point next = next_line_;
  if (const int64_t deadline = deadline_; deadline != 0) {
    const auto at = [&](int64_t time) { return begin_ + milliseconds(time); };
    if (!finding_.stop_requested()) {
      next = std::min(next, at(FindingEnds(deadline)));
    } else if (!judging_.stop_requested()) {
      next = std::min(next, at(deadline));
    } else if (!interrupted_) {
      next = std::min(next, at(ProcessEnds(deadline)));
    }
  }
  const auto left = duration_cast<milliseconds>(next - Clock::now()).count();
  return static_cast<int>(std::clamp<int64_t>(left + 1, 0, 60'000));
}

void HookWatch::Watch() {
  while (!done_) {
    std::array<pollfd, 3> waiting = {pollfd{wake_, POLLIN, 0}, pollfd{signals_, POLLIN, 0},
                                     pollfd{output_watched_ ? options_.output : -1, 0, 0}};
    if (poll(waiting.data(), waiting.size(), NextEvent()) < 0 && errno != EINTR) return;
    if (done_) return;
    uint64_t count = 0;
    if (waiting[0].revents != 0) static_cast<void>(!read(wake_, &count, sizeof count));
    if (waiting[1].revents != 0) TakeSignals();
    if (waiting[2].revents != 0) {
      output_watched_ = false;
      // POLLNVAL: whoever called the hook gave it no standard error.
      if ((waiting[2].revents & POLLNVAL) == 0)
        End("The client has gone before the push was judged, so nothing was let in.");
    }
    const int64_t elapsed = Elapsed().count();
    if (const int64_t deadline = deadline_; deadline != 0) {
      if (elapsed >= FindingEnds(deadline)) finding_.request_stop();
      if (elapsed >= deadline) judging_.request_stop();
      if (elapsed >= ProcessEnds(deadline) && !interrupted_) {
        End("server.deadline (" + Words(deadline) +
            ") has passed and the work could not be stopped in time, so nothing was let in; push "
            "less at once.");
      }
    }
    if (Clock::now() >= next_line_) Tell();
  }
}

}  // namespace picket
