// What the server's log says of one push, or of one repository that `audit --server` has judged:
// JSON objects of bounded size, every string masked.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/mask.h"
#include "core/name_list.h"
#include "core/verdict.h"
#include "git/ref_updates.h"
#include "scan/bypass.h"

namespace picket {

// "pass", "blocked", "incomplete", "bypassed", "debt".
enum class PushOutcome : uint8_t { kPass, kBlocked, kIncomplete, kBypassed, kDebt };
std::string_view ToString(PushOutcome outcome);
inline bool IsAccepted(PushOutcome outcome) {
  return outcome != PushOutcome::kBlocked && outcome != PushOutcome::kIncomplete;
}

// A record says "accepted" before Git moves the refs: another hook, or Git itself, may refuse the
// push after that.
class PushRecord {
 public:
  enum class Kind : uint8_t { kPush, kAudit };

  // `repository` is its path; of an audit, `updates` are the refs that have moved since the last.
  // They outlive the record.
  PushRecord(std::string repository, const RefUpdates& updates, const Environment& environment,
             Kind kind = Kind::kPush);

  // From here on refs and the actor are named; without it, only object ids are.
  void MaskWith(Mask& mask, std::string engine, std::string policy);

  // The lines of the log. `verdict` and `bypass` may be null: it did not get as far. `why` is a
  // sentence, masked already, for what no verdict says. Safe from any thread after MaskWith.
  std::vector<std::string> Lines(PushOutcome outcome, const Verdict* verdict, const Bypass* bypass,
                                 std::string_view why, std::chrono::milliseconds took) const;

 private:
  struct Masked {
    NameList refs;
    std::string actor_name;
    std::string repository;
    std::string reason;
    std::string engine;
    std::string policy;
  };

  std::string id_;
  std::string repository_;
  const RefUpdates& updates_;
  Kind kind_;
  std::string actor_variable_;
  std::string actor_name_;
  std::string address_;
  std::string reason_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Masked> masked_;
};

// "2030-01-31T12:00:00Z".
std::string Utc(std::time_t time);

}  // namespace picket
