#include "scan/bypass.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace picket {
namespace {

constexpr size_t kMostOptions = 1000;
constexpr size_t kMostFingerprints = 100;
constexpr size_t kLongestReason = 500;
constexpr std::string_view kPrefix = "picket.";
constexpr std::string_view kAllow = "picket.allow=";
constexpr std::string_view kReason = "picket.reason=";

std::string_view Get(const Environment& environment, const std::string& name) {
  const char* value = environment(name.c_str());
  return value != nullptr ? value : std::string_view();
}

bool IsPrintable(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
}

bool IsReason(std::string_view text) {
  return text.size() <= kLongestReason && IsPrintable(text) &&
         text.find_first_not_of(' ') != std::string_view::npos;
}

// The name that the variable of `kind` holds, where it can be believed.
std::string_view NameOf(const IdentityKind& kind, const Environment& environment) {
  if (kind.word == "cert" && (Get(environment, "GIT_PUSH_CERT_STATUS") != "G" ||
                              Get(environment, "GIT_PUSH_CERT_NONCE_STATUS") != "OK"))
    return {};
  return Get(environment, std::string(kind.variable));
}

}  // namespace

BypassRequest ReadBypassRequest(const Environment& environment) {
  BypassRequest request;
  const std::string_view count_text = Get(environment, "GIT_PUSH_OPTION_COUNT");
  size_t count = 0;
  const char* end = count_text.data() + count_text.size();
  const auto [rest, error] = std::from_chars(count_text.data(), end, count);
  if (error != std::errc() || rest != end) return request;
  const auto complain = [&request](std::string sentence) {
    if (request.complaints.size() < kMostFingerprints)
      request.complaints.push_back(std::move(sentence));
  };
  if (count > kMostOptions) {
    complain("The push has more than " + std::to_string(kMostOptions) +
             " options; those behind were not read.");
  }
  for (size_t i = 0; i < std::min(count, kMostOptions); ++i) {
    const std::string_view option = Get(environment, "GIT_PUSH_OPTION_" + std::to_string(i));
    if (!option.starts_with(kPrefix)) continue;
    if (option.starts_with(kAllow)) {
      const std::string print(option.substr(kAllow.size()));
      std::vector<std::string>& all = request.fingerprints;
      if (!IsFingerprint(print)) {
        complain(
            "A push option picket.allow names no fingerprint (\"fp1:\" and 40 hexadecimal "
            "digits).");
      } else if (std::find(all.begin(), all.end(), print) != all.end()) {
        continue;
      } else if (all.size() == kMostFingerprints) {
        complain("The push options name more than " + std::to_string(kMostFingerprints) +
                 " fingerprints; those behind were not read.");
      } else {
        all.push_back(print);
      }
    } else if (option.starts_with(kReason)) {
      const std::string_view reason = option.substr(kReason.size());
      if (!IsReason(reason)) {
        complain("The push option picket.reason is empty, longer than " +
                 std::to_string(kLongestReason) + " bytes, or holds control characters.");
      } else {
        request.reason = reason;
      }
    } else {
      complain(
          "A push option begins with picket. and is neither picket.allow=FINGERPRINT nor "
          "picket.reason=TEXT.");
    }
  }
  return request;
}

std::optional<Identity> FindIdentity(const std::vector<const IdentityKind*>& kinds,
                                     const Environment& environment) {
  for (const IdentityKind* kind : kinds) {
    const std::string_view name = NameOf(*kind, environment);
    if (!name.empty()) return Identity{kind, std::string(name)};
  }
  return std::nullopt;
}

Bypass::Bypass(const ServerPolicy& policy, std::vector<std::string> refs,
               const Environment& environment)
    : refs_(std::move(refs)), request_(ReadBypassRequest(environment)) {
  for (const BypassGrant& grant : policy.bypass) {
    for (const Identity& identity : grant.identities) {
      if (NameOf(*identity.kind, environment) != identity.name) continue;
      held_.push_back({&grant, std::string(identity.kind->word) + ":" + identity.name});
      break;
    }
  }
  if (!held_.empty()) who_ = held_.front().who;
  for (const std::string& print : request_.fingerprints) {
    const Held* held = request_.reason.empty() ? nullptr : Find(print);
    if (held == nullptr) {
      refused_.push_back(print);
      continue;
    }
    Allowance allowance;
    allowance.fingerprint = print;
    allowance.reason = request_.reason;
    allowance.owner = held->who;
    allowance.source = AllowedBy::kBypass;
    allowances_.push_back(std::move(allowance));
  }
}

const Bypass::Held* Bypass::Find(std::string_view fingerprint) const {
  for (const Held& held : held_) {
    const std::vector<std::string>& prints = held.grant->fingerprints;
    if (!prints.empty() && std::find(prints.begin(), prints.end(), fingerprint) == prints.end())
      continue;
    const std::vector<Glob>& globs = held.grant->refs;
    const bool covers = std::all_of(refs_.begin(), refs_.end(), [&](const std::string& ref) {
      return globs.empty() || std::any_of(globs.begin(), globs.end(),
                                          [&](const Glob& glob) { return glob.Matches(ref); });
    });
    if (covers) return &held;
  }
  return nullptr;
}

bool Bypass::MayAllow(std::string_view fingerprint) const {
  return IsFingerprint(fingerprint) && Find(fingerprint) != nullptr;
}

std::vector<std::string> Bypass::Notes() const {
  std::vector<std::string> notes = request_.complaints;
  if (!refused_.empty() && request_.reason.empty()) {
    notes.push_back(
        "Not granted: picket.allow needs a reason beside it, -o picket.reason=\"why it may "
        "pass\".");
  } else {
    for (const std::string& print : refused_) {
      notes.push_back("Not granted: picket.allow=" + print +
                      ". This server's policy does not grant it to whoever it knows to push here, "
                      "or not for these refs.");
    }
  }
  return notes;
}

}  // namespace picket
