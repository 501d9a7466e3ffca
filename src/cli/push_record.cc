#include "cli/push_record.h"

#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>

#include "report/escape.h"

namespace picket {
namespace {

using Json = nlohmann::ordered_json;

// Of one line: about what may be written at once without being torn by any file system.
constexpr size_t kMostRefBytes = 16 << 10;
constexpr size_t kMostFindings = 50;
constexpr size_t kMostGaps = 10;
constexpr size_t kLongestText = 512;
// Names that are masked at once.
constexpr size_t kMaskedTogether = 500;

Json Text(std::string_view text) {
  if (text.size() > kLongestText) {
    return EscapeInvalidUtf8(text.substr(0, kLongestText)) + "[...]";
  }
  return EscapeInvalidUtf8(text);
}

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::string NewId() {
  unsigned char bytes[8] = {};
  static_cast<void>(!getrandom(bytes, sizeof bytes, 0));
  std::string hex;
  for (unsigned char byte : bytes) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

// Many names are masked as one text: each by itself would cost more than judging the push.
NameList MaskAll(Mask& mask, const NameList& names) {
  NameList masked;
  for (size_t first = 0; first < names.size(); first += kMaskedTogether) {
    const size_t end = std::min(first + kMaskedTogether, names.size());
    std::string text;
    for (size_t i = first; i < end; ++i) text.append(names[i]).push_back('\n');
    text = mask.Apply(text);
    if (static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) == end - first) {
      for (size_t at = 0; at < text.size();) {
        const size_t line_end = text.find('\n', at);
        masked.push_back(std::string_view(text).substr(at, line_end - at));
        at = line_end + 1;
      }
      continue;
    }
    for (size_t i = first; i < end; ++i) masked.push_back(mask.Apply(names[i]));
  }
  return masked;
}

std::string Quoted(std::string_view name) {
  const bool stays =
      name.size() <= kLongestText && std::all_of(name.begin(), name.end(), [](char c) {
        return c >= ' ' && c <= '~' && c != '"' && c != '\\';
      });
  return stays ? '"' + std::string(name) + '"' : Dump(Text(name));
}

// The refs as the elements of JSON arrays, an array for each line of the log. Written by hand: to
// make a value of each of a hundred thousand would take longer than to judge them.
std::vector<std::string> ListRefs(const RefUpdates& updates, const NameList* names) {
  std::vector<std::string> lists(1);
  size_t bytes = 0;  // of the last list, without what stands between
  for (size_t i = 0; i < updates.size(); ++i) {
    const RefUpdate update = updates[i];
    std::string one = "{";
    if (names != nullptr) one += "\"ref\":" + Quoted((*names)[i]) + ",";
    one += "\"old\":\"" + update.old_oid.ToHex() + "\",\"new\":\"" + update.new_oid.ToHex() + "\"}";
    if (bytes > 0 && bytes + one.size() > kMostRefBytes) {
      lists.emplace_back();
      bytes = 0;
    }
    bytes += one.size();
    if (!lists.back().empty()) lists.back().push_back(',');
    lists.back() += one;
  }
  return lists;
}

void AddFindings(const Verdict& verdict, Json* json) {
  Json list = Json::array();
  uint64_t blocking = 0;
  uint64_t bypassed = 0;
  for (const JudgedFinding& judged : verdict.findings) {
    const bool blocks = judged.disposition == Disposition::kBlocks;
    const bool passes = judged.allowed_by == AllowedBy::kBypass;
    if (!blocks && !passes) continue;
    ++(blocks ? blocking : bypassed);
    if (list.size() == kMostFindings) continue;
    Json one;
    one["fingerprint"] = Text(judged.finding.fingerprint);
    one["rule"] = Text(judged.finding.rule);
    one["ref"] = Text(judged.ref);
    one["outcome"] = blocks ? "blocked" : "bypassed";
    list.push_back(std::move(one));
  }
  (*json)["findings"] = std::move(list);
  (*json)["blocking"] = blocking;
  (*json)["bypassed"] = bypassed;
}

void AddGaps(const Verdict& verdict, Json* json) {
  Json list = Json::array();
  for (const Gap& gap : verdict.gaps) {
    if (list.size() == kMostGaps) break;
    list.push_back(Text(gap.object + ": " + gap.reason));
  }
  (*json)["not_examined"] = verdict.gaps.size();
  if (!list.empty()) (*json)["gaps"] = std::move(list);
}

std::string FirstWord(std::string_view text) { return std::string(text.substr(0, text.find(' '))); }

}  // namespace

std::string_view ToString(PushOutcome outcome) {
  switch (outcome) {
    case PushOutcome::kPass: return "pass";
    case PushOutcome::kBlocked: return "blocked";
    case PushOutcome::kIncomplete: return "incomplete";
    case PushOutcome::kBypassed: return "bypassed";
    case PushOutcome::kDebt: return "debt";
  }
  return "incomplete";
}

std::string Utc(std::time_t time) {
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

PushRecord::PushRecord(std::string repository, const RefUpdates& updates,
                       const Environment& environment, Kind kind)
    : id_(NewId()), repository_(std::move(repository)), updates_(updates), kind_(kind) {
  std::vector<const IdentityKind*> kinds;
  for (const IdentityKind& known : IdentityKinds()) kinds.push_back(&known);
  if (const std::optional<Identity> who = FindIdentity(kinds, environment)) {
    actor_variable_ = who->kind->variable;
    actor_name_ = who->name;
  }
  for (const char* name : {"SSH_CONNECTION", "REMOTE_ADDR"}) {
    if (const char* value = environment(name); value != nullptr && address_.empty())
      address_ = FirstWord(value);
  }
  reason_ = ReadBypassRequest(environment).reason;
}

void PushRecord::MaskWith(Mask& mask, std::string engine, std::string policy) {
  auto masked = std::make_shared<Masked>();
  masked->refs = MaskAll(mask, updates_.refs());
  masked->actor_name = mask.Apply(actor_name_);
  masked->repository = mask.Apply(repository_);
  masked->reason = mask.Apply(reason_);
  masked->engine = mask.Apply(engine);
  masked->policy = std::move(policy);
  std::lock_guard lock(mutex_);
  masked_ = std::move(masked);
}

std::vector<std::string> PushRecord::Lines(PushOutcome outcome, const Verdict* verdict,
                                           const Bypass* bypass, std::string_view why,
                                           std::chrono::milliseconds took) const {
  std::shared_ptr<const Masked> masked;
  {
    std::lock_guard lock(mutex_);
    masked = masked_;
  }
  const std::vector<std::string> parts =
      ListRefs(updates_, masked == nullptr ? nullptr : &masked->refs);
  std::vector<std::string> lines;
  const std::string time = Utc(std::time(nullptr));
  for (size_t i = 0; i < parts.size(); ++i) {
    Json line;
    line["time"] = time;
    line[kind_ == Kind::kPush ? "push" : "audit"] = id_;
    if (parts.size() > 1) {
      line["part"] = i + 1;
      line["parts"] = parts.size();
    }
    line["outcome"] = ToString(outcome);
    if (masked != nullptr) line["repository"] = Text(masked->repository);
    if (i == 0) {
      Json actor;
      if (!actor_variable_.empty()) {
        actor["variable"] = actor_variable_;
        if (masked != nullptr) actor["name"] = Text(masked->actor_name);
      }
      actor["uid"] = getuid();
      if (!address_.empty() && address_.size() < 64) actor["address"] = Text(address_);
      line["actor"] = std::move(actor);
      line["ref_count"] = updates_.size();
      if (verdict != nullptr) {
        AddFindings(*verdict, &line);
        AddGaps(*verdict, &line);
        line["commits"] = verdict->scanned.commits;
        line["blobs"] = verdict->scanned.blobs;
        line["bytes"] = verdict->scanned.bytes;
      }
      if (bypass != nullptr && !bypass->request().empty()) {
        line["bypass_asked"] = bypass->request().fingerprints;
        line["bypass_refused"] = bypass->refused();
        if (masked != nullptr) line["reason"] = Text(masked->reason);
      }
      if (!why.empty()) line["why"] = Text(why);
      line["milliseconds"] = took.count();
      line["picket"] = PICKET_VERSION;
      if (masked != nullptr) {
        line["engine"] = Text(masked->engine);
        line["policy"] = masked->policy;
      }
    }
    std::string text = Dump(line);
    text.back() = ',';
    lines.push_back(text + "\"refs\":[" + parts[i] + "]}");
  }
  return lines;
}

}  // namespace picket
