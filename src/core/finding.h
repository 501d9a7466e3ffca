// What a detector says. Values, no pointers: a finding outlives the blob that it speaks of.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/blob.h"

namespace picket {

enum class FindingKind : uint8_t { kSecret, kWeight, kPolicy };
// kPrecise: a distinctive format, blocks. kContextual: an assignment that looks like a credential,
// warns in hooks and is listed in audits.
enum class Tier : uint8_t { kPrecise, kContextual };
enum class Severity : uint8_t { kInfo, kLow, kMedium, kHigh, kCritical };

// What a weight finding is about; policy decides which of them block.
enum class WeightConcern : uint8_t {
  kNone,       // not a weight finding
  kDangerous,  // a global or a shape known to run code: blocks under every policy
  kUnknown,    // a global nobody vouches for; Finding::subject names it
  kAmbiguous,  // readers of one file disagree on what it holds: blocks
  kPickle,     // a pickle that uses known safe globals only: blocks under "safetensors-only"
  kTold,       // it needs more than this file: told, never blocks
};

std::string_view ToString(FindingKind kind);
std::string_view ToString(Tier tier);
std::string_view ToString(Severity severity);

struct Finding {
  FindingKind kind = FindingKind::kSecret;
  Tier tier = Tier::kPrecise;
  Severity severity = Severity::kHigh;
  WeightConcern concern = WeightConcern::kNone;
  // "huggingface.user-token", "pickle.dangerous-global".
  std::string rule;
  // The key part of the fingerprint; never changes when a rule is renamed or split.
  std::string family;
  // One sentence without the secret.
  std::string message;
  // What to do when it is real.
  std::string remediation;
  // Weight findings: the canonical global, "posix.system"; empty for secrets.
  std::string subject;
  // Name inside the blob, "" for the blob itself.
  std::string member;
  // The bytes that are the secret (or the opcode), and the whole match that they stand in; offsets
  // in the outermost blob, or in the member where Origin can't map them.
  Span span;
  Span match;
  // 1-based place of `span` in text, column in bytes; 0 where the content is binary. Filled in by
  // the scanner, not by detectors.
  uint64_t line = 0;
  uint64_t column = 0;
  // The secret with its middle hidden; never the secret itself.
  std::string masked;
  // "fp1:" + 40 hexadecimal digits.
  std::string fingerprint;
};

// Something that should have been examined and could not be.
struct Gap {
  // Object id in hex, ref, pack or file name.
  std::string object;
  // Filled in where it is known.
  std::string path;
  std::string member;
  // A clause that completes "could not be examined: ".
  std::string reason;

  auto operator<=>(const Gap&) const = default;
};

// Something that was left out on purpose, and why; printed, and no gap.
struct Skipped {
  std::string what;
  std::string reason;
  uint64_t count = 1;
  uint64_t bytes = 0;

  auto operator<=>(const Skipped&) const = default;
};

}  // namespace picket
