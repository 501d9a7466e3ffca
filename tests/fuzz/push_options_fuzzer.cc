// Push options are the client's; lines of the input are the options, behind what the server says of
// who pushes. What is granted was asked for, once, and what is told is safe to keep.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "scan/bypass.h"

namespace {

void Require(bool good) {
  if (!good) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace picket;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> lines;
  while (!text.empty() && lines.size() < 1100) {
    const size_t end = text.find('\n');
    // An environment holds no byte 0.
    lines.emplace_back(std::string(text.substr(0, end)).c_str());
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  if (lines.size() < 3) return 0;
  const Environment environment = [&lines](const char* name) -> const char* {
    constexpr std::string_view kOption = "GIT_PUSH_OPTION_";
    const std::string_view asked = name;
    if (asked == "GIT_PUSH_OPTION_COUNT") return lines[0].c_str();
    if (asked == "GL_USERNAME" || asked == "GIT_PUSH_CERT_KEY") return lines[1].c_str();
    if (asked == "GIT_PUSH_CERT_STATUS") return "G";
    if (asked == "GIT_PUSH_CERT_NONCE_STATUS") return lines[2].c_str();
    if (!asked.starts_with(kOption)) return nullptr;
    const size_t number = 3 + std::strtoull(name + kOption.size(), nullptr, 10);
    return number < lines.size() ? lines[number].c_str() : nullptr;
  };
  ServerPolicy policy;
  BypassGrant& grant = policy.bypass.emplace_back();
  for (const char* who : {"gitlab:alice", "cert:key"}) {
    grant.identities.push_back(*TryParseIdentity(who));
  }
  grant.refs.emplace_back("refs/heads/*");
  if (size % 2 == 0) grant.fingerprints.push_back("fp1:" + std::string(40, '1'));
  if (const auto identity = TryParseIdentity(lines[1])) Require(!identity->name.empty());
  if (const auto duration = TryParseDuration(lines[2])) Require(*duration <= 86'400'000);
  std::vector<const IdentityKind*> kinds;
  for (const IdentityKind& kind : IdentityKinds()) kinds.push_back(&kind);
  FindIdentity(kinds, environment);
  const Bypass bypass(policy, {size % 3 == 0 ? "refs/tags/v1" : "refs/heads/main"}, environment);
  const BypassRequest& request = bypass.request();
  Require(request.fingerprints.size() <= 100 && request.complaints.size() <= 100);
  Require(bypass.allowances().size() + bypass.refused().size() == request.fingerprints.size());
  for (const Allowance& one : bypass.allowances()) {
    Require(!bypass.who().empty() && !one.reason.empty() && bypass.MayAllow(one.fingerprint));
  }
  for (const std::string& note : bypass.Notes()) {
    Require(note.ends_with('.'));
    for (char c : note) Require(c >= ' ' && c <= '~');
  }
  for (char c : request.reason) Require(static_cast<unsigned char>(c) >= ' ' && c != 0x7f);
  return 0;
}
