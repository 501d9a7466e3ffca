#include "scan/allowance.h"

#include <algorithm>

namespace picket {
namespace {

bool HoldsLonger(const Allowance& one, const Allowance& than) {
  if (one.expires.empty() != than.expires.empty()) return one.expires.empty();
  if (one.expires != than.expires) return one.expires > than.expires;
  return one.source < than.source;
}

}  // namespace

bool IsFingerprint(std::string_view text) {
  if (!text.starts_with("fp1:") || text.size() != 44) return false;
  return text.find_first_not_of("0123456789abcdef", 4) == std::string_view::npos;
}

bool IsDate(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  auto number = [&](size_t from, size_t count) {
    int value = 0;
    for (char c : text.substr(from, count)) {
      if (c < '0' || c > '9') return -1;
      value = value * 10 + (c - '0');
    }
    return value;
  };
  int year = number(0, 4);
  int month = number(5, 2);
  int day = number(8, 2);
  if (year < 1970 || month < 1 || month > 12 || day < 1) return false;
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= kDays[month - 1] + (month == 2 && leap ? 1 : 0);
}

AllowanceIndex::AllowanceIndex(const std::vector<Allowance>& allowances) {
  entries_.reserve(allowances.size());
  for (const Allowance& one : allowances) {
    Entry& entry = entries_[one.fingerprint];
    if (entry.longest == nullptr || HoldsLonger(one, *entry.longest)) entry.longest = &one;
  }
}

const Allowance* AllowanceIndex::Use(std::string_view fingerprint) {
  auto known = entries_.find(fingerprint);
  if (known == entries_.end()) return nullptr;
  known->second.used = true;
  return known->second.longest;
}

std::vector<UnusedAllowance> AllowanceIndex::Unused(std::string_view today) const {
  std::vector<UnusedAllowance> unused;
  for (const auto& [fingerprint, entry] : entries_) {
    if (entry.used) continue;
    const Allowance& one = *entry.longest;
    unused.push_back({.fingerprint = one.fingerprint,
                      .reason = one.reason,
                      .owner = one.owner,
                      .expires = one.expires,
                      .expired = one.ExpiredOn(today),
                      .source = one.source});
  }
  std::sort(unused.begin(), unused.end(),
            [](const auto& a, const auto& b) { return a.fingerprint < b.fingerprint; });
  return unused;
}

}  // namespace picket
