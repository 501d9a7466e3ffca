#include "secrets/validators.h"

#include <algorithm>
#include <array>
#include <string>

#include "match/measure.h"
#include "secrets/assignment.h"
#include "secrets/checksums.h"
#include "secrets/jwt.h"
#include "secrets/placeholder.h"
#include "secrets/private_key.h"
#include "secrets/word_model.h"

namespace picket {
namespace {

constexpr size_t kChecksum = 6;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

bool Crc32(const ValidatorCall&, const Captured& captured) {
  std::string_view body = captured.body;
  if (body.size() <= kChecksum) return false;
  size_t split = body.size() - kChecksum;
  return Crc32Base62(body.substr(0, split)) == body.substr(split);
}

bool Entropy(const ValidatorCall& call, const Captured& captured) {
  return EntropyOf(captured.body) >= call.number;
}

bool MixedCase(const ValidatorCall& call, const Captured& captured) {
  auto upper = std::count_if(captured.body.begin(), captured.body.end(), IsUpper);
  auto lower = std::count_if(captured.body.begin(), captured.body.end(), IsLower);
  return static_cast<double>(std::min(upper, lower)) >= call.number;
}

bool NeedsDigit(const ValidatorCall&, const Captured& captured) {
  return std::any_of(captured.body.begin(), captured.body.end(), IsDigit);
}

bool NotWords(const ValidatorCall& call, const Captured& captured) {
  const double observed = ObservedAlphabet(captured.body);
  const double alphabet = call.number > 0 ? std::min(call.number, observed) : observed;
  return !ReadsAsWords(captured.body, alphabet);
}

bool NotPlaceholder(const ValidatorCall&, const Captured& captured) {
  return !IsPlaceholder(captured.body);
}

bool NotVariable(const ValidatorCall&, const Captured& captured) {
  return !IsVariable(captured.body);
}

bool NotUuid(const ValidatorCall&, const Captured& captured) { return !IsUuid(captured.secret); }

bool Jwt(const ValidatorCall&, const Captured& captured) { return IsJwt(captured.body); }

bool PrivateKey(const ValidatorCall&, const Captured& captured) {
  return IsPrivateKey(
      ReadPemBody(captured.text, captured.match.head_end, captured.match.rule.measure.max));
}

bool GitlabRoutable(const ValidatorCall&, const Captured& captured) {
  return IsGitlabRoutable(captured.secret);
}

bool Bech32(const ValidatorCall&, const Captured& captured) { return IsBech32(captured.secret); }

bool Named(const ValidatorCall&, const Captured& captured) {
  const std::string_view name =
      AssignedName(captured.text, captured.match.match.offset, captured.match.capture.offset);
  return NamesSecret(name) && (!IsUuid(captured.secret) || NamesKey(name));
}

bool Random(const ValidatorCall&, const Captured& captured) { return LooksRandom(captured.body); }

bool Password(const ValidatorCall&, const Captured& captured) {
  return LooksLikePassword(captured.body);
}

bool BasicCredentials(const ValidatorCall&, const Captured& captured) {
  return IsBasicCredentials(captured.secret);
}

// The match is "...user:password@h" and the capture the password; the host goes on behind it.
bool UserInfo(const ValidatorCall&, const Captured& captured) {
  static constexpr uint64_t kLongestHost = 255;
  const Span& match = captured.match.match;
  const Span& capture = captured.match.capture;
  std::string_view before =
      AsText(captured.text.subspan(match.offset, capture.offset - match.offset));
  if (before.ends_with(":")) before.remove_suffix(1);
  const size_t slash = before.rfind('/');
  if (slash != std::string_view::npos) before.remove_prefix(slash + 1);
  const uint64_t at = std::min<uint64_t>(capture.end() + 1, captured.text.size());
  std::string_view host = AsText(
      captured.text.subspan(at, std::min<uint64_t>(kLongestHost, captured.text.size() - at)));
  host = host.substr(0, host.find_first_of(":/?#,;\"'`<>() \t\r\n\\@"));
  return IsUserInfo(before, captured.secret, host);
}

struct Validator {
  std::string_view name;
  bool (*accepts)(const ValidatorCall&, const Captured&);
  bool looks_around = false;
};

constexpr std::array kValidators = std::to_array<Validator>({
    {"crc32", Crc32},
    {"gitlab_routable", GitlabRoutable},
    {"bech32", Bech32},
    {"entropy", Entropy},
    {"mixed_case", MixedCase},
    {"needs_digit", NeedsDigit},
    {"not_words", NotWords},
    {"not_placeholder", NotPlaceholder},
    {"not_variable", NotVariable},
    {"jwt", Jwt},
    {"private_key", PrivateKey, true},
    {"not_uuid", NotUuid},
    {"secret_name", Named, true},
    {"random", Random},
    {"password", Password},
    {"userinfo", UserInfo, true},
    {"basic_credentials", BasicCredentials},
});

constexpr auto kNames = [] {
  std::array<std::string_view, kValidators.size()> names{};
  for (size_t i = 0; i < names.size(); ++i) names[i] = kValidators[i].name;
  return names;
}();

}  // namespace

std::span<const std::string_view> ValidatorNames() { return kNames; }

Captured MakeCaptured(Bytes text, const RawMatch& match) {
  Captured captured{
      text, match, AsText(text.subspan(match.capture.offset, match.capture.length)), {}};
  captured.body = captured.secret;
  for (const std::string& literal : match.rule.encoded_literals) {
    if (captured.secret.starts_with(literal)) {
      captured.body.remove_prefix(literal.size());
      break;
    }
  }
  return captured;
}

bool LooksAround(std::string_view validator) {
  return std::any_of(kValidators.begin(), kValidators.end(), [validator](const Validator& known) {
    return known.name == validator && known.looks_around;
  });
}

std::string_view RefusedBy(const Captured& captured) {
  for (const ValidatorCall& call : captured.match.rule.validators) {
    auto known = std::find_if(kValidators.begin(), kValidators.end(),
                              [&call](const Validator& v) { return v.name == call.name; });
    if (known == kValidators.end() || !known->accepts(call, captured)) return call.name;
  }
  return {};
}

bool PassesValidators(const Captured& captured) {
  return RefusedBy(captured).empty() && !IsPublished(captured.secret);
}

}  // namespace picket
