#include "secrets/secret_detector.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "contents/encoded_text.h"
#include "core/error.h"
#include "match/matcher.h"
#include "match/measure.h"
#include "match/rule_store.h"
#include "secrets/jwt.h"
#include "secrets/validators.h"

namespace picket {
namespace {

// Matches are held back so that doubles can be told; hostile content may have millions.
constexpr size_t kPending = 4096;

struct PendingMatch {
  const Rule* rule = nullptr;
  Span match;
  Span capture;
  uint64_t head_end = 0;
};

bool Overlap(const Span& a, const Span& b) { return a.offset < b.end() && b.offset < a.end(); }

// Without what a vendor puts before it.
std::string_view JwtOf(Bytes secret) {
  const std::string_view text = AsText(secret);
  const size_t start = text.find("eyJ");
  return start == std::string_view::npos ? text : text.substr(start);
}

// "*.p12" is an ending of a name, anything else whole last components.
bool MatchesPath(std::string_view path, std::string_view suffix) {
  if (suffix.starts_with('*')) {
    suffix.remove_prefix(1);
    return path.ends_with(suffix) && path.size() > suffix.size() &&
           path[path.size() - suffix.size() - 1] != '/';
  }
  return path.ends_with(suffix) &&
         (path.size() == suffix.size() || path[path.size() - suffix.size() - 1] == '/');
}

class SecretSession : public Session, private MatchJudge {
 public:
  SecretSession(std::shared_ptr<const RuleSet> rules, const FingerprintKey& key)
      : rules_(std::move(rules)), key_(key), matcher_(rules_) {}

  void Scan(const Blob& blob, const Derivation*, FindingSink& sink) override {
    if (blob.origin.bytes_seen) return;
    blob_ = &blob;
    sink_ = &sink;
    hints_.Reset();
    pending_.clear();
    matcher_.Scan(blob.bytes, *this);
    Flush(blob.bytes);
    if (blob.ref.kind == ObjectKind::kPathName) ScanPath(blob);
    blob_ = nullptr;
    sink_ = nullptr;
  }

 private:
  bool Accept(Bytes text, const RawMatch& match) override {
    if (!PassesValidators(MakeCaptured(text, match))) return false;
    if (pending_.size() == kPending) Flush(text);
    pending_.push_back({&match.rule, match.match, match.capture, match.head_end});
    return true;
  }

  void OnEncoded(Bytes text, const EncodedLiteral& literal, uint64_t offset) override {
    EncodedHint hint{literal.encoding, offset + literal.quad_shift};
    if (hints_.Keep(text, hint)) sink_->Add(hint);
  }

  void Flush(Bytes text) {
    std::sort(pending_.begin(), pending_.end(), [](const PendingMatch& a, const PendingMatch& b) {
      auto key = [](const PendingMatch& m) {
        return std::tuple(m.rule->tier, m.capture.offset, m.match.offset);
      };
      return key(a) != key(b) ? key(a) < key(b) : a.rule->id < b.rule->id;
    });
    auto first_contextual =
        std::find_if(pending_.begin(), pending_.end(),
                     [](const PendingMatch& m) { return m.rule->tier == Tier::kContextual; });
    // Both halves are sorted by offset, so one walk over each finds the overlaps.
    auto precise = pending_.begin();
    for (auto it = pending_.begin(); it != pending_.end(); ++it) {
      bool contextual = it >= first_contextual;
      if (contextual) {
        while (precise != first_contextual && precise->capture.end() <= it->capture.offset) {
          ++precise;
        }
        if (precise != first_contextual && Overlap(precise->capture, it->capture)) continue;
        if (IsToldBetter(first_contextual, it)) continue;
      }
      if (IsDouble(it)) continue;
      Report(text, *it);
    }
    pending_.clear();
  }

  // Of the contextual rules that read one value, a vendor's speaks and the general ones do not.
  bool IsToldBetter(std::vector<PendingMatch>::const_iterator first_contextual,
                    std::vector<PendingMatch>::const_iterator it) const {
    if (!IsGeneral(*it->rule)) return false;
    auto speaks = [](const PendingMatch& other) { return !IsGeneral(*other.rule); };
    auto same_value = [it](const PendingMatch& other) {
      return other.capture.offset == it->capture.offset;
    };
    for (auto after = std::next(it); after != pending_.end() && same_value(*after); ++after) {
      if (speaks(*after)) return true;
    }
    for (auto before = it; before != first_contextual && same_value(*std::prev(before));) {
      if (speaks(*--before)) return true;
    }
    return false;
  }

  // By the name of the vendor that rules without one have.
  static bool IsGeneral(const Rule& rule) { return rule.id.starts_with("generic."); }

  bool IsDouble(std::vector<PendingMatch>::const_iterator it) const {
    for (auto before = it; before != pending_.begin();) {
      --before;
      if (before->capture.offset != it->capture.offset) return false;
      if (before->rule->family == it->rule->family) return true;
    }
    return false;
  }

  void Report(Bytes text, const PendingMatch& found) {
    Bytes secret = text.subspan(found.capture.offset, found.capture.length);
    Finding finding = NewFinding(*found.rule);
    finding.span = found.capture;
    finding.match = found.match;
    if (found.rule->measure.kind == "jwt") finding.message += DescribeJwtExpiry(JwtOf(secret));
    if (found.rule->measure.kind == "pem") {
      // The same key has the same fingerprint however its lines are broken.
      PemBody body = ReadPemBody(text, found.head_end, found.rule->measure.max);
      finding.masked = MaskSecret(body.base64);
      finding.fingerprint = key_.Fingerprint(finding.family, AsBytes(body.base64));
    } else {
      finding.masked = MaskSecret(AsText(secret));
      finding.fingerprint = key_.Fingerprint(finding.family, secret);
    }
    sink_->Add(std::move(finding));
  }

  Finding NewFinding(const Rule& rule) const {
    Finding finding;
    finding.kind = FindingKind::kSecret;
    finding.tier = rule.tier;
    finding.severity = rule.severity;
    finding.rule = rule.id;
    finding.family = rule.family;
    finding.message = rule.description;
    finding.remediation = rule.remediation;
    finding.member = blob_->origin.member;
    return finding;
  }

  void ScanPath(const Blob& blob) {
    std::string_view path = AsText(blob.bytes);
    for (const Rule& rule : rules_->rules()) {
      for (const std::string& suffix : rule.path_suffixes) {
        if (!MatchesPath(path, suffix)) continue;
        Finding finding = NewFinding(rule);
        const size_t shown = suffix.size() - (suffix.starts_with('*') ? 1 : 0);
        finding.span = {path.size() - shown, shown};
        finding.match = {0, path.size()};
        finding.masked = suffix;
        finding.fingerprint = key_.Fingerprint(rule.family, blob.bytes);
        sink_->Add(std::move(finding));
        break;
      }
    }
  }

  std::shared_ptr<const RuleSet> rules_;
  const FingerprintKey& key_;
  Matcher matcher_;
  HintFilter hints_;
  std::vector<PendingMatch> pending_;
  const Blob* blob_ = nullptr;
  FindingSink* sink_ = nullptr;
};

}  // namespace

std::shared_ptr<const RuleSet> LoadSecretRules(const std::string& dir, const std::string& compiled,
                                               std::vector<std::string>* notes) {
  return LoadRules(dir, compiled, ValidatorNames(), notes);
}

void CompileSecretRules(const std::string& dir, const std::string& path) {
  WriteCompiledRules(*CompileRules(dir, ValidatorNames()), dir, path);
}

SecretDetector::SecretDetector(std::shared_ptr<const RuleSet> rules, FingerprintKey key)
    : rules_(std::move(rules)), key_(std::move(key)) {
  if (rules_ == nullptr || rules_->rules().empty()) {
    throw Error("No rule is loaded, so nothing could be found; install Picket again.");
  }
}

std::unique_ptr<Session> SecretDetector::NewSession() const {
  return std::make_unique<SecretSession>(rules_, key_);
}

}  // namespace picket
