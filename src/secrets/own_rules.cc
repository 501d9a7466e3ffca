#include "secrets/own_rules.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "core/error.h"
#include "core/fingerprint.h"
#include "match/rule_reader.h"
#include "secrets/validators.h"

namespace picket {

std::vector<RuleFile> WithoutRepeats(std::span<const RuleFile> files) {
  std::vector<RuleFile> once;
  for (const RuleFile& file : files) {
    const bool known = std::any_of(once.begin(), once.end(), [&file](const RuleFile& other) {
      return other.bytes == file.bytes;
    });
    if (!known) once.push_back(file);
  }
  return once;
}

std::string HashOwnRules(std::span<const RuleFile> files) {
  std::vector<std::string> hashes;
  for (const RuleFile& file : files) hashes.push_back(Sha256(AsBytes(file.bytes)));
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
  std::string whole;
  for (const std::string& hash : hashes) whole += hash;
  return Sha256(AsBytes(whole));
}

std::vector<std::string> FindTakenIds(std::span<const Rule> rules, const RuleSet& installed) {
  std::unordered_set<std::string_view> taken;
  for (const Rule& rule : installed.rules()) taken.insert(rule.id);
  std::vector<std::string> complaints;
  for (const Rule& rule : rules) {
    if (taken.count(rule.id) == 0) continue;
    complaints.push_back("the id " + rule.id +
                         " is that of an installed rule; give the own rule another.");
  }
  return complaints;
}

std::shared_ptr<const RuleSet> CompileOwnRules(std::span<const RuleFile> files,
                                               const RuleSet& installed) {
  const std::vector<RuleFile> once = WithoutRepeats(files);
  std::vector<std::string> complaints;
  std::vector<Rule> rules;
  for (RuleSource& source : ParseRuleFiles(once, ValidatorNames(), &complaints)) {
    for (const std::string& taken : FindTakenIds({&source.rule, 1}, installed)) {
      complaints.push_back(source.file + ": " + taken);
    }
    rules.push_back(std::move(source.rule));
  }
  std::shared_ptr<const RuleSet> set;
  if (complaints.empty()) set = RuleSet::Compile(std::move(rules), HashOwnRules(once), &complaints);
  if (set != nullptr) return set;
  std::string text = "The own rules are wrong, so nothing was examined; correct them:";
  for (const std::string& complaint : complaints) text += "\n  " + complaint;
  throw Error(text);
}

}  // namespace picket
