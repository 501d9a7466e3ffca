#include "secrets/secret_detector.h"

#include <algorithm>
#include <bitset>
#include <iterator>
#include <optional>
#include <stop_token>
#include <tuple>
#include <utility>

#include "contents/encoded_text.h"
#include "core/error.h"
#include "core/sieve.h"
#include "match/matcher.h"
#include "match/measure.h"
#include "match/rule_store.h"
#include "secrets/base_hits.h"
#include "secrets/jwt.h"
#include "secrets/validators.h"

namespace picket {
namespace {

// Matches are held back so that doubles can be told; hostile content may have millions.
constexpr size_t kPending = 4096;
// Hints that are held back while it may turn out that a blob has to be searched once more.
constexpr size_t kHeldHints = 4096;

// In the order of their standing.
enum class Owner : uint8_t { kPicket, kOrganisation };

struct PendingMatch {
  const Rule* rule = nullptr;
  Owner owner = Owner::kPicket;
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

// One set of rules at work.
struct Searcher {
  Searcher(std::shared_ptr<const RuleSet> set, Owner whose)
      : rules(std::move(set)), owner(whose), matcher(rules) {
    for (const Rule& rule : rules->rules()) {
      if (!rule.is_path_rule()) continue;
      path_rules.push_back(&rule);
      for (const std::string& suffix : rule.path_suffixes) {
        if (suffix.empty() || suffix == "*") {
          path_ends.set();
        } else {
          path_ends.set(static_cast<uint8_t>(suffix.back()));
        }
      }
    }
  }

  bool MayHavePathRule(std::string_view path) const {
    return !path_rules.empty() && (path.empty() || path_ends[static_cast<uint8_t>(path.back())]);
  }
  bool HasPathRule(std::string_view path) const {
    if (!MayHavePathRule(path)) return false;
    const auto matches = [path](const std::string& suffix) { return MatchesPath(path, suffix); };
    return std::any_of(path_rules.begin(), path_rules.end(), [&](const Rule* rule) {
      return std::any_of(rule->path_suffixes.begin(), rule->path_suffixes.end(), matches);
    });
  }

  std::shared_ptr<const RuleSet> rules;
  Owner owner;
  Matcher matcher;
  HintFilter hints;
  std::vector<const Rule*> path_rules;
  std::bitset<256> path_ends;  // last bytes of their suffixes
};

class SecretSession : public Session, public Sieve, private MatchJudge {
 public:
  SecretSession(std::shared_ptr<const RuleSet> rules, std::shared_ptr<const RuleSet> own,
                const FingerprintKey& key)
      : key_(key), installed_(std::move(rules), Owner::kPicket) {
    if (own != nullptr) own_.emplace(std::move(own), Owner::kOrganisation);
  }

  void Scan(const Blob& blob, const Derivation* derivation, FindingSink& sink) override {
    if (blob.origin.bytes_seen) return;
    blob_ = &blob;
    sink_ = &sink;
    stop_ = sink.stop();
    if (derivation != nullptr && blob.left_out.empty() && blob.arrival == nullptr) {
      ScanDerived(*derivation);
    } else {
      ScanPieces();
    }
    if (blob.ref.kind == ObjectKind::kPathName) {
      ScanPath(installed_);
      if (own_) ScanPath(*own_);
    }
    blob_ = nullptr;
    sink_ = nullptr;
  }

  bool TakesArriving() const override { return true; }

  void Sift(const BlobGroup& group, std::vector<bool>* speaks) override {
    for (Searcher* searcher : {&installed_, own_ ? &*own_ : nullptr}) {
      if (searcher == nullptr) continue;
      searcher->matcher.Sift(group, speaks);
      for (size_t i = 0; i < group.blobs.size(); ++i) {
        const Blob& blob = group.blobs[i];
        if (blob.ref.kind == ObjectKind::kPathName && searcher->HasPathRule(AsText(blob.bytes))) {
          (*speaks)[i] = true;
        }
      }
    }
  }

 private:
  void ScanPieces() {
    uint64_t from = 0;
    for (const Span& span : blob_->left_out) {
      ScanPiece(from, span.offset);
      from = span.end();
    }
    ScanPiece(from, blob_->bytes.size());
  }

  // What stands in [from, end) is searched as if nothing stood before or behind it.
  void ScanPiece(uint64_t from, uint64_t end) {
    if (from >= end && !blob_->left_out.empty()) return;
    piece_at_ = from;
    Bytes piece = blob_->bytes.subspan(from, end - from);
    pending_.clear();
    bool is_here = true;
    Search([&](Searcher& searcher) {
      if (blob_->arrival == nullptr) {
        searcher.matcher.Scan(piece, *this);
      } else if (is_here) {
        is_here = searcher.matcher.ScanArriving(piece, *blob_->arrival, *this);
      }
    });
    if (is_here) Flush(piece);
  }

  // The hits of a blob that others are made from are kept until none can come any more.
  void ScanDerived(const Derivation& derivation) {
    const Bytes text = blob_->bytes;
    piece_at_ = 0;
    pending_.clear();
    KeptHits* keep = kept_.Begin(derivation, blob_->ref.oid);
    const KeptHits* base = kept_.BaseOf(derivation);
    const auto kept = [this](auto* hits, const Searcher& searcher) {
      return hits == nullptr ? nullptr : &searcher == &installed_ ? &hits->installed : &hits->own;
    };
    if (base != nullptr) {
      holds_ = true;
      overflown_ = false;
      held_hints_.clear();
      Search([&](Searcher& searcher) {
        searcher.matcher.ScanMade(text, *kept(base, searcher), derivation.copies, *this,
                                  kept(keep, searcher));
      });
      holds_ = false;
    }
    if (base == nullptr || overflown_) {
      pending_.clear();
      Search([&](Searcher& searcher) { searcher.matcher.Scan(text, *this, kept(keep, searcher)); });
    } else {
      for (const EncodedHint& hint : held_hints_) sink_->Add(hint);
    }
    Flush(text);
    kept_.End(derivation);
  }

  template <typename Scanning>
  void Search(Scanning scan) {
    for (Searcher* searcher : {&installed_, own_ ? &*own_ : nullptr}) {
      if (searcher == nullptr) continue;
      searcher_ = searcher;
      searcher->hints.Reset();
      scan(*searcher);
    }
  }

  bool Accept(Bytes text, const RawMatch& match) override {
    if (!PassesValidators(MakeCaptured(text, match))) return false;
    if (pending_.size() == kPending) {
      overflown_ = true;
      if (holds_) return true;
      Flush(text);
    }
    pending_.push_back({&match.rule, searcher_->owner, match.match, match.capture, match.head_end});
    return true;
  }

  void OnEncoded(Bytes text, const EncodedLiteral& literal, uint64_t offset) override {
    EncodedHint hint{literal.encoding, offset + literal.quad_shift};
    if (!searcher_->hints.Keep(text, hint)) return;
    hint.offset += piece_at_;
    if (!holds_) {
      sink_->Add(hint);
    } else if (held_hints_.size() < kHeldHints) {
      held_hints_.push_back(hint);
    } else {
      overflown_ = true;
    }
  }

  bool IsStopped() const override { return stop_.stop_requested(); }

  void Flush(Bytes text) {
    std::sort(pending_.begin(), pending_.end(), [](const PendingMatch& a, const PendingMatch& b) {
      auto key = [](const PendingMatch& m) {
        return std::tuple(m.rule->tier, m.capture.offset, m.owner, m.match.offset);
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
        if (IsCovered(precise, first_contextual, *it)) continue;
        if (IsToldBetter(first_contextual, it)) continue;
      } else if (IsDouble(it)) {
        continue;
      }
      Report(text, *it);
    }
    pending_.clear();
  }

  // An own rule that finds a part of what an installed one finds does not silence it: the rest
  // would go unmasked.
  static bool FindsPart(const PendingMatch& other, const PendingMatch& found) {
    return other.owner == Owner::kOrganisation && found.owner == Owner::kPicket &&
           (other.capture.offset > found.capture.offset ||
            other.capture.end() < found.capture.end());
  }

  static bool IsCovered(std::vector<PendingMatch>::const_iterator precise,
                        std::vector<PendingMatch>::const_iterator end, const PendingMatch& found) {
    for (; precise != end && precise->capture.offset < found.capture.end(); ++precise) {
      if (Overlap(precise->capture, found.capture) && !FindsPart(*precise, found)) return true;
    }
    return false;
  }

  // Of the contextual rules that read one value, a vendor's speaks and the general ones do not.
  bool IsToldBetter(std::vector<PendingMatch>::const_iterator first_contextual,
                    std::vector<PendingMatch>::const_iterator it) const {
    if (!IsGeneral(*it->rule)) return false;
    auto speaks = [it](const PendingMatch& other) {
      return !IsGeneral(*other.rule) && !FindsPart(other, *it);
    };
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
      if (before->rule->family == it->rule->family && !FindsPart(*before, *it)) return true;
    }
    return false;
  }

  void Report(Bytes text, const PendingMatch& found) {
    Bytes secret = text.subspan(found.capture.offset, found.capture.length);
    Finding finding = NewFinding(*found.rule);
    finding.span = {piece_at_ + found.capture.offset, found.capture.length};
    finding.match = {piece_at_ + found.match.offset, found.match.length};
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

  void ScanPath(const Searcher& searcher) {
    std::string_view path = AsText(blob_->bytes);
    if (!searcher.MayHavePathRule(path)) return;
    for (const Rule* rule : searcher.path_rules) {
      for (const std::string& suffix : rule->path_suffixes) {
        if (!MatchesPath(path, suffix)) continue;
        Finding finding = NewFinding(*rule);
        const size_t shown = suffix.size() - (suffix.starts_with('*') ? 1 : 0);
        finding.span = {path.size() - shown, shown};
        finding.match = {0, path.size()};
        finding.masked = suffix;
        finding.fingerprint = key_.Fingerprint(rule->family, blob_->bytes);
        sink_->Add(std::move(finding));
        break;
      }
    }
  }

  const FingerprintKey& key_;
  Searcher installed_;
  std::optional<Searcher> own_;
  Searcher* searcher_ = nullptr;  // which is at work
  std::vector<PendingMatch> pending_;
  // Matches are judged together and in an order that depends on how they were found once there are
  // more than are held back: then the blob is searched as a whole.
  bool holds_ = false;
  bool overflown_ = false;
  std::vector<EncodedHint> held_hints_;
  BaseHits kept_;
  const Blob* blob_ = nullptr;
  uint64_t piece_at_ = 0;  // where the piece that is being searched begins in the blob
  FindingSink* sink_ = nullptr;
  std::stop_token stop_;
};

}  // namespace

std::shared_ptr<const RuleSet> LoadSecretRules(const std::string& dir, const std::string& compiled,
                                               std::vector<std::string>* notes) {
  return LoadRules(dir, compiled, ValidatorNames(), notes);
}

void CompileSecretRules(const std::string& dir, const std::string& path) {
  WriteCompiledRules(*CompileRules(dir, ValidatorNames()), dir, path);
}

SecretDetector::SecretDetector(std::shared_ptr<const RuleSet> rules, FingerprintKey key,
                               std::shared_ptr<const RuleSet> own)
    : rules_(std::move(rules)), own_(std::move(own)), key_(std::move(key)) {
  if (rules_ == nullptr || rules_->rules().empty()) {
    throw Error("No rule is loaded, so nothing could be found; install Picket again.");
  }
}

std::unique_ptr<Session> SecretDetector::NewSession() const {
  return std::make_unique<SecretSession>(rules_, own_, key_);
}

}  // namespace picket
