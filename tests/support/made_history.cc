#include "support/made_history.h"

#include <openssl/evp.h>

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>

#include "match/rule_reader.h"
#include "secrets/template.h"
#include "secrets/validators.h"
#include "support/pack_builder.h"

namespace picket::test {
namespace {

constexpr char kLower[] = "abcdefghijklmnopqrstuvwxyz";
constexpr char kToken[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr size_t kBranches = 2;
constexpr size_t kDeepest = 6;

std::string Size(uint64_t value) {
  std::string text;
  do {
    text += static_cast<char>((value & 0x7f) | (value > 0x7f ? 0x80U : 0U));
    value >>= 7;
  } while (value != 0);
  return text;
}

std::string Copy(uint64_t offset, uint64_t length) {
  std::string text(1, '\xff');
  for (int shift = 0; shift < 32; shift += 8) text += static_cast<char>(offset >> shift & 0xff);
  for (int shift = 0; shift < 24; shift += 8) text += static_cast<char>(length >> shift & 0xff);
  return text;
}

}  // namespace

ChosenRules ChooseRules() {
  const std::string dir = std::string(PICKET_SOURCE_DIR) + "/patterns/secrets";
  std::vector<std::string> complaints;
  std::vector<RuleSource> sources =
      ParseRuleFiles(ReadRuleFiles(dir), ValidatorNames(), &complaints);
  std::erase_if(sources, [](const RuleSource& source) { return source.rule.is_path_rule(); });
  for (RuleSource& source : sources) source.rule.group = ChooseSearchGroup(source.rule);
  std::stable_sort(sources.begin(), sources.end(), [](const RuleSource& a, const RuleSource& b) {
    return a.rule.max_width > b.rule.max_width;
  });
  constexpr size_t kWidest = 3;
  constexpr size_t kEvery = 17;
  std::map<std::pair<SearchGroup, std::string>, size_t> seen;
  ChosenRules chosen;
  SeededRandom random(11);
  for (RuleSource& source : sources) {
    const size_t turn = seen[{source.rule.group, source.rule.measure.kind}]++;
    if (turn >= kWidest && turn % kEvery != 0) continue;
    for (const std::vector<std::string>* templates : {&source.examples, &source.near_misses}) {
      for (const std::string& text : *templates) {
        std::string why;
        std::optional<std::string> expanded = ExpandTemplate(text, random, Spoiling::kNone, &why);
        if (!expanded) throw std::runtime_error(why);
        chosen.secrets.push_back(std::move(*expanded));
      }
    }
    Rule rule = source.rule;
    rule.tier = Tier::kContextual;
    rule.id = "test." + rule.id;
    rule.family = rule.id;
    rule.validators.clear();
    chosen.rules.push_back(std::move(rule));
  }
  return chosen;
}

std::string HistoryMaker::Letters(std::string_view alphabet, size_t length) {
  std::string text;
  while (text.size() < length) text.push_back(alphabet[Below(alphabet.size())]);
  return text;
}

std::string HistoryMaker::Fragment() {
  const std::string& secret = secrets_[Below(secrets_.size())];
  const size_t cut = Below(secret.size() + 1);
  switch (Below(16)) {
    case 0: return secret + "\n";
    case 1: return secret;
    case 2: return secret.substr(0, cut);
    case 3: return secret.substr(cut);
    case 4: return Letters(kToken, 1 + Below(900));
    case 5: return std::string(1 + Below(40), '\0');
    case 6: return "%41\\x41&#65;" + Letters(kToken, 20) + "%42\\u0043\n";
    case 7: return EncodeBase64(secret, false, true) + "\n";
    case 8: return std::string(Below(200), ' ') + "\n";
    case 9: return "key = token(\"" + Letters(kToken, 1 + Below(60)) + "\")\n";
    default: {
      std::string line;
      for (size_t words = 1 + Below(9); words > 0; --words) {
        line += Letters(kLower, 1 + Below(9)) + (Below(6) == 0 ? ";" : " ");
      }
      return line + "\n";
    }
  }
}

std::string HistoryMaker::Root() {
  std::string text = std::to_string(++made_) + "\n";
  for (uint64_t left = 2 + Below(90); left > 0; --left) text += Fragment();
  return text;
}

// Half of the time one where a secret begins or ends, or close to it.
size_t HistoryMaker::Place(const Cells& cells) {
  const size_t anywhere = Below(cells.size() + 1);
  if (Below(2) == 0) return anywhere;
  std::string text;
  for (const Cell& cell : cells) text.push_back(cell.byte);
  const std::string& secret = secrets_[Below(secrets_.size())];
  const size_t at = text.find(secret.substr(0, 6), anywhere);
  if (at == std::string::npos) return anywhere;
  const size_t near = at + Below(secret.size() + 24);
  return std::min(near - std::min<size_t>(near, Below(24)), cells.size());
}

void HistoryMaker::EditOnce(Cells* cells) {
  const auto iterator = [cells](size_t at) { return cells->begin() + static_cast<ptrdiff_t>(at); };
  const size_t at = Place(*cells);
  const size_t other = Below(2) == 0 ? Place(*cells) : at + Below(200);
  const size_t first = std::min(at, std::min(other, cells->size()));
  const size_t last = std::max(at, std::min(other, cells->size()));
  const Cells range(iterator(first), iterator(last));
  switch (Below(6)) {
    case 0: cells->erase(iterator(first), iterator(last)); return;
    case 1: {  // moved
      cells->erase(iterator(first), iterator(last));
      cells->insert(iterator(Place(*cells)), range.begin(), range.end());
      return;
    }
    case 2: cells->insert(iterator(Place(*cells)), range.begin(), range.end()); return;
    case 3: {  // a few bytes are others
      const size_t end = std::min(cells->size(), first + 1 + Below(4));
      for (size_t i = first; i < end; ++i) (*cells)[i] = {kToken[Below(64)], kNoText};
      return;
    }
    default: {
      Cells fresh;
      for (char byte : Fragment()) fresh.push_back({byte, kNoText});
      cells->insert(iterator(at), fresh.begin(), fresh.end());
    }
  }
}

HistoryMaker::Cells HistoryMaker::Edit(const std::string& base) {
  Cells cells;
  for (size_t i = 0; i < base.size(); ++i) cells.push_back({base[i], i});
  for (uint64_t edits = 1 + Below(3); edits > 0; --edits) EditOnce(&cells);
  // Its own number makes each text another one.
  const std::string number = std::to_string(++made_) + "\n";
  const size_t at = Below(2) == 0 ? 0 : cells.size();
  Cells fresh;
  for (char byte : number) fresh.push_back({byte, kNoText});
  cells.insert(cells.begin() + static_cast<ptrdiff_t>(at), fresh.begin(), fresh.end());
  return cells;
}

void HistoryMaker::Grow(size_t parent, size_t depth, std::vector<MadeText>* texts) {
  if (depth > kDeepest) return;
  for (uint64_t left = depth == 1 ? kBranches : Below(kBranches + 1); left > 0; --left) {
    const Cells cells = Edit((*texts)[parent].text);
    MadeText made;
    made.base = parent;
    for (const Cell& cell : cells) {
      const uint64_t offset = made.text.size();
      made.text.push_back(cell.byte);
      if (cell.from == kNoText) continue;
      std::vector<CopiedRange>& copies = made.copies;
      const bool goes_on = !copies.empty() &&
                           copies.back().offset + copies.back().length == offset &&
                           copies.back().base_offset + copies.back().length == cell.from;
      // Sometimes a range is told as two.
      if (goes_on && Below(500) != 0) {
        ++copies.back().length;
      } else {
        copies.push_back({cell.from, offset, 1});
      }
    }
    texts->push_back(std::move(made));
    Grow(texts->size() - 1, depth + 1, texts);
  }
}

std::vector<MadeText> HistoryMaker::Make() {
  std::vector<MadeText> texts(1);
  texts[0].text = Root();
  Grow(0, 1, &texts);
  return texts;
}

std::string DeltaOf(const MadeText& made, uint64_t base_size) {
  std::string delta = Size(base_size) + Size(made.text.size());
  const auto insert = [&](uint64_t from, uint64_t to) {
    for (; from < to; from += 127) {
      const std::string part = made.text.substr(from, std::min<uint64_t>(127, to - from));
      delta += static_cast<char>(part.size());
      delta += part;
    }
  };
  uint64_t at = 0;
  for (const CopiedRange& copy : made.copies) {
    insert(at, copy.offset);
    delta += Copy(copy.base_offset, copy.length);
    at = copy.offset + copy.length;
  }
  insert(at, made.text.size());
  return delta;
}

std::string PackOf(const std::vector<std::vector<MadeText>>& histories) {
  PackBuilder builder;
  uint32_t number = 0;
  for (const std::vector<MadeText>& texts : histories) {
    std::vector<uint64_t> offsets;
    for (const MadeText& made : texts) {
      const std::string id = PackBuilder::Id(++number);
      offsets.push_back(made.base == kNoText
                            ? builder.Add(id, 3, made.text)
                            : builder.AddOffsetDelta(id, offsets[made.base],
                                                     DeltaOf(made, texts[made.base].text.size())));
    }
  }
  std::string pack = builder.Pack();
  pack.resize(pack.size() - 20);
  unsigned char digest[EVP_MAX_MD_SIZE];
  EVP_Digest(pack.data(), pack.size(), digest, nullptr, EVP_sha1(), nullptr);
  return pack.append(reinterpret_cast<const char*>(digest), 20);
}

}  // namespace picket::test
