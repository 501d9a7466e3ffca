#include "secrets/body_trial.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "secrets/template.h"
#include "secrets/validators.h"

namespace picket {
namespace {

// Expansions that must agree on where the rule's match stands.
constexpr int kLooks = 8;
// A form may lose so many of them to chance: to validators, whose errors are what is looked for.
constexpr int kMayDiffer = 1;
constexpr uint64_t kLookSeed = 20'260'301;

struct Place {
  Span match;
  Span capture;
  uint64_t head_end = 0;

  auto Key() const {
    return std::tuple(match.offset, match.length, capture.offset, capture.length, head_end);
  }
  bool operator<(const Place& other) const { return Key() < other.Key(); }
};

class PlaceFinder : public MatchJudge {
 public:
  explicit PlaceFinder(std::string_view id) : id_(id) {}
  bool Accept(Bytes text, const RawMatch& match) override {
    if (match.rule.id != id_) return false;
    if (!PassesValidators(MakeCaptured(text, match))) return false;
    rule = &match.rule;
    ++places[{match.match, match.capture, match.head_end}];
    return true;
  }
  void OnEncoded(Bytes, const EncodedLiteral&, uint64_t) override {}

  const Rule* rule = nullptr;
  std::map<Place, int> places;

 private:
  std::string_view id_;
};

// The parts of the template that `span` of its expansion touches; whether it cuts none of them.
struct CapturedParts {
  std::string text;
  bool whole = true;
};

CapturedParts PartsOf(const std::string& text, const std::vector<TemplatePart>& parts,
                      const Span& span) {
  CapturedParts captured;
  for (const TemplatePart& part : parts) {
    if (part.at >= span.end() || part.end <= span.offset) continue;
    captured.text += text.substr(part.from, part.to - part.from);
    captured.whole = captured.whole && part.at >= span.offset && part.end <= span.end();
  }
  return captured;
}

bool AnyLooksAround(const Rule& rule) {
  return std::any_of(rule.validators.begin(), rule.validators.end(),
                     [](const ValidatorCall& call) { return LooksAround(call.name); });
}

std::string Alike(const BodyForm& form) {
  const Rule& rule = *form.rule;
  std::string alike = form.by_itself ? form.captured : rule.id + ' ' + form.text;
  for (const ValidatorCall& call : rule.validators) {
    alike += ' ' + call.name + ' ' + std::to_string(call.number) + call.text;
  }
  // What MakeCaptured takes off.
  for (const std::string& literal : rule.encoded_literals) {
    if (!form.captured.starts_with(literal)) continue;
    return alike + ' ' + literal;
  }
  return alike;
}

uint64_t SeedOf(const BodyForm& form, uint64_t seed) {
  uint64_t hash = 0xcbf29ce484222325u ^ seed;
  for (char c : form.alike) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
  return hash;
}

}  // namespace

std::vector<BodyForm> FindBodyForms(const RuleSource& source, Matcher& matcher,
                                    std::vector<std::string>* unsettled) {
  std::vector<BodyForm> forms;
  if (source.rule.is_path_rule()) return forms;
  for (const std::string& text : source.examples) {
    SeededRandom random(kLookSeed);
    PlaceFinder finder(source.rule.id);
    std::vector<TemplatePart> parts;
    for (int look = 0; look < kLooks; ++look) {
      std::string why;
      parts.clear();
      const auto expanded = ExpandTemplate(text, random, Spoiling::kNone, &why, &parts);
      if (expanded) matcher.Scan(AsBytes(*expanded), finder);
    }
    bool settled = false;
    for (const auto& [place, count] : finder.places) {
      if (count < kLooks - kMayDiffer) continue;
      settled = true;
      const CapturedParts captured = PartsOf(text, parts, place.capture);
      const bool known = std::any_of(forms.begin(), forms.end(), [&](const BodyForm& form) {
        return form.captured == captured.text;
      });
      if (known) continue;
      const bool by_itself = captured.whole && !AnyLooksAround(*finder.rule);
      forms.push_back({finder.rule, text, captured.text, place.match, place.capture, place.head_end,
                       by_itself, ""});
      forms.back().alike = Alike(forms.back());
    }
    if (!settled) unsettled->push_back(text);
  }
  return forms;
}

BodyTrial::BodyTrial(const BodyForm& form, uint64_t seed)
    : form_(form), random_(SeedOf(form, seed)) {
  if (!form_.by_itself) return;
  form_.text = form_.captured;
  form_.match = form_.capture = {0, form_.capture.length};
  form_.head_end = form_.capture.length;
}

void BodyTrial::Draw(uint64_t count) {
  std::string why;
  for (; count > 0; --count) {
    const auto text = ExpandTemplate(form_.text, random_, Spoiling::kNone, &why);
    ++refusals_.bodies;
    const RawMatch match{*form_.rule, 0, form_.match, form_.capture, form_.head_end};
    const std::string_view refused = RefusedBy(MakeCaptured(AsBytes(*text), match));
    if (refused.empty()) continue;
    ++refusals_.refused;
    ++refusals_.by_validator[std::string(refused)];
  }
}

}  // namespace picket
