#include "match/rule_store.h"

#include <optional>

#include "core/error.h"
#include "match/rule_reader.h"
#include "match/trusted_file.h"

namespace picket {
namespace {

bool IsMadeFrom(const RuleSet& set, const std::string& dir) {
  const std::string stamp = StampRuleFiles(dir);
  if (!stamp.empty() && stamp == set.source_stamp()) return true;
  return HashRuleFiles(ReadRuleFiles(dir)) == set.source_hash();
}

std::shared_ptr<const RuleSet> TryCompiled(const std::string& path, const std::string& dir,
                                           std::string* why) {
  std::optional<TrustedBytes> file = MapTrustedFile(path, why);
  if (!file) return nullptr;
  std::shared_ptr<const RuleSet> set = RuleSet::Parse(std::move(*file), why);
  if (set != nullptr && !dir.empty() && !IsMadeFrom(*set, dir)) {
    *why = "the rule files have changed since it was compiled";
    return nullptr;
  }
  return set;
}

std::string Joined(const std::vector<std::string>& complaints) {
  std::string text;
  for (const std::string& complaint : complaints) text += "\n  " + complaint;
  return text;
}

}  // namespace

std::shared_ptr<const RuleSet> CompileRules(const std::string& dir,
                                            std::span<const std::string_view> validators) {
  const std::vector<RuleFile> files = ReadRuleFiles(dir);
  std::vector<std::string> complaints;
  std::vector<Rule> rules;
  for (RuleSource& source : ParseRuleFiles(files, validators, &complaints)) {
    rules.push_back(std::move(source.rule));
  }
  std::shared_ptr<const RuleSet> set;
  if (complaints.empty()) {
    set = RuleSet::Compile(std::move(rules), HashRuleFiles(files), &complaints);
  }
  if (set == nullptr) {
    throw Error("The rules in " + dir +
                " are wrong, so nothing was examined; correct them:" + Joined(complaints));
  }
  return set;
}

std::shared_ptr<const RuleSet> LoadRules(const std::string& dir, const std::string& compiled,
                                         std::span<const std::string_view> validators,
                                         std::vector<std::string>* notes) {
  if (compiled.empty()) return CompileRules(dir, validators);
  std::string why;
  std::shared_ptr<const RuleSet> set = TryCompiled(compiled, dir, &why);
  if (set != nullptr) return set;
  if (dir.empty()) {
    throw Error("The compiled rules " + compiled + " can't be used, because " + why +
                "; install Picket again.");
  }
  notes->push_back("The compiled rules " + compiled + " were not used, because " + why +
                   "; the rules were compiled anew. Run the installation again to save that time.");
  return CompileRules(dir, validators);
}

void WriteCompiledRules(const RuleSet& rules, const std::string& dir, const std::string& path) {
  // The stamp is taken first, and long after the files were read for the rules: files that were
  // just installed have one by now.
  std::string stamp = StampRuleFiles(dir);
  if (HashRuleFiles(ReadRuleFiles(dir)) != rules.source_hash()) stamp.clear();
  WriteTrustedFile(path, rules.Serialize(stamp));
}

}  // namespace picket
