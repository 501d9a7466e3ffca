#include "match/rule_table.h"

#include <algorithm>
#include <bit>

#include "core/byte_reader.h"
#include "match/name_word.h"
#include "match/split_word.h"
#include "match/table_writer.h"

namespace picket {
namespace {

constexpr uint32_t kMaxRules = 1u << 16;
constexpr uint32_t kMaxList = 1u << 12;
// What a rule's numbers and lengths take without its texts, at least.
constexpr uint64_t kLeastRuleBytes = 128;
// Encoding, shift, width.
constexpr uint64_t kLiteralBytes = 2 + sizeof(uint32_t);

constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string Utf16(std::string_view literal, bool little) {
  std::string wide;
  for (char c : literal) {
    if (!little) wide.push_back('\0');
    wide.push_back(c);
    if (little) wide.push_back('\0');
  }
  return wide;
}

// The characters that `literal` alone decides when `phase` bytes stand before it in its group.
std::string Base64Phase(std::string_view literal, size_t phase) {
  std::string padded(phase, '\0');
  padded += literal;
  padded += std::string(3, '\0');
  std::string encoded;
  for (size_t i = 0; i + 3 <= padded.size(); i += 3) {
    uint32_t group = static_cast<uint32_t>(static_cast<uint8_t>(padded[i]) << 16 |
                                           static_cast<uint8_t>(padded[i + 1]) << 8 |
                                           static_cast<uint8_t>(padded[i + 2]));
    for (int shift = 18; shift >= 0; shift -= 6) encoded.push_back(kBase64[group >> shift & 63]);
  }
  size_t first = (8 * phase + 5) / 6;
  size_t last = 8 * (phase + literal.size()) / 6;
  return encoded.substr(first, last - first);
}

struct Base64Spelling {
  std::string text;
  uint8_t quad_shift = 0;  // see EncodedLiteral
};

// All that `literal` may be spelt as in one phase. Of three bytes that begin within a group only
// three characters are sure, and any two thousand have such by chance: one beside them that they
// decide but for two bits is spelt out.
std::vector<Base64Spelling> SpellInBase64(std::string_view literal, size_t phase) {
  static constexpr uint8_t kQuadShift[3] = {0, 2, 1};
  const std::string sure = Base64Phase(literal, phase);
  if (sure.size() != 3) return {{sure, kQuadShift[phase]}};
  std::vector<Base64Spelling> spellings;
  const std::string bytes(literal);
  for (unsigned two_bits = 0; two_bits < 4; ++two_bits) {
    if (phase == 1) {
      const std::string with_last = std::string(1, static_cast<char>(two_bits)) + bytes;
      spellings.push_back({Base64Phase(with_last, 0).substr(1, 4), 3});
    } else {
      const std::string with_next = bytes + static_cast<char>(two_bits << 6);
      spellings.push_back({Base64Phase(with_next, phase).substr(0, 4), kQuadShift[phase]});
    }
  }
  return spellings;
}

std::string Hex(std::string_view literal, const char* digits) {
  std::string hex;
  for (char c : literal) {
    hex.push_back(digits[static_cast<uint8_t>(c) >> 4]);
    hex.push_back(digits[static_cast<uint8_t>(c) & 15]);
  }
  return hex;
}

// Else no joint follows the word that it begins.
bool IsOneWord(std::string_view literal) {
  return std::all_of(literal.begin(), literal.end(),
                     [](char c) { return IsSplitWordByte(static_cast<uint8_t>(c)); });
}

// Longer spellings mark no better: what decides is the rule that reads the decoded text.
constexpr size_t kLongestMark = 12;
constexpr size_t kBrokenMark = 4;

class LiteralList {
 public:
  bool empty() const { return found_.empty(); }

  void Add(Encoding encoding, std::string bytes, uint8_t shift = 0) {
    uint16_t width = static_cast<uint16_t>(bytes.size());
    found_.push_back({{encoding, shift, width}, std::move(bytes)});
  }

  void AddBase64(std::string_view literal, bool broken) {
    for (size_t phase = 0; phase < 3; ++phase) {
      for (const Base64Spelling& spelling : SpellInBase64(literal, phase)) {
        const std::string standard = spelling.text.substr(0, kLongestMark);
        std::string url_safe = standard;
        std::replace(url_safe.begin(), url_safe.end(), '+', '-');
        std::replace(url_safe.begin(), url_safe.end(), '/', '_');
        if (broken) AddBroken(standard, spelling.quad_shift);
        // What the first characters mark needs no more.
        const bool marked = broken && standard.size() >= kBrokenMark;
        const bool differs = url_safe.compare(0, kBrokenMark, standard, 0, kBrokenMark) != 0;
        if (!marked) Add(Encoding::kBase64, standard, spelling.quad_shift);
        if (!marked || differs) Add(Encoding::kBase64, url_safe, spelling.quad_shift);
      }
    }
  }

  // What escapes begin with, and files that base64 carries: gzip (in base64 once more, as Helm
  // keeps its releases) and zip.
  void AddCarriers() {
    for (const char* lead : {"%", "&", "\\"}) found_.push_back({{Encoding::kEscape, 0, 1}, lead});
    for (const char* magic : {"H4sI", "UEsDB", "SDRzSU"}) Add(Encoding::kBase64, magic);
  }

  std::vector<SpelledLiteral> Take() {
    std::sort(found_.begin(), found_.end());
    found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
    return std::move(found_);
  }

 private:
  // A line may end anywhere; where it does after more of the spelling, the first characters mark.
  void AddBroken(const std::string& spelling, uint8_t shift) {
    std::string mark = spelling.substr(0, kBrokenMark);
    if (mark.size() == kBrokenMark) Add(Encoding::kBase64, mark, shift);
    for (size_t at = 1; at < mark.size(); ++at) {
      // The shift counts characters: the break moves what stands behind it.
      for (const char* line_end : {"\n", "\r\n"}) {
        std::string text = mark.substr(0, at) + line_end + mark.substr(at);
        size_t moved = shift >= at ? text.size() - mark.size() : 0;
        Add(Encoding::kBase64, text, static_cast<uint8_t>(shift + moved));
      }
    }
  }

  std::vector<SpelledLiteral> found_;
};

void WriteSet(TableWriter& out, const ByteSet& set) {
  for (uint64_t word : set.words()) out.U64(word);
}

ByteSet ReadSet(ByteReader& in) {
  ByteSet::Words words;
  for (uint64_t& word : words) word = in.U64Le();
  return ByteSet(words);
}

std::string ReadText(ByteReader& in) { return std::string(AsText(in.Take(in.U32Le()))); }

void WriteTexts(TableWriter& out, const std::vector<std::string>& texts) {
  out.U32(static_cast<uint32_t>(texts.size()));
  for (const std::string& text : texts) out.Text(text);
}

std::vector<std::string> ReadTexts(ByteReader& in) {
  std::vector<std::string> texts;
  uint32_t count = in.U32Le();
  if (count > kMaxList) in.Fail();
  for (uint32_t i = 0; in.ok() && i < count; ++i) texts.push_back(ReadText(in));
  return texts;
}

void WriteRule(TableWriter& out, const Rule& rule) {
  for (const std::string* text :
       {&rule.id, &rule.family, &rule.description, &rule.remediation, &rule.pattern}) {
    out.Text(*text);
  }
  out.U8(static_cast<uint8_t>(rule.tier));
  out.U8(static_cast<uint8_t>(rule.severity));
  out.U8(rule.ignore_case ? 1 : 0);
  WriteTexts(out, rule.path_suffixes);
  WriteSet(out, rule.not_before);
  WriteSet(out, rule.not_after);
  out.U32(rule.min_width);
  out.U32(rule.max_width);
  out.U8(rule.token_run ? 1 : 0);
  out.U8(static_cast<uint8_t>(rule.group));
  out.U32(rule.line_head);
  out.Text(rule.measure.kind);
  WriteSet(out, rule.measure.bytes);
  out.U32(rule.measure.min);
  out.U32(rule.measure.max);
  WriteTexts(out, rule.context.words);
  out.U8(rule.context.before);
  out.U8(rule.context.after);
  out.U32(static_cast<uint32_t>(rule.validators.size()));
  for (const ValidatorCall& call : rule.validators) {
    out.Text(call.name);
    out.U64(std::bit_cast<uint64_t>(call.number));
    out.Text(call.text);
  }
  WriteTexts(out, rule.encoded_literals);
}

Rule ReadRule(ByteReader& in) {
  Rule rule;
  for (std::string* text :
       {&rule.id, &rule.family, &rule.description, &rule.remediation, &rule.pattern}) {
    *text = ReadText(in);
  }
  uint8_t tier = in.U8();
  uint8_t severity = in.U8();
  uint8_t ignore_case = in.U8();
  if (tier > static_cast<uint8_t>(Tier::kContextual)) in.Fail();
  if (severity > static_cast<uint8_t>(Severity::kCritical) || ignore_case > 1) in.Fail();
  rule.tier = tier == 0 ? Tier::kPrecise : Tier::kContextual;
  rule.severity = in.ok() ? static_cast<Severity>(severity) : Severity::kInfo;
  rule.ignore_case = ignore_case != 0;
  rule.path_suffixes = ReadTexts(in);
  rule.not_before = ReadSet(in);
  rule.not_after = ReadSet(in);
  rule.min_width = in.U32Le();
  rule.max_width = in.U32Le();
  const uint8_t token_run = in.U8();
  const uint8_t group = in.U8();
  if (token_run > 1 || group >= kSearchGroups.size()) in.Fail();
  rule.token_run = token_run != 0;
  rule.group = static_cast<SearchGroup>(group);
  rule.line_head = in.U32Le();
  if (rule.line_head > rule.max_width) in.Fail();
  rule.measure.kind = ReadText(in);
  rule.measure.bytes = ReadSet(in);
  rule.measure.min = in.U32Le();
  rule.measure.max = in.U32Le();
  rule.context.words = ReadTexts(in);
  rule.context.before = in.U8();
  rule.context.after = in.U8();
  uint32_t calls = in.U32Le();
  if (calls > kMaxList) in.Fail();
  for (uint32_t i = 0; in.ok() && i < calls; ++i) {
    ValidatorCall call;
    call.name = ReadText(in);
    call.number = std::bit_cast<double>(in.U64Le());
    call.text = ReadText(in);
    rule.validators.push_back(std::move(call));
  }
  rule.encoded_literals = ReadTexts(in);
  return rule;
}

}  // namespace

std::vector<SpelledLiteral> DeriveEncodedLiterals(const std::vector<Rule>& rules) {
  LiteralList list;
  for (const Rule& rule : rules) {
    for (const std::string& literal : rule.encoded_literals) {
      if (IsOneWord(literal)) list.Add(Encoding::kSplit, literal);
      list.Add(Encoding::kUtf16Le, Utf16(literal, true));
      list.Add(Encoding::kUtf16Be, Utf16(literal, false));
      list.Add(Encoding::kHex, Hex(literal, "0123456789abcdef"));
      list.Add(Encoding::kHex, Hex(literal, "0123456789ABCDEF"));
      list.AddBase64(literal, true);
      list.AddBase64(Utf16(literal, true), false);
      for (size_t phase = 0; phase < 3; ++phase) {
        list.AddBase64(Base64Phase(literal, phase), false);
      }
    }
  }
  if (!list.empty()) list.AddCarriers();
  return list.Take();
}

std::string WriteLiteralTable(const std::vector<EncodedLiteral>& literals) {
  TableWriter out;
  for (const EncodedLiteral& literal : literals) {
    out.U8(static_cast<uint8_t>(literal.encoding));
    out.U8(literal.quad_shift);
    out.U32(literal.width);
  }
  return out.Take();
}

bool ReadLiteralTable(Bytes table, std::vector<EncodedLiteral>* literals) {
  ByteReader in(table);
  literals->clear();
  literals->reserve(table.size() / kLiteralBytes);
  while (!in.at_end()) {
    const Bytes entry = in.Take(kLiteralBytes);
    if (!in.ok()) return false;
    const uint32_t width = ByteReader(entry, kLiteralBytes - sizeof(uint32_t)).U32Le();
    if (entry[0] > static_cast<uint8_t>(Encoding::kSplit)) return false;
    if (width == 0 || width > kMaxList) return false;
    literals->push_back({static_cast<Encoding>(entry[0]), entry[1], static_cast<uint16_t>(width)});
  }
  return true;
}

std::string WriteWordTable(const std::vector<Word>& words,
                           const std::vector<RuleWord>& rule_words) {
  TableWriter out;
  out.U32(static_cast<uint32_t>(words.size()));
  for (const Word& word : words) {
    out.Text(word.text);
    out.U8(word.set);
  }
  for (const RuleWord& word : rule_words) {
    out.U32(word.before);
    out.U32(word.after);
    out.U8(word.far ? 1 : 0);
  }
  return out.Take();
}

bool ReadWordTable(Bytes table, std::vector<Word>* words, std::vector<RuleWord>* rule_words) {
  ByteReader in(table);
  const uint32_t count = in.U32Le();
  if (count < kNameWords.size() || count > kMostWords) return false;
  for (uint32_t i = 0; i < count; ++i) {
    Word word;
    word.text = AsText(in.Take(in.U32Le()));
    word.set = in.U8();
    if (!IsWord(word) || (i < kNameWords.size() && word.text != kNameWords[i])) return false;
    words->push_back(std::move(word));
  }
  for (uint32_t i = kNameWords.size(); i < count; ++i) {
    const uint32_t before = in.U32Le();
    const uint32_t after = in.U32Le();
    const uint8_t far = in.U8();
    if (far > 1) return false;
    rule_words->push_back({(*words)[i].text, before, after, far == 1});
  }
  return in.ok() && in.at_end();
}

std::string WriteRuleTable(const std::vector<Rule>& rules) {
  TableWriter out;
  out.U32(static_cast<uint32_t>(rules.size()));
  for (const Rule& rule : rules) WriteRule(out, rule);
  return out.Take();
}

bool ReadRuleTable(Bytes table, std::vector<Rule>* rules) {
  ByteReader in(table);
  uint32_t count = in.U32Le();
  if (count > kMaxRules) in.Fail();
  rules->clear();
  // No count is believed beyond the bytes that are there.
  rules->reserve(std::min<uint64_t>(count, table.size() / kLeastRuleBytes));
  for (uint32_t i = 0; in.ok() && i < count; ++i) rules->push_back(ReadRule(in));
  return in.ok() && in.at_end();
}

}  // namespace picket
