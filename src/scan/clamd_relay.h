// clamd asked through a process of our own, so that the one that judges needs no socket of its own
// to anybody: a child is forked before anything hostile is read, connects for each blob, and hands
// a short answer back over a socketpair. The parent uses read(2), write(2) and poll(2) only.
//
// clamd(8): "zINSTREAM\0", chunks of a 4-byte length in network order and as many bytes, a chunk of
// length 0; the answer ends with a NUL: "stream: OK", "stream: NAME FOUND", or "... ERROR".
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "scan/policy_malware.h"

namespace picket {

struct ClamdAnswer {
  enum class Kind : uint8_t { kClean, kFound, kFailed };
  Kind kind = Kind::kFailed;
  // kFound: the signature's name. kFailed: a clause. Printable ASCII, 200 bytes at most.
  std::string text;

  bool operator==(const ClamdAnswer&) const = default;
};

// `reply` without the final NUL. Whatever it is, it is clean only if it is "stream: OK".
ClamdAnswer ParseClamdReply(std::string_view reply);

// The channel to one child, used from one thread at a time.
class ClamdRelay {
 public:
  // Forks, before a sandbox. The child does nothing that a thread of the parent could have locked.
  // Throws Error.
  static std::unique_ptr<ClamdRelay> Start(const ClamdAddress& address,
                                           std::chrono::milliseconds timeout);
  // Takes over an end of a socketpair, whose other end ServeClamd has.
  ClamdRelay(int channel, std::chrono::milliseconds timeout);
  // Closes the channel, and that ends the child; nothing else is done, since a sandbox may stand
  // around this process by now. The system reaps the child with it.
  ~ClamdRelay();
  ClamdRelay(const ClamdRelay&) = delete;
  ClamdRelay& operator=(const ClamdRelay&) = delete;

  // Gives up where `stop` is requested, and is broken then.
  ClamdAnswer Scan(Bytes content, const std::stop_token& stop = {});
  // The child did not answer or is gone: nothing more can be asked.
  bool broken() const { return channel_ < 0; }

 private:
  void Break();
  bool Pass(char* bytes, size_t size, short events, const std::stop_token& stop,
            std::chrono::steady_clock::time_point deadline);

  int channel_;
  std::chrono::milliseconds timeout_;
};

// The child's part: answers what comes over `channel` until its other end is closed. `connect`
// returns a socket to clamd, or -1 with a clause in its argument.
void ServeClamd(int channel, const std::function<int(std::string*)>& connect,
                std::chrono::milliseconds timeout);

// A socket that is connected to clamd within `timeout`, or -1 with a clause in `why`.
int ConnectToClamd(const ClamdAddress& address, std::chrono::milliseconds timeout,
                   std::string* why);

}  // namespace picket
