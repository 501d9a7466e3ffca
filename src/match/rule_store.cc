#include "match/rule_store.h"

#include <optional>

#include "core/error.h"
#include "match/rule_reader.h"
#include "match/trusted_file.h"

namespace picket {
namespace {

std::shared_ptr<const RuleSet> TryCompiled(const std::string& path, std::string_view source_hash,
                                           std::string* why) {
  const std::optional<TrustedBytes> file = MapTrustedFile(path, why);
  return file ? RuleSet::Parse(file->bytes(), source_hash, why) : nullptr;
}

std::string Joined(const std::vector<std::string>& complaints) {
  std::string text;
  for (const std::string& complaint : complaints) text += "\n  " + complaint;
  return text;
}

std::shared_ptr<const RuleSet> CompileFiles(const std::string& dir, std::span<const RuleFile> files,
                                            std::span<const std::string_view> validators) {
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

}  // namespace

std::shared_ptr<const RuleSet> CompileRules(const std::string& dir,
                                            std::span<const std::string_view> validators) {
  std::vector<RuleFile> files = ReadRuleFiles(dir);
  return CompileFiles(dir, files, validators);
}

std::shared_ptr<const RuleSet> LoadRules(const std::string& dir, const std::string& compiled,
                                         std::span<const std::string_view> validators,
                                         std::vector<std::string>* notes) {
  if (compiled.empty()) return CompileRules(dir, validators);
  std::vector<RuleFile> files;
  std::string hash;
  if (!dir.empty()) {
    files = ReadRuleFiles(dir);
    hash = HashRuleFiles(files);
  }
  std::string why;
  std::shared_ptr<const RuleSet> set = TryCompiled(compiled, hash, &why);
  if (set != nullptr) return set;
  if (dir.empty()) {
    throw Error("The compiled rules " + compiled + " can't be used, because " + why +
                "; install Picket again.");
  }
  notes->push_back("The compiled rules " + compiled + " were not used, because " + why +
                   "; the rules were compiled anew. Run the installation again to save that time.");
  return CompileFiles(dir, files, validators);
}

void WriteCompiledRules(const RuleSet& rules, const std::string& path) {
  WriteTrustedFile(path, rules.Serialize());
}

}  // namespace picket
