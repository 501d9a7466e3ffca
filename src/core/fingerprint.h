// Fingerprints name a finding by what was found, never by where: no commit, line or path is in
// them, so that squash, rebase and moves don't break an allowance.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/bytes.h"

namespace picket {

class FingerprintKey {
 public:
  // The public constant: fingerprints are then comparable between installations.
  FingerprintKey();
  // An organisation's own key (any bytes, at least 16), so that fingerprints can't be matched
  // against guessed secrets by outsiders. Throws Error when it is shorter.
  explicit FingerprintKey(std::string secret);

  // "" for the public key, else 8 hexadecimal digits that stand in reports and allowances.
  const std::string& id() const { return id_; }

  // "fp1:" and the first 160 bits, in hex, of HMAC-SHA-256(key, family, 0x00, canonical).
  // `canonical` is the decoded captured bytes for a secret, the file's SHA-256 for a weight.
  std::string Fingerprint(std::string_view family, Bytes canonical) const;

 private:
  std::string secret_;
  std::string id_;
};

// 32 bytes.
std::string Sha256(Bytes bytes);
// The same of what may be gigabytes; nullopt once a stop is requested.
std::optional<std::string> Sha256(Bytes bytes, const std::stop_token& stop);
// 20 bytes: the name that another tool gave to a secret (detect-secrets), never one of ours.
std::string Sha1(Bytes bytes);
// Two lower-case digits a byte.
std::string ToHex(Bytes bytes);

// What may be shown of a secret: its first 4 and last 2 characters at most, never more than a
// third of it, the middle as "****". Bytes that are not printable ASCII are shown as '?'.
std::string MaskSecret(std::string_view secret);

}  // namespace picket
