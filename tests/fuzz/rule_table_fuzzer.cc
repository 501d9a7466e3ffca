// The tables of a compiled file: whatever is read must be written back as the same bytes. The input
// is a table; and it is laid over tables of this version, byte 0 saying which, byte 1 how much of
// its end is cut off, the rest combined with it byte by byte, so that zeros leave it as it is.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "match/name_word.h"
#include "match/rule_set.h"
#include "match/rule_table.h"

namespace picket {
namespace {

void Require(bool good) {
  if (!good) std::abort();
}

std::vector<Rule> MakeRules() {
  std::vector<Rule> rules(2);
  for (Rule& rule : rules) {
    rule.id = rule.family = "a.rule";
    rule.description = "A thing.";
    rule.remediation = "Revoke it.";
  }
  rules[0].pattern = "acme_";
  rules[0].min_width = rules[0].max_width = 5;
  rules[0].not_before.AddRange('a', 'z');
  rules[0].measure = {"run", {}, 3, 9};
  rules[0].measure.bytes.AddRange('0', '9');
  rules[0].context = {{"key"}, 9, 3};
  rules[0].validators = {{"entropy", 3.5, ""}, {"jwt", 0, "text"}};
  rules[0].encoded_literals = {"acme_"};
  rules[1].path_suffixes = {".pem", "id_rsa"};
  return rules;
}

// The three kinds of tables; the last one has a whole file's first bytes too.
std::array<std::string, 4> MakeTables() {
  const std::vector<Rule> rules = MakeRules();
  std::vector<EncodedLiteral> literals;
  for (const SpelledLiteral& one : DeriveEncodedLiterals(rules)) literals.push_back(one.literal);
  literals.resize(std::min<size_t>(literals.size(), 20));
  std::vector<Word> words;
  for (std::string_view name : kNameWords) words.push_back({std::string(name)});
  words.push_back({"acme\x7f"});
  SpreadWords(&words);
  std::vector<std::string> complaints;
  const auto set = RuleSet::Compile(MakeRules(), std::string(32, 'h'), &complaints);
  Require(set != nullptr);
  return {WriteRuleTable(rules), WriteLiteralTable(literals),
          WriteWordTable(words, {{"acme\x7f", 0, 9, true}}), set->Serialize("stamp")};
}

void Read(Bytes bytes) {
  std::vector<Rule> rules;
  if (ReadRuleTable(bytes, &rules)) Require(WriteRuleTable(rules) == AsText(bytes));
  std::vector<EncodedLiteral> literals;
  if (ReadLiteralTable(bytes, &literals)) Require(WriteLiteralTable(literals) == AsText(bytes));
  std::vector<Word> words;
  std::vector<RuleWord> rule_words;
  if (ReadWordTable(bytes, &words, &rule_words)) {
    Require(WriteWordTable(words, rule_words) == AsText(bytes));
  }
}

}  // namespace
}  // namespace picket

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace picket;
  static const std::array<std::string, 4> tables = MakeTables();
  const Bytes bytes(data, size);
  Read(bytes);
  std::string why;
  if (RuleSet::Parse(TrustedBytes::Copy(bytes), &why) == nullptr) Require(!why.empty());
  if (size < 2) return 0;
  const bool is_file = data[0] % tables.size() == tables.size() - 1;
  std::string table = tables[data[0] % tables.size()];
  for (size_t i = 2; i < size; ++i) {
    if (table.size() < i - 1) table.push_back('\0');
    table[i - 2] = static_cast<char>(table[i - 2] ^ static_cast<char>(data[i]));
  }
  table.resize(table.size() - std::min<size_t>(data[1], table.size()));
  if (!is_file) {
    Read(AsBytes(table));
  } else if (RuleSet::Parse(TrustedBytes::Copy(AsBytes(table)), &why) == nullptr) {
    Require(!why.empty());
  }
  return 0;
}
