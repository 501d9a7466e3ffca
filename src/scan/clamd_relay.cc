#include "scan/clamd_relay.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>

#include "core/error.h"
#include "core/stream.h"

namespace picket {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr size_t kLongestReply = 1024;
constexpr size_t kLongestText = 200;
constexpr size_t kChunk = size_t{1} << 16;
constexpr std::string_view kCommand("zINSTREAM\0", 10);

std::string Printable(std::string_view text) {
  std::string result(text.substr(0, kLongestText));
  for (char& c : result) {
    if (c < ' ' || c > '~') c = '?';
  }
  return result;
}

ClamdAnswer Failed(std::string_view why) { return {ClamdAnswer::Kind::kFailed, Printable(why)}; }

bool WaitFor(int fd, short events, Clock::time_point deadline) {
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) {
      errno = ETIMEDOUT;
      return false;
    }
    pollfd one{fd, events, 0};
    const int ready = poll(&one, 1, static_cast<int>(std::min<int64_t>(left, INT_MAX)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

bool SendAll(int fd, const char* bytes, size_t size, Clock::time_point deadline) {
  while (size > 0) {
    const ssize_t count = send(fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) {
      bytes += count;
      size -= static_cast<size_t>(count);
      continue;
    }
    if (errno == EINTR) continue;
    if ((errno != EAGAIN && errno != EWOULDBLOCK) || !WaitFor(fd, POLLOUT, deadline)) return false;
  }
  return true;
}

ClamdAnswer ReadReply(int fd, Clock::time_point deadline) {
  std::string reply;
  while (true) {
    std::array<char, 256> buffer;
    if (!WaitFor(fd, POLLIN, deadline)) return Failed("it did not answer in time");
    const ssize_t count = recv(fd, buffer.data(), buffer.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Failed(std::string("its answer broke off: ") + std::strerror(errno));
    if (count == 0) return Failed("it closed the connection without an answer");
    reply.append(buffer.data(), static_cast<size_t>(count));
    const size_t end = reply.find('\0');
    if (end != std::string::npos) return ParseClamdReply(reply.substr(0, end));
    if (reply.size() > kLongestReply) return Failed("its answer has no end");
  }
}

// One blob, from the channel to clamd and its answer back. False where the channel ended.
bool ServeOne(int channel, uint64_t size, const std::function<int(std::string*)>& connect,
              milliseconds timeout, ClamdAnswer* answer) {
  const Clock::time_point deadline = Clock::now() + timeout;
  std::string why;
  const int clamd = connect(&why);
  bool sending = clamd >= 0 && SendAll(clamd, kCommand.data(), kCommand.size(), deadline);
  std::string chunk(kChunk, '\0');
  bool whole = true;
  // What is not sent any more is read all the same: the next blob begins behind it.
  for (uint64_t left = size; left > 0;) {
    const size_t count = static_cast<size_t>(std::min<uint64_t>(left, kChunk - 4));
    if (!ReceiveAll(channel, chunk.data() + 4, count)) {
      whole = false;
      break;
    }
    left -= count;
    for (size_t i = 0; i < 4; ++i) chunk[i] = static_cast<char>(count >> (24 - 8 * i));
    sending = sending && SendAll(clamd, chunk.data(), count + 4, deadline);
  }
  if (whole && sending) sending = SendAll(clamd, "\0\0\0\0", 4, deadline);
  if (clamd < 0) {
    *answer = Failed(why);
  } else {
    *answer = ReadReply(clamd, deadline);
    // It can't know that what it has not read is clean.
    if (!sending && answer->kind == ClamdAnswer::Kind::kClean) {
      *answer = Failed("it answered before it had read everything");
    }
    close(clamd);
  }
  return whole;
}

[[noreturn]] void RunChild(int channel, const ClamdAddress& address, milliseconds timeout) {
  // Dies with the parent, and holds nothing of what that has open: Git waits for a hook's output to
  // be closed by everybody.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (dup2(channel, 0) == 0 && close_range(1, ~0U, 0) == 0) {
    ServeClamd(
        0, [&](std::string* why) { return ConnectToClamd(address, timeout, why); }, timeout);
  }
  _exit(0);
}

int Connect(int family, const sockaddr* address, socklen_t length, Clock::time_point deadline,
            std::string* why) {
  const int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) {
    *why = std::strerror(errno);
    return -1;
  }
  int error = connect(fd, address, length) == 0 ? 0 : errno;
  if (error == EINPROGRESS) {
    socklen_t size = sizeof error;
    if (!WaitFor(fd, POLLOUT, deadline) ||
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
      error = errno;
    }
  }
  if (error == 0) return fd;
  *why = std::strerror(error);
  close(fd);
  return -1;
}

}  // namespace

ClamdAnswer ParseClamdReply(std::string_view reply) {
  constexpr std::string_view kStream = "stream: ";
  constexpr std::string_view kFound = " FOUND";
  if (reply == "stream: OK") return {ClamdAnswer::Kind::kClean, ""};
  if (reply.starts_with(kStream) && reply.ends_with(kFound) &&
      reply.size() > kStream.size() + kFound.size()) {
    reply.remove_prefix(kStream.size());
    reply.remove_suffix(kFound.size());
    return {ClamdAnswer::Kind::kFound, Printable(reply)};
  }
  if (reply.empty()) return Failed("its answer was empty");
  return Failed("it answered: " + std::string(reply.substr(0, kLongestText)));
}

int ConnectToClamd(const ClamdAddress& address, milliseconds timeout, std::string* why) {
  const Clock::time_point deadline = Clock::now() + timeout;
  std::string reason;
  int fd = -1;
  if (!address.path.empty()) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    address.path.copy(name.sun_path, sizeof name.sun_path - 1);
    fd = Connect(AF_UNIX, reinterpret_cast<const sockaddr*>(&name), sizeof name, deadline, &reason);
  } else {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int error = getaddrinfo(address.host.c_str(), address.port.c_str(), &hints, &found);
    if (error != 0) reason = gai_strerror(error);
    for (const addrinfo* one = found; one != nullptr && fd < 0; one = one->ai_next) {
      fd = Connect(one->ai_family, one->ai_addr, one->ai_addrlen, deadline, &reason);
    }
    if (found != nullptr) freeaddrinfo(found);
  }
  if (fd < 0) *why = "it can't be reached: " + reason;
  return fd;
}

void ServeClamd(int channel, const std::function<int(std::string*)>& connect,
                milliseconds timeout) {
  std::array<unsigned char, 8> header;
  while (ReceiveAll(channel, reinterpret_cast<char*>(header.data()), header.size())) {
    uint64_t size = 0;
    for (unsigned char byte : header) size = size << 8 | byte;
    ClamdAnswer answer;
    if (!ServeOne(channel, size, connect, timeout, &answer)) return;
    std::string message;
    message += static_cast<char>(answer.kind);
    message += static_cast<char>(answer.text.size());
    message += answer.text;
    if (!SendAll(channel, message)) return;
  }
}

std::unique_ptr<ClamdRelay> ClamdRelay::Start(const ClamdAddress& address, milliseconds timeout) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw Error(std::string("No channel to a virus scanner can be made: ") + std::strerror(errno) +
                "; nothing was judged.");
  }
  const pid_t child = fork();
  if (child == 0) RunChild(ends[1], address, timeout);
  close(ends[1]);
  if (child < 0) {
    const int why = errno;
    close(ends[0]);
    throw Error(std::string("The process that asks the virus scanner can't be started: ") +
                std::strerror(why) + "; nothing was judged.");
  }
  return std::make_unique<ClamdRelay>(ends[0], timeout);
}

// The child keeps the time; this is for one that does not.
constexpr std::chrono::seconds kGrace(5);

ClamdRelay::ClamdRelay(int channel, milliseconds timeout)
    : channel_(channel), timeout_(timeout + kGrace) {
  fcntl(channel_, F_SETFL, fcntl(channel_, F_GETFL) | O_NONBLOCK);
}

ClamdRelay::~ClamdRelay() { Break(); }

void ClamdRelay::Break() {
  if (channel_ >= 0) close(channel_);
  channel_ = -1;
}

bool ClamdRelay::Pass(char* bytes, size_t size, short events, const std::stop_token& stop,
                      Clock::time_point deadline) {
  constexpr milliseconds kLook(50);
  while (size > 0) {
    const ssize_t count =
        events == POLLIN ? read(channel_, bytes, size) : write(channel_, bytes, size);
    if (count > 0) {
      bytes += count;
      size -= static_cast<size_t>(count);
      continue;
    }
    if (count == 0) return false;
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return false;
    const Clock::time_point now = Clock::now();
    if (stop.stop_requested() || now >= deadline) return false;
    WaitFor(channel_, events, std::min(deadline, now + kLook));
  }
  return true;
}

ClamdAnswer ClamdRelay::Scan(Bytes content, const std::stop_token& stop) {
  constexpr const char* kGone = "the process that asks it has ended";
  if (broken()) return Failed(kGone);
  const Clock::time_point deadline = Clock::now() + timeout_;
  std::string header(8, '\0');
  for (size_t i = 0; i < header.size(); ++i) {
    header[i] = static_cast<char>(uint64_t{content.size()} >> (56 - 8 * i));
  }
  std::array<char, 2> head{};
  std::string text(255, '\0');
  // Only ever read from.
  char* bytes = const_cast<char*>(reinterpret_cast<const char*>(content.data()));
  bool answered = Pass(header.data(), header.size(), POLLOUT, stop, deadline) &&
                  Pass(bytes, content.size(), POLLOUT, stop, deadline) &&
                  Pass(head.data(), head.size(), POLLIN, stop, deadline);
  const auto kind = static_cast<unsigned char>(head[0]);
  const auto length = static_cast<unsigned char>(head[1]);
  answered = answered && Pass(text.data(), length, POLLIN, stop, deadline) &&
             kind <= static_cast<unsigned char>(ClamdAnswer::Kind::kFailed);
  if (!answered) {
    Break();
    return Failed(stop.stop_requested() ? "there was no time to wait for it" : kGone);
  }
  text.resize(length);
  return {static_cast<ClamdAnswer::Kind>(kind), Printable(text)};
}

}  // namespace picket
