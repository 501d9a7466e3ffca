// Rule files: every rule that is read compiles in both engines' dialect, and whatever else is there
// is told in a sentence. Templates of examples, in the file and alone.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "match/dialect.h"
#include "match/rule_reader.h"
#include "match/search_group.h"
#include "secrets/template.h"
#include "secrets/validators.h"

namespace {

void Require(bool good) {
  if (!good) std::abort();
}

void Expand(std::string_view text) {
  using picket::Spoiling;
  for (Spoiling spoiling :
       {Spoiling::kNone, Spoiling::kShorter, Spoiling::kLonger, Spoiling::kWrongChecksum}) {
    picket::SeededRandom random(1);
    std::string why;
    std::vector<picket::TemplatePart> parts;
    const auto made = picket::ExpandTemplate(text, random, spoiling, &why, &parts);
    if (!made) {
      Require(!why.empty());
      continue;
    }
    size_t from = 0;
    size_t at = 0;
    for (const picket::TemplatePart& part : parts) {
      Require(part.from == from && part.to > from && part.at == at && part.end >= at);
      from = part.to;
      at = part.end;
    }
    Require(from == text.size() && at == made->size());
  }
  picket::HasCounted(text);
  picket::HasChecksum(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (size < 400) Expand(text);
  const picket::RuleFile file{"file.json", text};
  std::vector<std::string> complaints;
  const auto rules = picket::ParseRuleFiles({&file, 1}, picket::ValidatorNames(), &complaints);
  for (const std::string& complaint : complaints) Require(complaint.ends_with('.'));
  if (!complaints.empty()) return 0;
  for (const picket::RuleSource& source : rules) {
    std::vector<std::string> unread;
    const picket::PatternFacts facts = picket::CheckDialect(source.rule.pattern, &unread);
    Require(unread.empty() && facts.max_width >= facts.min_width);
    picket::Rule rule = source.rule;
    picket::ChooseSearchGroup(rule);
  }
  return 0;
}
