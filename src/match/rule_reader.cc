#include "match/rule_reader.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "core/error.h"
#include "core/fingerprint.h"
#include "match/dialect.h"

namespace picket {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 21> kKeys = {
    "id",          "family",  "tier",       "severity",   "description",      "remediation",
    "pattern",     "case",    "paths",      "not_before", "not_after",        "max_width",
    "measure",     "context", "validators", "references", "encoded_literals", "examples",
    "near_misses", "comment", "token_run"};
constexpr uint32_t kMaxMeasure = 64 * 1024;
constexpr size_t kMaxContext = 64;

// One entry's values with their types checked; what is wrong becomes a complaint.
class Entry {
 public:
  Entry(const json& object, std::string subject, std::vector<std::string>* complaints)
      : object_(object), subject_(std::move(subject)), complaints_(complaints) {}

  void Complain(const std::string& what) { complaints_->push_back(subject_ + ": " + what + "."); }

  void AllowKeys(std::span<const std::string_view> keys) {
    for (const auto& [key, value] : object_.items()) {
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
        Complain("the key \"" + key + "\" is not known");
      }
    }
  }

  std::string Text(const char* key, bool required) {
    auto it = object_.find(key);
    if (it != object_.end() && it->is_string()) return it->get<std::string>();
    if (it != object_.end()) Complain(std::string("\"") + key + "\" is not a string");
    if (it == object_.end() && required) Complain(std::string("\"") + key + "\" is missing");
    return {};
  }

  std::vector<std::string> Texts(const char* key) {
    std::vector<std::string> texts;
    auto it = object_.find(key);
    if (it == object_.end()) return texts;
    bool ok = it->is_array();
    for (const json& item : *it) ok = ok && item.is_string();
    if (!ok) {
      Complain(std::string("\"") + key + "\" is not a list of strings");
      return texts;
    }
    return it->get<std::vector<std::string>>();
  }

  uint32_t Number(const char* key, uint32_t fallback, uint32_t max) {
    auto it = object_.find(key);
    if (it == object_.end()) return fallback;
    if (!it->is_number_unsigned() || it->get<uint64_t>() > max) {
      Complain(std::string("\"") + key + "\" is not a whole number up to " + std::to_string(max));
      return fallback;
    }
    return it->get<uint32_t>();
  }

  bool Flag(const char* key) {
    auto it = object_.find(key);
    if (it == object_.end()) return false;
    if (it->is_boolean()) return it->get<bool>();
    Complain(std::string("\"") + key + "\" is neither true nor false");
    return false;
  }

  ByteSet Class(const char* key) {
    ByteSet set;
    std::string text = Text(key, false);
    if (!ParseByteClass(text, &set)) {
      Complain(std::string("\"") + key + "\" is not a class such as [A-Za-z0-9]");
    }
    return set;
  }

  const json* Object(const char* key) {
    auto it = object_.find(key);
    if (it == object_.end()) return nullptr;
    if (it->is_object()) return &*it;
    Complain(std::string("\"") + key + "\" is not an object");
    return nullptr;
  }

  const json& raw() const { return object_; }

 private:
  const json& object_;
  std::string subject_;
  std::vector<std::string>* complaints_;
};

bool IsRuleId(std::string_view id) {
  size_t dot = id.find('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == id.size()) return false;
  return std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

void ReadTier(Entry& entry, Rule* rule) {
  std::string tier = entry.Text("tier", true);
  if (tier == "contextual") {
    rule->tier = Tier::kContextual;
  } else if (tier != "precise" && !tier.empty()) {
    entry.Complain("\"tier\" is neither precise nor contextual");
  }
  std::string severity = entry.Text("severity", true);
  for (Severity value :
       {Severity::kInfo, Severity::kLow, Severity::kMedium, Severity::kHigh, Severity::kCritical}) {
    if (severity == ToString(value)) {
      rule->severity = value;
      return;
    }
  }
  if (!severity.empty())
    entry.Complain("\"severity\" is none of info, low, medium, high, critical");
}

void ReadPattern(Entry& entry, Rule* rule) {
  rule->pattern = entry.Text("pattern", false);
  rule->path_suffixes = entry.Texts("paths");
  if (rule->pattern.empty() == rule->path_suffixes.empty()) {
    entry.Complain("exactly one of \"pattern\" and \"paths\" has to be given");
    return;
  }
  std::string letter_case = entry.Text("case", false);
  rule->ignore_case = letter_case == "ignore";
  if (!letter_case.empty() && letter_case != "ignore" && letter_case != "exact") {
    entry.Complain("\"case\" is neither exact nor ignore");
  }
  rule->not_before = entry.Class("not_before");
  rule->not_after = entry.Class("not_after");
  rule->token_run = entry.Flag("token_run");
  if (rule->is_path_rule()) return;
  std::vector<std::string> wrong;
  PatternFacts facts = CheckDialect(rule->pattern, &wrong);
  for (const std::string& what : wrong) entry.Complain(what);
  rule->min_width = facts.min_width;
  rule->max_width = facts.max_width;
  uint32_t declared = entry.Number("max_width", 0, 1u << 20);
  if (wrong.empty() && declared != facts.max_width) {
    entry.Complain("\"max_width\" is " + std::to_string(declared) + ", but the pattern's is " +
                   std::to_string(facts.max_width));
  }
}

void ReadMeasure(Entry& entry, const std::string& subject, std::vector<std::string>* complaints,
                 Rule* rule) {
  const json* object = entry.Object("measure");
  if (object == nullptr) return;
  Entry measure(*object, subject + ", measure", complaints);
  measure.AllowKeys(std::array<std::string_view, 4>{"kind", "bytes", "min", "max"});
  rule->measure.kind = measure.Text("kind", true);
  rule->measure.bytes = measure.Class("bytes");
  rule->measure.min = measure.Number("min", 0, kMaxMeasure);
  rule->measure.max = measure.Number("max", kMaxMeasure, kMaxMeasure);
  bool run = rule->measure.kind == "run";
  if (!run && rule->measure.kind != "jwt" && rule->measure.kind != "pem") {
    measure.Complain("\"kind\" is none of run, jwt, pem");
  }
  if (run == rule->measure.bytes.empty()) measure.Complain("\"bytes\" belongs to kind run only");
  if (rule->measure.min > rule->measure.max) measure.Complain("\"min\" is above \"max\"");
}

void ReadContext(Entry& entry, const std::string& subject, std::vector<std::string>* complaints,
                 Rule* rule) {
  const json* object = entry.Object("context");
  if (object == nullptr) return;
  Entry context(*object, subject + ", context", complaints);
  context.AllowKeys(std::array<std::string_view, 3>{"words", "before", "after"});
  rule->context.words = context.Texts("words");
  rule->context.before = static_cast<uint8_t>(context.Number("before", 0, kMaxContext));
  rule->context.after = static_cast<uint8_t>(context.Number("after", 0, kMaxContext));
  if (rule->context.words.empty()) context.Complain("\"words\" is empty");
  for (const std::string& word : rule->context.words) {
    bool lower =
        std::none_of(word.begin(), word.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    bool fits = word.size() <= std::max(rule->context.before, rule->context.after);
    if (word.empty() || !lower || !fits) {
      context.Complain("the word \"" + word + "\" is empty, not lower case or wider than its room");
    }
  }
}

void ReadValidators(Entry& entry, const std::string& subject,
                    std::span<const std::string_view> known, std::vector<std::string>* complaints,
                    Rule* rule) {
  auto it = entry.raw().find("validators");
  if (it == entry.raw().end()) return;
  if (!it->is_array()) {
    entry.Complain("\"validators\" is not a list");
    return;
  }
  for (const json& item : *it) {
    ValidatorCall call;
    if (item.is_string()) {
      call.name = item.get<std::string>();
    } else if (item.is_object()) {
      Entry validator(item, subject + ", validator", complaints);
      validator.AllowKeys(std::array<std::string_view, 3>{"is", "number", "text"});
      call.name = validator.Text("is", true);
      call.text = validator.Text("text", false);
      auto number = item.find("number");
      if (number != item.end() && number->is_number()) call.number = number->get<double>();
    }
    if (std::find(known.begin(), known.end(), call.name) == known.end()) {
      entry.Complain("the validator \"" + call.name + "\" is not known");
    }
    rule->validators.push_back(std::move(call));
  }
}

void CheckWhole(Entry& entry, const RuleSource& source) {
  const Rule& rule = source.rule;
  if (!IsRuleId(rule.id)) entry.Complain("\"id\" is not of the form vendor.kind in lower case");
  if (rule.description.find('.') == std::string::npos) {
    entry.Complain("\"description\" is no sentence");
  }
  if (source.examples.empty()) entry.Complain("\"examples\" is empty");
  for (const std::string& literal : rule.encoded_literals) {
    if (literal.size() < 3) entry.Complain("an encoded literal is shorter than 3 bytes");
  }
}

RuleSource ReadEntry(const json& object, const std::string& file, size_t index,
                     std::span<const std::string_view> validators,
                     std::vector<std::string>* complaints) {
  std::string name = object.value("id", json()).is_string() ? object["id"].get<std::string>()
                                                            : "entry " + std::to_string(index + 1);
  std::string subject = file + ", " + name;
  Entry entry(object, subject, complaints);
  entry.AllowKeys(kKeys);
  RuleSource source;
  source.file = file;
  source.rule.id = entry.Text("id", true);
  source.rule.family = entry.Text("family", true);
  source.rule.description = entry.Text("description", true);
  source.rule.remediation = entry.Text("remediation", true);
  source.rule.encoded_literals = entry.Texts("encoded_literals");
  ReadTier(entry, &source.rule);
  ReadPattern(entry, &source.rule);
  ReadMeasure(entry, subject, complaints, &source.rule);
  ReadContext(entry, subject, complaints, &source.rule);
  ReadValidators(entry, subject, validators, complaints, &source.rule);
  source.references = entry.Texts("references");
  source.examples = entry.Texts("examples");
  source.near_misses = entry.Texts("near_misses");
  CheckWhole(entry, source);
  return source;
}

}  // namespace

std::span<const std::string_view> RuleKeys() { return kKeys; }

std::vector<RuleSource> ParseRuleFiles(std::span<const RuleFile> files,
                                       std::span<const std::string_view> validators,
                                       std::vector<std::string>* complaints) {
  std::vector<RuleSource> sources;
  std::set<std::string> ids;
  for (const RuleFile& file : files) {
    json document = json::parse(file.bytes, nullptr, false);
    if (!document.is_object() || !document.contains("rules") || !document["rules"].is_array()) {
      complaints->push_back(file.name + ": is no JSON object with a list of \"rules\".");
      continue;
    }
    Entry top(document, file.name, complaints);
    top.AllowKeys(std::array<std::string_view, 3>{"$schema", "comment", "rules"});
    size_t index = 0;
    for (const json& object : document["rules"]) {
      if (!object.is_object()) {
        complaints->push_back(file.name + ": an entry of \"rules\" is no object.");
        continue;
      }
      RuleSource source = ReadEntry(object, file.name, index++, validators, complaints);
      if (!ids.insert(source.rule.id).second) {
        complaints->push_back(file.name + ": the id " + source.rule.id + " is used twice.");
      }
      sources.push_back(std::move(source));
    }
  }
  return sources;
}

}  // namespace picket
