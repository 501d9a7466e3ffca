#include "secrets/gitleaks_import.h"

#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "core/fingerprint.h"
#include "match/matcher.h"
#include "match/rule_reader.h"
#include "match/rule_set.h"
#include "secrets/placeholder.h"
#include "secrets/regex_facts.h"
#include "secrets/regex_translation.h"
#include "secrets/rule_check.h"
#include "secrets/template.h"
#include "secrets/validators.h"

namespace picket {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFile = "imported";
constexpr size_t kContextBytes = 64;
constexpr size_t kShortestHead = 4;
constexpr uint32_t kBodyBehindHead = 12;
constexpr uint32_t kChoices = 16;
constexpr uint64_t kSeed = 7;
// How often an example has to be found, so that the check with its own seed finds it too.
constexpr int kTrials = 24;

// One rule on its way.
struct Draft {
  Json json;
  std::string name;                   // gitleaks' id, for the list
  std::vector<std::string> examples;  // to choose from; empty for a rule about paths
};

// Without control characters. TOML is UTF-8, and stays so.
std::string Printable(std::string_view text) {
  std::string plain;
  for (char c : text) plain += (c >= 0 && c < 0x20) || c == 0x7f ? ' ' : c;
  return plain;
}

bool IsPrintableAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

std::string RuleId(std::string_view name) {
  std::string id = "imported.";
  for (char c : LowerCase(name.substr(0, 80))) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    id += plain ? c : '-';
  }
  return id;
}

bool IsLowerWord(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

const RegexNode* FindGroup(const RegexNode& node) {
  if (node.kind == RegexNode::Kind::kGroup) return &node;
  for (const RegexNode& part : node.parts) {
    if (const RegexNode* found = FindGroup(part)) return found;
  }
  return nullptr;
}

// The literals that begin every secret of a distinctive expression; empty for any other.
std::vector<std::string> DistinctiveHeads(const TranslatedRegex& regex) {
  const RegexNode* group = regex.has_group ? FindGroup(regex.root) : &regex.root;
  if (regex.ignore_case || group == nullptr) return {};
  std::vector<std::string> heads = Heads(*group);
  if (heads.empty() || heads.size() > 16) return {};
  for (const std::string& head : heads) {
    const bool printable =
        std::all_of(head.begin(), head.end(), [](char c) { return c > 0x20 && c < 0x7f; });
    if (head.size() < kShortestHead || IsLowerWord(head) || !printable ||
        regex.min_width + regex.run_min < head.size() + kBodyBehindHead) {
      return {};
    }
  }
  return heads;
}

// What a path's expression says, as endings of paths; empty where it says something else.
std::vector<std::string> PathEndings(std::string_view expression, std::vector<std::string>* notes) {
  std::string why;
  std::optional<GoRegex> regex = ParseGoRegex(expression, &why);
  if (!regex || regex->root.kind != RegexNode::Kind::kConcat) return {};
  std::vector<RegexNode> parts = std::move(regex->root.parts);
  const RegexNode::Kind last = parts.back().kind;
  if (last != RegexNode::Kind::kTextEnd && last != RegexNode::Kind::kLineEnd) return {};
  parts.pop_back();
  bool whole = false;
  // "(?:^|/)", "/", and ".*" before the name.
  while (!parts.empty()) {
    const RegexNode& first = parts.front();
    const bool slash = first.kind == RegexNode::Kind::kBytes && CountBytes(first.bytes) == 1 &&
                       first.bytes.Contains('/');
    const RegexNode* inner = first.kind == RegexNode::Kind::kGroup ? &first.parts[0] : &first;
    bool start = inner->kind == RegexNode::Kind::kAlternate && !inner->parts.empty();
    for (const RegexNode& part : inner->parts) {
      start = start && (part.kind == RegexNode::Kind::kTextStart ||
                        (part.kind == RegexNode::Kind::kBytes && CountBytes(part.bytes) == 1 &&
                         part.bytes.Contains('/')));
    }
    const bool any = first.kind == RegexNode::Kind::kRepeat && first.min == 0 &&
                     first.max == RegexNode::kNoEnd &&
                     first.parts[0].kind == RegexNode::Kind::kBytes &&
                     CountBytes(first.parts[0].bytes) >= 255;
    if (!slash && !start && !any) break;
    whole = !any;
    parts.erase(parts.begin());
  }
  RegexNode name;
  name.kind = RegexNode::Kind::kConcat;
  name.parts = std::move(parts);
  const auto texts = ExactTexts(name);
  if (!texts) return {};
  std::vector<std::string> endings;
  for (const std::string& text : *texts) {
    const bool printable = std::all_of(text.begin(), text.end(),
                                       [](char c) { return c > 0x20 && c < 0x7f && c != '*'; });
    if (text.empty() || !printable) return {};
    endings.push_back(text);
    if (!whole) endings.push_back("*" + text);
  }
  if (expression.find("(?i") != std::string_view::npos) {
    notes->push_back("its paths are compared with case, in lower case");
  }
  return endings;
}

class Conversion {
 public:
  explicit Conversion(const GitleaksConfig& config) : config_(config) {}

  std::vector<Draft> Run() {
    for (const GitleaksRule& rule : config_.rules) Convert(rule);
    Extensions();
    Allowlists(config_.allowlists, "the whole file", nullptr);
    return std::move(drafts_);
  }

  GitleaksImport& result() { return result_; }

 private:
  void Lose(const std::string& name, const std::string& what) {
    result_.lost.push_back(Printable(name) + ": " + what + ".");
  }
  void Note(const std::string& name, const std::string& what) {
    result_.notes.push_back(Printable(name) + ": " + what + ".");
  }

  void Convert(const GitleaksRule& rule) {
    if (rule.id.empty()) return Lose("a rule without id", "it was left out, because it has no id");
    if (!rule.wrong_key.empty()) {
      return Lose(rule.id, "it was left out, because its \"" + rule.wrong_key +
                               "\" has a value of the wrong type");
    }
    const std::string id = RuleId(rule.id);
    if (!ids_.insert(id).second) {
      return Lose(rule.id, "it was left out, because another rule has its id");
    }
    for (const std::string& key : rule.unknown_keys) {
      Lose(rule.id, "the key \"" + Printable(key) + "\" was left out, because it is not known");
    }
    Draft draft;
    draft.name = rule.id;
    Json& json = draft.json;
    json["id"] = id;
    json["family"] = id;
    json["tier"] = "contextual";
    json["severity"] = "medium";
    std::string description = Printable(rule.description.empty() ? rule.id : rule.description);
    if (!description.ends_with('.')) description += '.';
    json["description"] = description;
    json["remediation"] =
        "Revoke the secret where it was issued, and keep the new one out of the repository.";
    if (!rule.tags.empty()) {
      std::string tags = "Tags:";
      for (const std::string& tag : rule.tags) tags += " " + Printable(tag);
      json["comment"] = tags;
    }
    const bool good = rule.regex.empty() ? ConvertPath(rule, &draft) : ConvertRegex(rule, &draft);
    if (!good) return;
    Allowlists(rule.allowlists, rule.id, &json);
    drafts_.push_back(std::move(draft));
  }

  bool ConvertPath(const GitleaksRule& rule, Draft* draft) {
    std::vector<std::string> notes;
    const std::vector<std::string> endings = PathEndings(rule.path, &notes);
    if (endings.empty()) {
      Lose(rule.id, rule.path.empty() ? "it was left out, because it has neither regex nor path"
                                      : "it was left out, because its path is no list of names or "
                                        "endings, such as \\.p12$");
      return false;
    }
    for (const std::string& note : notes) Note(rule.id, note);
    draft->json["paths"] = endings;
    const std::string& name = endings.front();
    draft->json["examples"] = {"folder/" + Doubled(name)};
    return true;
  }

  static std::string Doubled(std::string_view text) {
    std::string doubled;
    for (char c : text) doubled += std::string(c == '{' || c == '}' ? 2 : 1, c);
    return doubled;
  }

  bool ConvertRegex(const GitleaksRule& rule, Draft* draft) {
    std::string why;
    const std::optional<TranslatedRegex> regex =
        TranslateGoRegex(rule.regex, rule.secret_group, &why);
    if (!regex) {
      Lose(rule.id, "it was left out, because of its regex: " + Printable(why));
      return false;
    }
    for (const std::string& note : regex->notes) Note(rule.id, note);
    Json& json = draft->json;
    json["pattern"] = regex->pattern;
    if (regex->ignore_case) json["case"] = "ignore";
    json["max_width"] = regex->max_width;
    if (!regex->not_before.empty()) json["not_before"] = WriteByteClass(regex->not_before);
    if (!regex->not_after.empty()) json["not_after"] = WriteByteClass(regex->not_after);
    if (!regex->run.empty()) {
      json["measure"] = {{"kind", "run"},
                         {"bytes", WriteByteClass(regex->run)},
                         {"min", regex->run_min},
                         {"max", regex->run_max}};
    }
    if (rule.entropy > 0) json["validators"] = {{{"is", "entropy"}, {"number", rule.entropy}}};
    if (!rule.path.empty()) {
      Lose(rule.id, "it counts in every file, because a rule can't ask for both a text and a path");
    }
    const std::string word = AddContext(rule, *regex, &json);
    const std::vector<std::string> heads = DistinctiveHeads(*regex);
    if (!heads.empty() && word.empty() && rule.path.empty()) {
      json["tier"] = "precise";
      json["severity"] = "high";
      json["encoded_literals"] = heads;
    }
    for (uint32_t choice = 0; choice < kChoices; ++choice) {
      const std::string example = WriteExample(*regex, choice);
      for (const char* after : {"\n", "\"", " ", ";", ""}) {
        for (const std::string& before : Befores(word)) {
          std::string text = before + example;
          text += after;
          draft->examples.push_back(std::move(text));
        }
      }
    }
    return true;
  }

  static std::vector<std::string> Befores(const std::string& word) {
    if (word.empty()) return {"x = \"", " ", "\n", ""};
    const std::string plain = Doubled(word);
    return {plain + " = \"", plain + " ", plain + "\n", plain};
  }

  // gitleaks looks for a keyword anywhere near, the match included; returns one that has to stand
  // beside it, or "" where none has to.
  std::string AddContext(const GitleaksRule& rule, const TranslatedRegex& regex, Json* json) {
    std::vector<std::string> words;
    for (const std::string& keyword : rule.keywords) {
      if (!keyword.empty()) words.push_back(LowerCase(keyword));
    }
    if (words.empty() || AlwaysHolds(regex.root, words)) return "";
    const bool fits = std::all_of(words.begin(), words.end(), [](const std::string& word) {
      return word.size() <= kContextBytes && IsPrintableAscii(word);
    });
    if (!fits) {
      Lose(rule.id,
           "its keywords were left out, because one has more than 64 characters or others "
           "than those of ASCII");
      return "";
    }
    (*json)["context"] = {{"words", words}, {"before", kContextBytes}, {"after", kContextBytes}};
    Note(rule.id, "a keyword has to stand within 64 bytes of the match, and outside of it");
    return words.front();
  }

  void Extensions() {
    if (config_.extends_default) {
      Note("extend",
           "useDefault stands for gitleaks' own rules; Picket's installed rules take their "
           "place");
    }
    if (!config_.extends_path.empty()) {
      Lose("extend", "the configuration that it names was not read; import that one too");
    }
    for (const std::string& id : config_.disabled_rules) {
      Lose("extend", "the rule " + Printable(id) +
                         " can't be disabled, because only a policy loosens what is judged");
    }
    for (const std::string& key : config_.unknown_keys) {
      Lose("the whole file",
           "the key \"" + Printable(key) + "\" was left out, because it is not known");
    }
  }

  // `json` is the rule's, null for the whole file.
  void Allowlists(const std::vector<GitleaksAllowlist>& lists, const std::string& name,
                  Json* json) {
    for (const GitleaksAllowlist& list : lists) {
      const std::string subject = json == nullptr ? "allowlist" : name;
      if (!list.stopwords.empty()) Stopwords(list, subject, json);
      if (!list.regexes.empty()) {
        Lose(subject,
             "the regexes of its allowlist were left out, because no rule can except "
             "texts; allow findings by their fingerprints");
      }
      if (!list.paths.empty()) Paths(list, subject, json == nullptr);
      if (!list.commits.empty()) {
        Lose(subject,
             "the commits of its allowlist were left out, because findings are allowed by "
             "their fingerprints, wherever they stand");
      }
    }
  }

  // Words for which not_placeholder stands in.
  void Stopwords(const GitleaksAllowlist& list, const std::string& subject, Json* json) {
    const bool covered =
        std::all_of(list.stopwords.begin(), list.stopwords.end(),
                    [](const std::string& word) { return IsPlaceholder("q7Zr" + word + "K2vX"); });
    if (json != nullptr && !list.is_special && covered) {
      (*json)["validators"].push_back("not_placeholder");
      Note(subject, "the validator not_placeholder stands for its stopwords, and knows more");
      return;
    }
    Lose(subject,
         "the stopwords of its allowlist were left out, because no rule can except words; "
         "allow findings by their fingerprints");
  }

  void Paths(const GitleaksAllowlist& list, const std::string& subject, bool whole_file) {
    std::string globs;
    for (const std::string& path : list.paths) {
      std::vector<std::string> notes;
      const std::vector<std::string> endings =
          list.is_special ? std::vector<std::string>() : PathEndings(path, &notes);
      for (const std::string& ending : endings)
        globs += (globs.empty() ? "\"" : ", \"") + ending + "\"";
    }
    std::string what = "the paths of its allowlist were left out, because ";
    what += whole_file ? "a policy excludes paths" : "a policy excludes paths for all rules";
    if (whole_file && !globs.empty()) what += "; what it can say is \"exclude\": [" + globs + "]";
    Lose(subject, what);
  }

  const GitleaksConfig& config_;
  std::vector<Draft> drafts_;
  std::set<std::string> ids_;
  GitleaksImport result_;
};

std::string WriteFile(const std::vector<Draft>& drafts) {
  Json file;
  file["comment"] = "Imported from a gitleaks configuration.";
  file["rules"] = Json::array();
  for (const Draft& draft : drafts) file["rules"].push_back(draft.json);
  return file.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

class FoundJudge : public MatchJudge {
 public:
  bool Accept(Bytes text, const RawMatch& match) override {
    found = found || PassesValidators(MakeCaptured(text, match));
    return found;
  }
  void OnEncoded(Bytes, const EncodedLiteral&, uint64_t) override {}

  bool found = false;
};

bool IsFound(Matcher& matcher, const std::string& example) {
  SeededRandom random(kSeed);
  for (int trial = 0; trial < kTrials; ++trial) {
    std::string why;
    const auto text = ExpandTemplate(example, random, Spoiling::kNone, &why);
    FoundJudge judge;
    if (text) matcher.Scan(AsBytes(*text), judge);
    if (!judge.found) return false;
  }
  return true;
}

// The first of a draft's examples that its rule finds; "" with a clause in `why` for none.
std::string ChooseExample(const Draft& draft, std::string* why) {
  Draft trial = draft;
  trial.json["examples"] = {"x"};
  const std::vector<Draft> alone = {trial};
  const std::vector<RuleFile> files = {{std::string(kFile), WriteFile(alone)}};
  std::vector<std::string> complaints;
  std::vector<RuleSource> sources = ParseRuleFiles(files, ValidatorNames(), &complaints);
  std::shared_ptr<const RuleSet> set;
  if (complaints.empty()) {
    // Encoded spellings would take most of the time.
    sources[0].rule.encoded_literals.clear();
    set = RuleSet::Compile({sources[0].rule}, "", &complaints);
  }
  if (set == nullptr) {
    *why = complaints.empty() ? "it does not compile" : complaints.front();
    return "";
  }
  Matcher matcher(set);
  for (const std::string& example : draft.examples) {
    if (IsFound(matcher, example)) return example;
  }
  *why = "no text that it finds could be made from its regex";
  return "";
}

// Which draft a complaint "imported, ID: ..." is about; drafts.end() for none.
std::vector<Draft>::iterator FindDraft(std::vector<Draft>& drafts, std::string_view complaint) {
  return std::find_if(drafts.begin(), drafts.end(), [complaint](const Draft& draft) {
    const std::string subject =
        std::string(kFile) + ", " + draft.json["id"].get<std::string>() + ": ";
    return complaint.starts_with(subject);
  });
}

// What the check complains about goes, or becomes contextual where it finds another's example.
// False when there is nothing left to settle.
bool Settle(std::vector<Draft>& drafts, GitleaksImport* result) {
  const std::vector<RuleFile> files = {{std::string(kFile), WriteFile(drafts)}};
  const RuleReport report = CheckRuleFiles(files);
  std::map<std::string, std::string> reasons;
  bool lowered = false;
  for (const std::string& complaint : report.complaints) {
    static constexpr std::string_view kAlso = ": the rule ";
    const size_t also = complaint.find(kAlso);
    const auto about = FindDraft(drafts, complaint);
    if (also != std::string::npos &&
        complaint.find(" also finds the example") != std::string::npos) {
      const size_t begin = also + kAlso.size();
      const std::string other = complaint.substr(begin, complaint.find(' ', begin) - begin);
      for (Draft& draft : drafts) {
        if (draft.json["id"] != other || draft.json["tier"] != "precise") continue;
        draft.json["tier"] = "contextual";
        draft.json["severity"] = "medium";
        draft.json.erase("encoded_literals");
        result->notes.push_back(Printable(draft.name) +
                                ": it is contextual, because it finds what another rule is for.");
        lowered = true;
      }
    } else if (about != drafts.end()) {
      const std::string id = about->json["id"];
      const std::string clause = complaint.substr(std::string(kFile).size() + id.size() + 4);
      reasons.try_emplace(id, clause.substr(0, clause.find(" \"")));
    } else if (!drafts.empty()) {
      reasons.try_emplace(drafts.back().json["id"], complaint);
    }
  }
  // Where one was lowered, others may be right by that.
  if (lowered) return true;
  if (reasons.empty()) return false;
  std::erase_if(drafts, [&reasons, result](const Draft& draft) {
    const auto reason = reasons.find(draft.json["id"].get<std::string>());
    if (reason == reasons.end()) return false;
    std::string why = Printable(reason->second);
    while (why.ends_with('.')) why.pop_back();
    result->lost.push_back(Printable(draft.name) +
                           ": it was left out, because the check says: " + why + ".");
    return true;
  });
  return true;
}

}  // namespace

GitleaksImport ConvertGitleaks(const GitleaksConfig& config) {
  Conversion conversion(config);
  std::vector<Draft> drafts = conversion.Run();
  for (Draft& draft : drafts) {
    if (!draft.examples.empty()) draft.json["examples"] = {draft.examples.front()};
  }
  GitleaksImport result = std::move(conversion.result());
  result.json = WriteFile(drafts);
  result.rules = drafts.size();
  return result;
}

GitleaksImport ImportGitleaks(const GitleaksConfig& config) {
  Conversion conversion(config);
  std::vector<Draft> drafts = conversion.Run();
  GitleaksImport result = std::move(conversion.result());
  std::vector<Draft> good;
  for (Draft& draft : drafts) {
    std::string why;
    if (!draft.examples.empty()) {
      const std::string example = ChooseExample(draft, &why);
      if (example.empty()) {
        result.lost.push_back(Printable(draft.name) + ": it was left out, because " +
                              Printable(why) + ".");
        continue;
      }
      draft.json["examples"] = {example};
    }
    good.push_back(std::move(draft));
  }
  while (!good.empty() && Settle(good, &result)) {
  }
  result.json = WriteFile(good);
  result.rules = good.size();
  return result;
}

}  // namespace picket
