#include "core/fingerprint.h"

// The digests alone: what libcrypto offers in their place sets itself up first, with a file of its
// own, and that takes longer than all digests of a push.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/error.h"

namespace picket {
namespace {

constexpr std::string_view kPublicKey = "picket fingerprint key, public, version 1";
constexpr size_t kFingerprintBytes = 20;
constexpr size_t kMinimumKeyBytes = 16;

[[noreturn]] void ThrowNoDigest() {
  throw Error("libcrypto could not compute a digest; check the OpenSSL installation.");
}

// Two parts, one behind the other.
std::string Sha256Of(Bytes first, Bytes second) {
  std::array<uint8_t, SHA256_DIGEST_LENGTH> digest{};
  SHA256_CTX context;
  const bool ok = SHA256_Init(&context) == 1 &&
                  SHA256_Update(&context, first.data(), first.size()) == 1 &&
                  SHA256_Update(&context, second.data(), second.size()) == 1 &&
                  SHA256_Final(digest.data(), &context) == 1;
  if (!ok) ThrowNoDigest();
  return std::string(AsText(digest));
}

// RFC 2104.
std::string HmacSha256(std::string_view key, Bytes message) {
  std::array<uint8_t, SHA256_CBLOCK> inner{};
  const std::string short_key =
      key.size() <= inner.size() ? std::string(key) : Sha256(AsBytes(key));
  std::copy(short_key.begin(), short_key.end(), inner.begin());
  std::array<uint8_t, SHA256_CBLOCK> outer = inner;
  for (uint8_t& byte : inner) byte ^= 0x36;
  for (uint8_t& byte : outer) byte ^= 0x5c;
  return Sha256Of(outer, AsBytes(Sha256Of(inner, message)));
}

}  // namespace

FingerprintKey::FingerprintKey() : secret_(kPublicKey) {}

FingerprintKey::FingerprintKey(std::string secret) : secret_(std::move(secret)) {
  if (secret_.size() < kMinimumKeyBytes) {
    throw Error("The fingerprint key is shorter than 16 bytes; write a longer random one.");
  }
  id_ = ToHex(AsBytes(Sha256(AsBytes(secret_))).first(4));
}

std::string FingerprintKey::Fingerprint(std::string_view family, Bytes canonical) const {
  std::string message(family);
  message.push_back('\0');
  message.append(AsText(canonical));
  const std::string digest = HmacSha256(secret_, AsBytes(message));
  return "fp1:" + ToHex(AsBytes(digest).first(kFingerprintBytes));
}

std::optional<std::string> Sha256(Bytes bytes, const std::stop_token& stop) {
  constexpr size_t kStep = size_t{16} << 20;
  SHA256_CTX context;
  bool ok = SHA256_Init(&context) == 1;
  while (ok && !bytes.empty()) {
    if (stop.stop_requested()) return std::nullopt;
    const Bytes part = bytes.first(std::min(bytes.size(), kStep));
    ok = SHA256_Update(&context, part.data(), part.size()) == 1;
    bytes = bytes.subspan(part.size());
  }
  std::array<uint8_t, SHA256_DIGEST_LENGTH> digest{};
  if (!ok || SHA256_Final(digest.data(), &context) != 1) ThrowNoDigest();
  return std::string(AsText(digest));
}

std::string Sha256(Bytes bytes) { return Sha256Of(bytes, {}); }

std::string Sha1(Bytes bytes) {
  std::array<uint8_t, SHA_DIGEST_LENGTH> digest{};
  SHA_CTX context;
  const bool ok = SHA1_Init(&context) == 1 &&
                  SHA1_Update(&context, bytes.data(), bytes.size()) == 1 &&
                  SHA1_Final(digest.data(), &context) == 1;
  if (!ok) ThrowNoDigest();
  return std::string(AsText(digest));
}

std::string ToHex(Bytes bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (uint8_t byte : bytes) {
    hex.push_back(kDigits[byte >> 4]);
    hex.push_back(kDigits[byte & 15]);
  }
  return hex;
}

std::string MaskSecret(std::string_view secret) {
  size_t shown = secret.size() / 3;
  size_t head = std::min<size_t>(4, shown);
  size_t tail = std::min<size_t>(2, shown - head);
  std::string masked(secret.substr(0, head));
  masked += "****";
  masked += secret.substr(secret.size() - tail);
  std::replace_if(
      masked.begin(), masked.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return masked;
}

}  // namespace picket
