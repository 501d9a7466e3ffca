// Finds secrets: the matcher's matches that pass the rule's validators, with masked excerpt and
// fingerprint; and committed token files by their path.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/detector.h"
#include "core/fingerprint.h"
#include "match/rule_set.h"

namespace picket {

// Loads the rules for secrets: see LoadRules in match/rule_store.h for `dir`, `compiled` and
// `notes`. Throws Error.
std::shared_ptr<const RuleSet> LoadSecretRules(const std::string& dir, const std::string& compiled,
                                               std::vector<std::string>* notes);

// Compiles the rule files of `dir` into the file `path`, for LoadSecretRules. Throws Error.
void CompileSecretRules(const std::string& dir, const std::string& path);

// Blobs of every kind pass through the same scan. Path names are also held against the rules about
// paths. A blob whose bytes were seen in its outer blob passes. Of one that is made from another
// only what changed is searched, with the result of a full scan. Findings that overlap one of
// higher standing are dropped: a contextual one that overlaps a precise one, and the second of two
// precise ones of one family at one place. An organisation's own rules (secrets/own_rules.h) are a
// set beside the installed one; their findings are judged together - one that is a part of an
// installed rule's silences none -, but where a blob has thousands of matches and is judged piece
// by piece.
class SecretDetector : public Detector {
 public:
  // Throws Error when `rules` is empty. `own` may be null.
  SecretDetector(std::shared_ptr<const RuleSet> rules, FingerprintKey key,
                 std::shared_ptr<const RuleSet> own = nullptr);

  std::unique_ptr<Session> NewSession() const override;

  const RuleSet& rules() const { return *rules_; }

 private:
  std::shared_ptr<const RuleSet> rules_;
  std::shared_ptr<const RuleSet> own_;
  FingerprintKey key_;
};

}  // namespace picket
