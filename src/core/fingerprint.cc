#include "core/fingerprint.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "core/error.h"

namespace picket {
namespace {

constexpr std::string_view kPublicKey = "picket fingerprint key, public, version 1";
constexpr size_t kFingerprintBytes = 20;
constexpr size_t kMinimumKeyBytes = 16;

std::string Digest(const EVP_MD* algorithm, Bytes bytes) {
  std::array<uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, algorithm, nullptr) != 1) {
    throw Error("libcrypto could not compute a digest; check the OpenSSL installation.");
  }
  return std::string(AsText(Bytes(digest).first(length)));
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
  std::array<uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()), AsBytes(message).data(),
           message.size(), digest.data(), &length) == nullptr) {
    throw Error("libcrypto could not compute an HMAC-SHA-256; check the OpenSSL installation.");
  }
  return "fp1:" + ToHex(Bytes(digest).first(kFingerprintBytes));
}

std::optional<std::string> Sha256(Bytes bytes, const std::stop_token& stop) {
  constexpr size_t kStep = size_t{16} << 20;
  const auto free_context = [](EVP_MD_CTX* context) { EVP_MD_CTX_free(context); };
  const std::unique_ptr<EVP_MD_CTX, decltype(free_context)> context(EVP_MD_CTX_new(), free_context);
  bool ok = context != nullptr && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
  while (ok && !bytes.empty()) {
    if (stop.stop_requested()) return std::nullopt;
    const Bytes part = bytes.first(std::min(bytes.size(), kStep));
    ok = EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
    bytes = bytes.subspan(part.size());
  }
  std::array<uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (!ok || EVP_DigestFinal_ex(context.get(), digest.data(), &length) != 1) {
    throw Error("libcrypto could not compute a digest; check the OpenSSL installation.");
  }
  return std::string(AsText(Bytes(digest).first(length)));
}

std::string Sha256(Bytes bytes) { return Digest(EVP_sha256(), bytes); }

std::string Sha1(Bytes bytes) { return Digest(EVP_sha1(), bytes); }

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
