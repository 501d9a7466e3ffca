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
std::vector<std::string> MaskAll(Mask& mask, std::span<const RefUpdate> updates) {
  std::vector<std::string> masked;
  for (size_t first = 0; first < updates.size(); first += kMaskedTogether) {
    const auto some = updates.subspan(first, std::min(kMaskedTogether, updates.size() - first));
    std::string text;
    for (const RefUpdate& update : some) text += update.ref + "\n";
    text = mask.Apply(text);
    if (static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) == some.size()) {
      for (size_t at = 0; at < text.size();) {
        const size_t end = text.find('\n', at);
        masked.push_back(text.substr(at, end - at));
        at = end + 1;
      }
      continue;
    }
    for (const RefUpdate& update : some) masked.push_back(mask.Apply(update.ref));
  }
  return masked;
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

PushRecord::PushRecord(std::string repository, std::span<const RefUpdate> updates,
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
  masked->refs = MaskAll(mask, updates_);
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
  std::vector<Json> parts(1, Json::array());
  size_t bytes = 0;
  for (size_t i = 0; i < updates_.size(); ++i) {
    Json one;
    if (masked != nullptr) one["ref"] = Text(masked->refs[i]);
    one["old"] = updates_[i].old_oid.ToHex();
    one["new"] = updates_[i].new_oid.ToHex();
    const size_t size = Dump(one).size();
    if (bytes > 0 && bytes + size > kMostRefBytes) {
      parts.emplace_back(Json::array());
      bytes = 0;
    }
    bytes += size;
    parts.back().push_back(std::move(one));
  }
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
    line["refs"] = std::move(parts[i]);
    lines.push_back(Dump(line));
  }
  return lines;
}

}  // namespace picket
