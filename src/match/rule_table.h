// The flat form of rules: what the compiled file holds beside the Hyperscan database, so that a
// warm start reads no JSON.
#pragma once

#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/detector.h"
#include "match/rule.h"
#include "match/rule_word.h"
#include "match/word_finder.h"

namespace picket {

// What scanning needs of an encoded spelling of a literal, which is searched for in the same pass
// as the rules; the database holds the spelling. There are some twenty thousand.
struct EncodedLiteral {
  Encoding encoding = Encoding::kBase64;
  // From the literal's first byte to the next boundary of four base64 characters; else 0.
  uint8_t quad_shift = 0;
  // Of what is found, in bytes; an escape's is that of its first byte.
  uint16_t width = 0;

  // Base64 and hexadecimal digits of a token are themselves a token run.
  SearchGroup group() const {
    switch (encoding) {
      case Encoding::kBase64:
      case Encoding::kHex: return SearchGroup::kToken;
      case Encoding::kUtf16Le:
      case Encoding::kUtf16Be: return SearchGroup::kWide;
      case Encoding::kEscape: return SearchGroup::kEscape;
      case Encoding::kSplit: return SearchGroup::kSplit;
    }
    return SearchGroup::kEverywhere;
  }

  auto operator<=>(const EncodedLiteral&) const = default;
};

struct SpelledLiteral {
  EncodedLiteral literal;
  std::string bytes;

  auto operator<=>(const SpelledLiteral&) const = default;
};

// Of every literal of `rules`: itself, where text that it starts may be split; UTF-16 in both
// orders; hexadecimal digits; the three base64 phases in both alphabets, of the literal, of its
// base64 and of its UTF-16 (little-endian); the first four base64 characters, broken by a line end.
// And what begins escapes, and gzip and zip files in base64. Sorted, each once.
std::vector<SpelledLiteral> DeriveEncodedLiterals(const std::vector<Rule>& rules);

std::string WriteLiteralTable(const std::vector<EncodedLiteral>& literals);
// False when `table` is not one whole table.
bool ReadLiteralTable(Bytes table, std::vector<EncodedLiteral>* literals);

// The words of a set's finder: kNameWords and, behind them, those of `rule_words`.
std::string WriteWordTable(const std::vector<Word>& words, const std::vector<RuleWord>& rule_words);
// False when `table` is not one whole table of words that WordFinder takes.
bool ReadWordTable(Bytes table, std::vector<Word>* words, std::vector<RuleWord>* rule_words);

std::string WriteRuleTable(const std::vector<Rule>& rules);
// False when `table` is not one whole table: sizes, counts and enums are checked.
bool ReadRuleTable(Bytes table, std::vector<Rule>* rules);

}  // namespace picket
