#include "scan/server_policy.h"

#include <algorithm>
#include <charconv>

namespace picket {
namespace {

constexpr size_t kLongestName = 256;

}  // namespace

const std::vector<IdentityKind>& IdentityKinds() {
  static const std::vector<IdentityKind> kKinds = {
      {"gitlab", "GL_USERNAME"},        {"gitea", "GITEA_PUSHER_NAME"},
      {"forgejo", "GITEA_PUSHER_NAME"}, {"gitolite", "GL_USER"},
      {"http", "REMOTE_USER"},          {"github", "GITHUB_USER_LOGIN"},
      {"bitbucket", "BB_USER_NAME"},    {"soft-serve", "SOFT_SERVE_USERNAME"},
      {"cert", "GIT_PUSH_CERT_KEY"},
  };
  return kKinds;
}

std::optional<Identity> TryParseIdentity(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view name = text.substr(colon + 1);
  if (name.empty() || name.size() > kLongestName) return std::nullopt;
  for (const IdentityKind& kind : IdentityKinds())
    if (kind.word == text.substr(0, colon)) return Identity{&kind, std::string(name)};
  return std::nullopt;
}

std::optional<uint64_t> TryParseDuration(std::string_view text) {
  constexpr uint64_t kDay = 24 * 60 * 60 * 1000;
  uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || number == 0 || number > kDay) return std::nullopt;
  const std::string_view unit(rest, static_cast<size_t>(end - rest));
  const uint64_t scale = unit == "ms" ? 1 : unit == "s" ? 1000 : unit == "m" ? 60'000 : 0;
  if (scale == 0 || number * scale > kDay) return std::nullopt;
  return number * scale;
}

}  // namespace picket
