#include "cli/hook_watch.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <string>
#include <thread>

namespace picket {
namespace {

using std::chrono::milliseconds;

struct Pipe {
  Pipe() { REQUIRE(pipe(ends) == 0); }
  ~Pipe() {
    for (int end : ends)
      if (end >= 0) close(end);
  }
  int ends[2];
};

std::string ReadLine(int fd) {
  std::string line;
  char c = 0;
  while (read(fd, &c, 1) == 1 && c != '\n') line.push_back(c);
  return line;
}

void WaitFor(const std::stop_token& token) {
  while (!token.stop_requested()) std::this_thread::sleep_for(milliseconds(1));
}

// What a hook in a process of its own ends with; `body` gets a watch that writes to `output`.
template <typename Body>
int StatusOf(int output, const Body& body) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::signal(SIGPIPE, SIG_IGN);
    int code = 99;
    {
      HookWatch watch({.tells = true, .interval = milliseconds(20), .output = output});
      code = body(watch);
    }
    _exit(code);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

}  // namespace

TEST_CASE("hook watch: lines come while it lasts, of what it is at, and fit 72 columns") {
  Pipe pipe;
  HookWatch watch({.tells = true, .interval = milliseconds(10), .output = pipe.ends[1]});
  std::string line = ReadLine(pipe.ends[0]);
  CHECK(line.starts_with("picket: 0 s, "));
  const StepWatch listing = watch.BeginListing();
  for (int i = 0; i < 1234; ++i) listing.Count();
  while (line.find("1,234 commits") == std::string::npos) line = ReadLine(pipe.ends[0]);
  for (int i = 0; i < 12; ++i) listing.CountGoneOver();
  while (line.find("12 new commits compared") == std::string::npos) line = ReadLine(pipe.ends[0]);
  const auto tell = watch.OnScan();
  tell({.items_done = 98'765'432,
        .items = 123'456'789,
        .objects = 1,
        .blobs = 1,
        .bytes = uint64_t{123} << 40,
        .findings = 1});
  while (line.find("98,765,432 of 123,456,789 objects, 123.0 TiB") == std::string::npos)
    line = ReadLine(pipe.ends[0]);
  CHECK(line.size() <= 72);
}

TEST_CASE("hook watch: a quick hook tells nothing") {
  Pipe pipe;
  { HookWatch watch({.tells = true, .interval = std::chrono::hours(1), .output = pipe.ends[1]}); }
  close(pipe.ends[1]);
  pipe.ends[1] = -1;
  CHECK(ReadLine(pipe.ends[0]).empty());
}

TEST_CASE("hook watch: what finds is asked to stop before what judges, and both by the deadline") {
  Pipe pipe;
  const int status = StatusOf(pipe.ends[1], [](HookWatch& watch) {
    watch.SetDeadline(40);
    WaitFor(watch.finding());
    WaitFor(watch.judging());
    return watch.deadline() == "40 ms" && watch.IsPast() ? 7 : 8;
  });
  CHECK(status == 7);
  const int endless = StatusOf(pipe.ends[1], [](HookWatch& watch) {
    watch.SetDeadline(10);
    std::this_thread::sleep_for(std::chrono::hours(1));
    return 0;
  });
  CHECK(endless == 2);
}

TEST_CASE(
    "hook watch: a signal ends the hook with 2, whoever is at work, and says the last words") {
  for (int signal : {SIGTERM, SIGINT, SIGHUP}) {
    Pipe pipe;
    Pipe words;
    const int status = StatusOf(pipe.ends[1], [&](HookWatch& watch) {
      watch.OnEnd([&](const std::string& sentence) {
        static_cast<void>(!write(words.ends[1], sentence.data(), sentence.size()));
        static_cast<void>(!write(words.ends[1], "\n", 1));
      });
      kill(getpid(), signal);
      std::this_thread::sleep_for(std::chrono::hours(1));
      return 0;
    });
    CHECK(status == 2);
    CHECK(ReadLine(words.ends[0]).find("nothing was let in") != std::string::npos);
  }
}

TEST_CASE("hook watch: a client that has gone ends the hook") {
  Pipe gone;
  close(gone.ends[0]);
  gone.ends[0] = -1;
  const int ended = StatusOf(gone.ends[1], [](HookWatch&) {
    std::this_thread::sleep_for(std::chrono::hours(1));
    return 0;
  });
  CHECK(ended == 2);
}

TEST_CASE("hook watch: a verdict that is being written is finished, and the signal is told") {
  Pipe pipe;
  const int status = StatusOf(pipe.ends[1], [](HookWatch& watch) {
    watch.BeginVerdict();
    kill(getpid(), SIGTERM);
    while (!watch.WasInterrupted()) std::this_thread::sleep_for(milliseconds(1));
    return 6;
  });
  CHECK(status == 6);
}

}  // namespace picket
