// Finds matches: Hyperscan over windows, or over what stands beside token runs in them
// (match/search_group.h), says where a rule may match, the rule's pattern (match/rule_regex.h) over
// the whole text between offsets says exactly what, the rule's neighbours, body and context are
// checked, and a judge has the last word.
//
// The result is that of this walk over the whole text, for each rule by itself: take the leftmost
// match at or after the position; when it is accepted go on at its end, else at its start + 1.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/blob.h"
#include "core/bytes.h"
#include "core/sieve.h"
#include "match/changed_text.h"
#include "match/excerpt.h"
#include "match/hit_list.h"
#include "match/rule_set.h"
#include "match/text_signs.h"
#include "match/token_run.h"
#include "match/word_finder.h"

struct hs_scratch;

namespace picket {

class RuleRegex;
struct RegexMatch;

struct RawMatch {
  const Rule& rule;
  uint32_t rule_index = 0;
  // With the measured body; `capture` is the secret's part of it.
  Span match;
  Span capture;
  // Where the pattern's part ends and the measured body starts.
  uint64_t head_end = 0;
};

class MatchJudge {
 public:
  virtual ~MatchJudge() = default;
  // Whether the match stands. Called with ascending offsets for each rule by itself.
  virtual bool Accept(Bytes text, const RawMatch& match) = 0;
  // A literal's encoded spelling starts at `offset`; ascending within one encoding, but for the
  // difference of two literals' lengths.
  virtual void OnEncoded(Bytes text, const EncodedLiteral& literal, uint64_t offset) = 0;
  // Asked before each window; once it is true the rest of the text is not searched.
  virtual bool IsStopped() const { return false; }
};

// True when the bytes before `offset` are the tail of an escape (\n, %3D, \u0022, =3D, the end of a
// colour sequence), so that the last of them is no neighbour.
bool FollowsEscape(Bytes text, uint64_t offset);

// One thread's own. Memory is fixed at construction, but for the patterns that are made when a rule
// is met for the first time, what Hyperscan needs for a group of rules, made likewise, and for what
// grows with the largest text: excerpts of it and, of texts made from others, HitList::Most() hits.
// Searching throws Error where a group's database is damaged.
class Matcher {
 public:
  // `window` is in bytes; tests make it small to put a seam everywhere.
  static constexpr uint64_t kWindow = 256 << 10;

  explicit Matcher(std::shared_ptr<const RuleSet> rules, uint64_t window = kWindow);
  ~Matcher();
  Matcher(const Matcher&) = delete;
  Matcher& operator=(const Matcher&) = delete;

  // Work is bounded by a multiple of the text's size and the rules' widths. `keep` gets the hits
  // for texts that are made from this one; may be null.
  void Scan(Bytes text, MatchJudge& judge, HitList* keep = nullptr);
  // The same as Scan(), with the same result, for a text that comes in meanwhile: it is searched as
  // far as it is there, and what was hit is confirmed when all of it is. False where that never
  // was; the judge may have been told something.
  bool ScanArriving(Bytes text, Arrival& arrival, MatchJudge& judge);
  // Marks the blobs of which Scan() may tell the judge anything, each by itself.
  void Sift(const BlobGroup& group, std::vector<bool>* marked);
  // The same as Scan(), with the same result, for a text made from another by copying ranges of it,
  // in order of their offsets: hits within these are taken from `base`, what the other one's scan
  // by these rules has kept; only what stands around the ranges' ends and between them is searched.
  // `keep` is not `base`.
  void ScanMade(Bytes text, const HitList& base, std::span<const CopiedRange> copies,
                MatchJudge& judge, HitList* keep);

  const RuleSet& rules() const { return *rules_; }

 private:
  struct Collector;
  // How far before its end a token run is looked for that a literal stands beside; bytes.
  static constexpr uint32_t kLiteralView = 128;
  // Which groups are searched: of a text made from another those of rules that reach far and those
  // of the others by themselves.
  enum class SearchScope : uint8_t { kAll, kFar, kNear };

  // `take` is called when the hits of a range stand in hits_.
  void CollectAll(Bytes text, const MatchJudge* judge, const std::function<void()>& take);
  void CollectRange(Bytes text, uint64_t begin, uint64_t end, const std::function<void()>& take);
  // False when all of `text` has to be searched.
  bool GatherHits(Bytes text, const HitList& base, std::span<const CopiedRange> copies);
  bool GatherHits(Bytes text, const HitList& base, SearchScope scope);
  void GatherEscapes(Bytes text, const HitList& base);
  bool IsEscape(uint32_t id) const;
  void FindReaches();
  static SearchScope ScopeOf(SearchGroup group);
  SearchGroup GroupOf(uint32_t id) const;
  bool IsWanted(SearchGroup group) const {
    return scope_ == SearchScope::kAll || scope_ == ScopeOf(group);
  }
  void ForgetHits();
  bool Collect(Bytes text, uint64_t begin, uint64_t end);
  void CollectEscapes(Bytes text, uint64_t from, uint64_t end);
  void Prepare(SearchGroup group);
  bool Search(SearchGroup group, Bytes bytes, Collector& collector);
  void FindWords(Bytes text);
  void FindFarWords(Bytes text);
  void TakeWord(Bytes text, const RuleWord& word, uint32_t at);
  void Drain(Bytes text, std::vector<Hit>* hits, MatchJudge& judge);
  bool IsLiteralWithinReach(Bytes text, const EncodedLiteral& literal, uint64_t end);
  void Confirm(Bytes text, const Hit& hit, MatchJudge& judge);
  void ConfirmFixed(Bytes text, const Hit& hit, MatchJudge& judge);
  // 0 when the match is rejected, else where it ends.
  uint64_t Examine(Bytes text, uint32_t id, const RegexMatch& found, MatchJudge& judge) const;
  const RuleRegex& Regex(uint32_t rule);
  void ForgetDecided();
  void Decide(uint32_t rule, uint64_t position);

  std::shared_ptr<const RuleSet> rules_;
  uint64_t window_;
  hs_scratch* scratch_ = nullptr;
  std::array<bool, kSearchGroups.size()> prepared_{};  // scratch_ is, for its database
  std::vector<Hit> hits_;                              // capacity fixed
  std::vector<uint32_t> last_hit_;                     // by id: index into hits_ + 1, or 0
  TokenRunFinder run_finder_;
  std::vector<TokenRun> runs_;
  std::vector<TokenRun> named_runs_;
  std::vector<Landmark> names_;
  std::vector<Landmark> passwords_;
  std::vector<Landmark> beside_words_;
  std::vector<Landmark> beside_far_words_;
  // There was one since a text was begun.
  bool has_far_word_ = false;
  std::vector<Landmark> others_;
  std::vector<WordHit> word_hits_;
  Excerpt excerpt_;
  TextSigns signs_;
  // Of a text made from another.
  HitReach reach_far_;
  HitReach reach_near_;
  ChangedText changed_;
  std::vector<Hit> gathered_;
  SearchScope scope_ = SearchScope::kAll;
  std::vector<uint64_t> resume_;   // by rule: matches that start before are decided
  std::vector<uint32_t> resumed_;  // rules of which that is not 0
  std::vector<std::unique_ptr<RuleRegex>> regexes_;
};

}  // namespace picket
