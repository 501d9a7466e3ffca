// Allowances: findings that may stay, each by its fingerprint. They stand in a policy file, with a
// reason, or in a baseline (scan/baseline.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/verdict.h"

namespace picket {

struct Allowance {
  std::string fingerprint;  // "fp1:" + 40 hexadecimal digits
  std::string reason;       // never empty
  std::string expires;      // "YYYY-MM-DD", the last day on which it holds; "" for never
  std::string owner;
  AllowedBy source = AllowedBy::kPolicy;

  // `today` is "YYYY-MM-DD".
  bool ExpiredOn(std::string_view today) const { return !expires.empty() && expires < today; }
};

// "fp1:" and 40 hexadecimal digits in lower case.
bool IsFingerprint(std::string_view text);
// A day that the calendar has, as "YYYY-MM-DD", from 1970 on.
bool IsDate(std::string_view text);

// Finds allowances by fingerprint, and remembers which were asked for. One thread's own; the list
// outlives it.
class AllowanceIndex {
 public:
  explicit AllowanceIndex(const std::vector<Allowance>& allowances);

  // Of those for `fingerprint` the one that holds longest; a policy's before a baseline's. Null
  // when there is none. All of them count as used.
  const Allowance* Use(std::string_view fingerprint);
  // Those that Use() never gave, one for each fingerprint, sorted by it.
  std::vector<UnusedAllowance> Unused(std::string_view today) const;

 private:
  struct Entry {
    const Allowance* longest = nullptr;
    bool used = false;
  };
  std::unordered_map<std::string_view, Entry> entries_;
};

}  // namespace picket
