#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "scan/policy.h"

namespace picket {
namespace {

using Json = nlohmann::json;

constexpr size_t kLargestPolicy = size_t{4} << 20;
constexpr size_t kDeepestPolicy = 8;
constexpr size_t kLongestShownKey = 64;

// A name from the file as JSON would write it: no control character, no byte outside ASCII.
std::string Quoted(std::string_view name) {
  std::string text(name.substr(0, kLongestShownKey));
  text = Json(text).dump(-1, ' ', true, Json::error_handler_t::replace);
  return name.size() > kLongestShownKey ? text + "..." : text;
}

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

// A key that was meant: at most a third of its letters are wrong; else what may stand there.
std::string Suggest(std::string_view word, const std::vector<std::string>& known) {
  word = word.substr(0, kLongestShownKey);
  const std::string& nearest = *std::min_element(
      known.begin(), known.end(),
      [&](const auto& a, const auto& b) { return EditDistance(word, a) < EditDistance(word, b); });
  if (EditDistance(word, nearest) <= std::max<size_t>(1, nearest.size() / 3))
    return "the nearest valid key is \"" + nearest + '"';
  std::string list;
  for (const std::string& key : known) list += (list.empty() ? "\"" : ", \"") + key + '"';
  return "valid keys are " + list;
}

// One object of the file: its keys, and what each does to the policy.
struct Key {
  std::string name;
  // Takes the value and its path in the file.
  std::function<void(const Json&, const std::string&)> read;
};

class Parser {
 public:
  explicit Parser(std::string_view file) : file_(file) {}

  Policy Parse(std::string_view text) {
    if (text.size() > kLargestPolicy) Fail("is larger than 4 MiB; list less in it");
    Json json = ParseJson(text);
    ReadObject(json, "", TopKeys());
    if (!policy_.server.bypass.empty() && policy_.server.log.empty())
      FailAt("server.bypass", "no \"log\" beside it, in which a bypass is written down,");
    return std::move(policy_);
  }

  std::vector<std::string> Keys() {
    std::vector<std::string> all;
    auto add = [&](const std::string& prefix, const std::vector<Key>& keys) {
      for (const Key& key : keys) all.push_back(prefix + key.name);
    };
    add("", TopKeys());
    add("tiers.", TierKeys());
    add("weights.", WeightKeys());
    Allowance unused;
    add("allow[].", AllowanceKeys(&unused));
    add("limits.", LimitKeys());
    LfsPolicy lfs;
    RefsPolicy refs;
    for (const auto& names :
         {FieldNames("lfs.", LfsFields(&lfs)), FieldNames("refs.", RefsFields(&refs))}) {
      all.insert(all.end(), names.begin(), names.end());
    }
    add("server.", ServerKeys());
    BypassGrant no_grant;
    add("server.bypass[].", BypassKeys(&no_grant));
    add("malware.", MalwareKeys());
    std::sort(all.begin(), all.end());
    return all;
  }

 private:
  [[noreturn]] void Fail(const std::string& what) const {
    throw Error("The policy file " + file_ + " " + what + ".");
  }

  [[noreturn]] void FailAt(const std::string& path, const std::string& what) const {
    Fail("has " + what + " at \"" + path + "\"");
  }

  // A key that stands twice would silently lose one of its values.
  Json ParseJson(std::string_view text) const {
    std::vector<std::set<std::string>> open;
    std::string complaint;
    auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
      if (event == Json::parse_event_t::object_start) {
        open.emplace_back();
        if (depth > static_cast<int>(kDeepestPolicy)) Fail("is nested too deeply");
      } else if (event == Json::parse_event_t::array_start) {
        if (depth > static_cast<int>(kDeepestPolicy)) Fail("is nested too deeply");
      } else if (event == Json::parse_event_t::object_end) {
        open.pop_back();
      } else if (event == Json::parse_event_t::key) {
        std::string key = value.get<std::string>();
        if (!open.back().insert(key).second)
          Fail("has the key " + Quoted(key) + " twice in one object; keep one of them");
      }
      return true;
    };
    try {
      return Json::parse(text, watch);
    } catch (const Json::parse_error& error) {
      size_t at = std::min<size_t>(error.byte == 0 ? 0 : error.byte - 1, text.size());
      std::string_view before = text.substr(0, at);
      size_t line = static_cast<size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
      size_t newline = before.rfind('\n');
      size_t column = newline == std::string_view::npos ? at + 1 : at - newline;
      Fail("is not valid JSON at line " + std::to_string(line) + ", column " +
           std::to_string(column) + "; correct it there");
    } catch (const Json::out_of_range&) {
      Fail("holds a number out of every range; correct it");
    }
  }

  void ReadObject(const Json& json, const std::string& path, const std::vector<Key>& keys) const {
    if (!json.is_object()) {
      if (path.empty()) Fail("does not hold a JSON object; begin it with \"{\"");
      FailAt(path, "no object");
    }
    for (const auto& item : json.items()) {
      const std::string& name = item.key();
      auto known =
          std::find_if(keys.begin(), keys.end(), [&](const Key& k) { return k.name == name; });
      if (known == keys.end()) FailUnknown(name, path, keys);
      known->read(item.value(), path.empty() ? name : path + "." + name);
    }
  }

  [[noreturn]] void FailUnknown(const std::string& name, const std::string& path,
                                const std::vector<Key>& keys) const {
    std::vector<std::string> names;
    for (const Key& key : keys) names.push_back(key.name);
    std::string where = path.empty() ? "" : " in \"" + path + "\"";
    Fail("has the unknown key " + Quoted(name) + where + "; " + Suggest(name, names));
  }

  std::string ReadString(const Json& json, const std::string& path) const {
    if (!json.is_string()) FailAt(path, "no string");
    return json.get<std::string>();
  }

  std::string ReadText(const Json& json, const std::string& path) const {
    std::string text = ReadString(json, path);
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) FailAt(path, "an empty string");
    return text;
  }

  template <typename T>
  T ReadWord(const Json& json, const std::string& path,
             const std::vector<std::pair<std::string, T>>& words) const {
    std::string word = ReadString(json, path);
    std::string list;
    for (const auto& [name, value] : words) {
      if (name == word) return value;
      list += (list.empty() ? "\"" : ", \"") + name + "\"";
    }
    FailAt(path, "a word that is none of " + list);
  }

  Action ReadAction(const Json& json, const std::string& path) const {
    return ReadWord<Action>(
        json, path, {{"block", Action::kBlock}, {"warn", Action::kWarn}, {"off", Action::kOff}});
  }

  uint64_t ReadNumber(const Json& json, const std::string& path, uint64_t least,
                      uint64_t most) const {
    bool fits = json.is_number_unsigned();
    uint64_t number = fits ? json.get<uint64_t>() : 0;
    if (!fits || number < least || number > most) {
      FailAt(path, "no whole number from " + std::to_string(least) + " to " + std::to_string(most));
    }
    return number;
  }

  void ReadArray(const Json& json, const std::string& path,
                 const std::function<void(const Json&, const std::string&)>& read) const {
    if (!json.is_array()) FailAt(path, "no array");
    for (size_t i = 0; i < json.size(); ++i) read(json[i], path + "[" + std::to_string(i) + "]");
  }

  std::vector<Key> TopKeys() {
    auto section = [this](std::vector<Key> (Parser::*keys)()) {
      return [this, keys](const Json& json, const std::string& path) {
        ReadObject(json, path, (this->*keys)());
      };
    };
    return {
        {"tiers", section(&Parser::TierKeys)},
        {"weights", section(&Parser::WeightKeys)},
        {"allow",
         [this](const Json& json, const std::string& path) {
           ReadArray(json, path, [this](const Json& item, const std::string& at) {
             policy_.allow.push_back(ReadAllowance(item, at));
           });
         }},
        {"exclude",
         [this](const Json& json, const std::string& path) {
           ReadArray(json, path, [this](const Json& item, const std::string& at) {
             policy_.exclude.push_back(ReadGlob(item, at));
           });
         }},
        {"limits", section(&Parser::LimitKeys)},
        {"lfs",
         [this](const Json& json, const std::string& path) {
           ReadObject(json, path, KeysOf(LfsFields(&policy_.lfs)));
         }},
        {"refs",
         [this](const Json& json, const std::string& path) {
           ReadObject(json, path, KeysOf(RefsFields(&policy_.refs)));
         }},
        {"gaps",
         [this](const Json& json, const std::string& path) {
           policy_.gaps =
               ReadWord<Action>(json, path, {{"block", Action::kBlock}, {"warn", Action::kWarn}});
         }},
        {"server",
         [this](const Json& json, const std::string& path) {
           policy_.has_server = true;
           ReadObject(json, path, ServerKeys());
         }},
        {"malware",
         [this](const Json& json, const std::string& path) {
           policy_.malware.has = true;
           ReadObject(json, path, MalwareKeys());
         }},
        {"inline",
         [this](const Json& json, const std::string& path) {
           policy_.inline_words = 0;
           ReadArray(json, path, [this](const Json& item, const std::string& at) {
             *policy_.inline_words = static_cast<uint8_t>(
                 *policy_.inline_words | ReadWord<uint8_t>(item, at,
                                                           {{"picket", kPicketAllow},
                                                            {"gitleaks", kGitleaksAllow},
                                                            {"detect-secrets", kAllowlistSecret},
                                                            {"trufflehog", kTrufflehogIgnore}}));
           });
         }},
        {"baseline", [this](const Json& json,
                            const std::string& path) { policy_.baseline = ReadText(json, path); }},
        {"rules",
         [this](const Json& json, const std::string& path) {
           ReadArray(json, path, [this](const Json& item, const std::string& at) {
             policy_.rules.push_back(ReadText(item, at));
           });
         }},
        {"fingerprint_key_file",
         [this](const Json& json, const std::string& path) {
           policy_.fingerprint_key_file = ReadText(json, path);
           if (policy_.fingerprint_key_file.front() != '/') FailAt(path, "no absolute path");
         }},
    };
  }

  // The keys of a section that has a file of its own.
  std::vector<Key> KeysOf(const std::vector<PolicyField>& fields) const {
    std::vector<Key> keys;
    for (const PolicyField& field : fields) {
      auto read = [this, field](const Json& json, const std::string& path) {
        std::string value;
        if (field.begin_item) {
          ReadObject(json, path, KeysOf(field.begin_item()));
        } else {
          value = ReadText(json, path);
          std::vector<std::pair<std::string, bool>> words;
          for (const std::string& word : field.words) words.emplace_back(word, true);
          if (!words.empty()) ReadWord<bool>(json, path, words);
        }
        const std::string wrong = field.take(value);
        if (!wrong.empty()) FailAt(path, wrong);
      };
      if (!field.is_list) {
        keys.push_back({field.name, read});
        continue;
      }
      keys.push_back({field.name, [this, read](const Json& json, const std::string& path) {
                        ReadArray(json, path, read);
                      }});
    }
    return keys;
  }

  static std::vector<std::string> FieldNames(const std::string& prefix,
                                             const std::vector<PolicyField>& fields) {
    std::vector<std::string> names;
    for (const PolicyField& field : fields) {
      names.push_back(prefix + field.name);
      if (!field.begin_item) continue;
      for (std::string& name : FieldNames(names.back() + "[].", field.begin_item()))
        names.push_back(std::move(name));
    }
    return names;
  }

  std::vector<Key> TierKeys() {
    return {
        {"precise",
         [this](const Json& j, const std::string& at) { policy_.precise = ReadAction(j, at); }},
        {"contextual",
         [this](const Json& j, const std::string& at) { policy_.contextual = ReadAction(j, at); }},
    };
  }

  std::vector<Key> WeightKeys() {
    return {
        {"policy",
         [this](const Json& json, const std::string& path) {
           policy_.weights =
               ReadWord<WeightPolicy>(json, path,
                                      {{"allowlist", WeightPolicy::kAllowlist},
                                       {"safetensors-only", WeightPolicy::kSafetensorsOnly},
                                       {"denylist", WeightPolicy::kDenylist}});
         }},
        {"allow",
         [this](const Json& json, const std::string& path) {
           ReadArray(json, path, [this](const Json& item, const std::string& at) {
             std::string name = ReadText(item, at);
             if (!IsDottedName(name)) FailAt(at, "no dotted name such as \"package.Class\"");
             policy_.weights_allow.push_back(std::move(name));
           });
         }},
    };
  }

  std::vector<Key> LimitKeys() {
    constexpr uint64_t kMost = uint64_t{1} << 50;
    constexpr uint64_t kMost32 = std::numeric_limits<uint32_t>::max();
    auto limit = [this](const char* name, std::optional<uint64_t> PolicyLimits::*member,
                        uint64_t least, uint64_t most) {
      return Key{name, [=, this](const Json& json, const std::string& path) {
                   policy_.limits.*member = ReadNumber(json, path, least, most);
                 }};
    };
    return {
        limit("blob_memory_bytes", &PolicyLimits::blob_memory_bytes, 1024, kMost),
        limit("temp_bytes", &PolicyLimits::temp_bytes, 0, kMost),
        limit("expand_bytes", &PolicyLimits::expand_bytes, 0, kMost),
        limit("expand_children", &PolicyLimits::expand_children, 0, kMost32),
        limit("expand_depth", &PolicyLimits::expand_depth, 0, 64),
        limit("findings_per_blob", &PolicyLimits::findings_per_blob, 1, 1'000'000),
        limit("threads", &PolicyLimits::threads, 0, 1024),
    };
  }

  std::vector<Key> ServerKeys() {
    return {
        {"repo_may",
         [this](const Json& json, const std::string& path) {
           ReadArray(json, path, [this](const Json& item, const std::string& at) {
             policy_.repo_may.push_back(ReadLoosable(item, at));
           });
         }},
        {"honour",
         [this](const Json& json, const std::string& path) {
           ReadArray(json, path, [this](const Json& item, const std::string& at) {
             policy_.honour.push_back(ReadWord<std::string>(
                 item, at, {{".picket.json", ".picket.json"}, {"inline", "inline"}}));
           });
         }},
        {"sandbox",
         [this](const Json& json, const std::string& path) {
           policy_.sandbox = ReadWord<SandboxUse>(json, path,
                                                  {{"auto", SandboxUse::kAuto},
                                                   {"require", SandboxUse::kRequire},
                                                   {"off", SandboxUse::kOff}});
         }},
        {"trust_alternates",
         [this](const Json& json, const std::string& path) {
           if (!json.is_boolean()) FailAt(path, "neither true nor false");
           policy_.trust_alternates = json.get<bool>();
         }},
        {"deadline",
         [this](const Json& json, const std::string& path) {
           policy_.server.deadline = ReadDuration(json, path);
         }},
        {"on_deadline",
         [this](const Json& json, const std::string& path) {
           policy_.server.on_deadline = ReadWord<OnDeadline>(
               json, path, {{"block", OnDeadline::kBlock}, {"debt", OnDeadline::kDebt}});
         }},
        {"debts", [this](const Json& json,
                         const std::string& path) { policy_.server.debts = ReadFile(json, path); }},
        {"log", [this](const Json& json,
                       const std::string& path) { policy_.server.log = ReadFile(json, path); }},
        {"log_accepted",
         [this](const Json& json, const std::string& path) {
           if (!json.is_boolean()) FailAt(path, "neither true nor false");
           policy_.server.log_accepted = json.get<bool>();
         }},
        {"bypass",
         [this](const Json& json, const std::string& path) {
           ReadArray(json, path, [this](const Json& item, const std::string& at) {
             BypassGrant grant;
             ReadObject(item, at, BypassKeys(&grant));
             if (grant.identities.empty()) FailAt(at, "no \"identities\"");
             policy_.server.bypass.push_back(std::move(grant));
           });
         }},
    };
  }

  std::vector<Key> BypassKeys(BypassGrant* grant) {
    return {
        {"identities",
         [this, grant](const Json& json, const std::string& path) {
           ReadArray(json, path, [this, grant](const Json& item, const std::string& at) {
             std::optional<Identity> identity = TryParseIdentity(ReadString(item, at));
             if (!identity) {
               std::string words;
               for (const IdentityKind& kind : IdentityKinds())
                 words += (words.empty() ? "" : ", ") + std::string(kind.word);
               FailAt(at, "no \"WORD:NAME\" with one of these words: " + words);
             }
             grant->identities.push_back(std::move(*identity));
           });
         }},
        {"fingerprints",
         [this, grant](const Json& json, const std::string& path) {
           ReadArray(json, path, [this, grant](const Json& item, const std::string& at) {
             grant->fingerprints.push_back(ReadString(item, at));
             if (!IsFingerprint(grant->fingerprints.back()))
               FailAt(at, "no fingerprint (\"fp1:\" and 40 hexadecimal digits)");
           });
           if (grant->fingerprints.empty()) FailAt(path, "an empty list");
         }},
        {"refs",
         [this, grant](const Json& json, const std::string& path) {
           ReadArray(json, path, [this, grant](const Json& item, const std::string& at) {
             if (!ReadString(item, at).starts_with("refs/")) FailAt(at, "no pattern below refs/");
             grant->refs.push_back(ReadGlob(item, at));
           });
           if (grant->refs.empty()) FailAt(path, "an empty list");
         }},
    };
  }

  std::vector<Key> MalwareKeys() {
    MalwarePolicy& malware = policy_.malware;
    return {
        {"clamd",
         [this, &malware](const Json& json, const std::string& path) {
           malware.clamd = ReadText(json, path);
           if (!ParseClamdAddress(malware.clamd))
             FailAt(path, "neither the absolute path of a socket nor host:port");
         }},
        {"max_bytes",
         [this, &malware](const Json& j, const std::string& at) {
           malware.max_bytes = ReadNumber(j, at, 1, uint64_t{1} << 40);
         }},
        {"larger",
         [this, &malware](const Json& json, const std::string& path) {
           malware.larger_is_gap = ReadWord<bool>(json, path, {{"skip", false}, {"gap", true}});
         }},
        {"timeout_seconds",
         [this, &malware](const Json& j, const std::string& at) {
           malware.timeout_seconds = ReadNumber(j, at, 1, 3600);
         }},
        {"connections",
         [this, &malware](const Json& j, const std::string& at) {
           malware.connections = ReadNumber(j, at, 1, 64);
         }},
    };
  }

  uint64_t ReadDuration(const Json& json, const std::string& path) const {
    constexpr uint64_t kDay = 24 * 60 * 60 * 1000;
    if (!json.is_string()) return ReadNumber(json, path, 1, kDay);
    std::optional<uint64_t> duration = TryParseDuration(json.get<std::string>());
    if (!duration) FailAt(path, "no time such as \"4s\" or \"500ms\", up to a day");
    return *duration;
  }

  std::string ReadFile(const Json& json, const std::string& path) const {
    std::string file = ReadText(json, path);
    if (file.front() != '/') FailAt(path, "no absolute path");
    return file;
  }

  std::vector<Key> AllowanceKeys(Allowance* one) {
    return {
        {"fingerprint",
         [this, one](const Json& json, const std::string& path) {
           one->fingerprint = ReadString(json, path);
           if (!IsFingerprint(one->fingerprint))
             FailAt(path, "no fingerprint (\"fp1:\" and 40 hexadecimal digits)");
         }},
        {"reason",
         [this, one](const Json& j, const std::string& at) { one->reason = ReadText(j, at); }},
        {"expires",
         [this, one](const Json& json, const std::string& path) {
           one->expires = ReadString(json, path);
           if (!IsDate(one->expires)) FailAt(path, "no date (YYYY-MM-DD)");
         }},
        {"owner",
         [this, one](const Json& j, const std::string& at) { one->owner = ReadText(j, at); }},
    };
  }

  Allowance ReadAllowance(const Json& json, const std::string& path) {
    Allowance one;
    ReadObject(json, path, AllowanceKeys(&one));
    if (one.fingerprint.empty()) FailAt(path, "no \"fingerprint\"");
    if (one.reason.empty()) FailAt(path, "no \"reason\"");
    return one;
  }

  Glob ReadGlob(const Json& json, const std::string& path) const {
    std::string pattern = ReadString(json, path);
    try {
      return Glob(pattern);
    } catch (const Error& error) {
      Fail("has a bad value at \"" + path + "\". " + TrimDot(error.what()));
    }
  }

  // A key that `repo_may` may list: a section, or one of its keys; never the server's own.
  std::string ReadLoosable(const Json& json, const std::string& path) {
    std::string word = ReadString(json, path);
    std::vector<std::string> known;
    for (std::string& key : Keys()) {
      bool own = key.starts_with("server") || key.starts_with("malware") ||
                 key.find("[].") != std::string::npos;
      if (!own) known.push_back(std::move(key));
    }
    if (std::find(known.begin(), known.end(), word) == known.end()) {
      FailAt(path, "the unknown key " + Quoted(word) + " (" + Suggest(word, known) + ")");
    }
    return word;
  }

  static std::string TrimDot(std::string text) {
    if (text.ends_with('.')) text.pop_back();
    return text;
  }

  static bool IsDottedName(std::string_view name) {
    bool dotted = false;
    bool at_start = true;
    for (char c : name) {
      bool digit = c >= '0' && c <= '9';
      bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
      if (c == '.' && !at_start) {
        dotted = at_start = true;
      } else if (letter || (digit && !at_start)) {
        at_start = false;
      } else {
        return false;
      }
    }
    return dotted && !at_start;
  }

  std::string file_;
  Policy policy_;
};

}  // namespace

Policy ParsePolicy(std::string_view json, std::string_view file) {
  return Parser(file).Parse(json);
}

Policy ReadPolicy(const std::string& file) {
  auto close = [](std::FILE* stream) { std::fclose(stream); };
  std::unique_ptr<std::FILE, decltype(close)> stream(std::fopen(file.c_str(), "rbe"), close);
  if (!stream) {
    throw Error("The policy file " + file + " can't be opened (" + std::strerror(errno) +
                "); make it readable, or name another.");
  }
  std::string text;
  char buffer[16 * 1024];
  size_t count = 0;
  while (text.size() <= kLargestPolicy &&
         (count = std::fread(buffer, 1, sizeof buffer, stream.get())) > 0) {
    text.append(buffer, count);
  }
  if (std::ferror(stream.get()) != 0)
    throw Error("The policy file " + file + " can't be read; check the file and its disk.");
  return ParsePolicy(text, file);
}

std::vector<std::string> PolicyKeys() { return Parser("").Keys(); }

}  // namespace picket
