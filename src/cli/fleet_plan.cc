#include "cli/fleet_plan.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "cli/shard.h"
#include "cli/told.h"
#include "core/error.h"
#include "core/fingerprint.h"

namespace picket {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
constexpr size_t kKeyDigits = 32;
// What opening a repository costs beside its bytes, as bytes.
constexpr uint64_t kOverheadBytes = uint64_t{1} << 18;

std::string Digest(std::string_view text) { return ToHex(AsBytes(Sha256(AsBytes(text)))); }

bool IsHex(std::string_view text, size_t digits) {
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == text.npos;
}

uint64_t PackBytes(const fs::path& folder) {
  uint64_t bytes = 0;
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    std::error_code no_size;
    const uint64_t size = entries->path().extension() == ".pack"
                              ? fs::file_size(entries->path(), no_size)
                              : uint64_t{0};
    if (!no_size) bytes += size;
  }
  return bytes;
}

Outcome ToOutcome(std::string_view word) {
  for (Outcome outcome : {Outcome::kPass, Outcome::kBlocked}) {
    if (word == ToString(outcome)) return outcome;
  }
  return Outcome::kIncomplete;
}

// Parsed, or a value that holds nothing: every field is asked for by its type.
Json ParseObject(std::string_view text) {
  Json json = Json::parse(text.begin(), text.end(), nullptr, false);
  return json.is_object() ? json : Json::object();
}

std::string TextOf(const Json& json, const char* key) {
  const auto at = json.find(key);
  return at != json.end() && at->is_string() ? at->get<std::string>() : std::string();
}

uint64_t NumberOf(const Json& json, const char* key) {
  const auto at = json.find(key);
  return at != json.end() && at->is_number_unsigned() ? at->get<uint64_t>() : 0;
}

bool FlagOf(const Json& json, const char* key) {
  const auto at = json.find(key);
  return at != json.end() && at->is_boolean() && at->get<bool>();
}

}  // namespace

std::string FleetPlan::Id() const {
  return Digest(judge + ':' + list + ':' + today + ':' + std::to_string(shards));
}

std::vector<std::string> ReadRepositoryList(const std::string& file) {
  std::ifstream named;
  if (file != "-") named.open(file);
  std::istream& in = file == "-" ? std::cin : named;
  std::vector<std::string> paths;
  std::unordered_set<std::string> seen;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty() || line.front() == '#') continue;
    if (seen.insert(line).second) paths.push_back(std::move(line));
  }
  const std::string what = file == "-" ? "from standard input" : file;
  if (in.bad() || (file != "-" && !named.is_open()))
    throw Error("The list of repositories " + what + " can't be read; nothing was audited.");
  if (paths.empty())
    throw Error("The list of repositories " + what + " names none; nothing was audited.");
  return paths;
}

FleetRepository Describe(const std::string& path) {
  FleetRepository repository;
  repository.path = path;
  repository.key = Digest(path).substr(0, kKeyDigits);
  for (const char* inside : {".git/objects/pack", "objects/pack"}) {
    repository.bytes += PackBytes(fs::path(path) / inside);
  }
  return repository;
}

void Deal(FleetPlan* plan) {
  std::string keys;
  for (const FleetRepository& repository : plan->repositories) keys += repository.key;
  plan->list = Digest(keys);
  std::vector<size_t> order(plan->repositories.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [plan](size_t a, size_t b) {
    const FleetRepository& x = plan->repositories[a];
    const FleetRepository& y = plan->repositories[b];
    return x.bytes != y.bytes ? x.bytes > y.bytes : x.key < y.key;
  });
  std::vector<std::pair<uint64_t, uint32_t>> loads;  // the least is on top
  for (uint32_t i = 0; i < plan->shards; ++i) loads.emplace_back(0, i);
  const auto more = std::greater<>();
  for (size_t index : order) {
    std::pop_heap(loads.begin(), loads.end(), more);
    FleetRepository& repository = plan->repositories[index];
    repository.shard = loads.back().second;
    loads.back().first += repository.bytes + kOverheadBytes;
    std::push_heap(loads.begin(), loads.end(), more);
  }
}

std::string WritePlan(const FleetPlan& plan) {
  Json json;
  json["picket_plan"] = kVersion;
  json["engine"] = plan.engine;
  json["judge"] = plan.judge;
  json["list"] = plan.list;
  json["today"] = plan.today;
  json["shards"] = plan.shards;
  json["repositories"] = Json::array();
  for (const FleetRepository& repository : plan.repositories) {
    json["repositories"].push_back({{"key", repository.key},
                                    {"name", repository.name},
                                    {"bytes", repository.bytes},
                                    {"shard", repository.shard}});
  }
  return json.dump(1, ' ', true) + "\n";
}

FleetPlan ReadPlan(std::string_view text, const std::string& file) {
  const Json json = ParseObject(text);
  FleetPlan plan;
  plan.engine = TextOf(json, "engine");
  plan.judge = TextOf(json, "judge");
  plan.list = TextOf(json, "list");
  plan.today = TextOf(json, "today");
  const uint64_t shards = NumberOf(json, "shards");
  bool whole = NumberOf(json, "picket_plan") == kVersion && shards >= 1 && shards <= kMostShards &&
               IsHex(plan.judge, 64) && IsHex(plan.list, 64);
  plan.shards = static_cast<uint32_t>(std::min<uint64_t>(shards, kMostShards));
  const auto list = json.find("repositories");
  whole = whole && list != json.end() && list->is_array() && !list->empty();
  std::unordered_set<std::string> keys;
  for (size_t i = 0; whole && i < list->size(); ++i) {
    const Json& one = (*list)[i];
    FleetRepository repository;
    whole = one.is_object() && one.contains("shard");
    if (!whole) break;
    repository.key = TextOf(one, "key");
    repository.name = TextOf(one, "name");
    repository.bytes = NumberOf(one, "bytes");
    const uint64_t shard = NumberOf(one, "shard");
    whole =
        IsHex(repository.key, kKeyDigits) && shard < shards && keys.insert(repository.key).second;
    repository.shard = static_cast<uint32_t>(shard);
    plan.repositories.push_back(std::move(repository));
  }
  if (whole) return plan;
  throw Error("The file " + file +
              " is no plan of an audit of this version; name the folder that --results had.");
}

std::string Difference(const FleetPlan& plan, const FleetPlan& other) {
  if (plan.engine != other.engine)
    return "one was made by " + plan.engine + ", the other by " + other.engine;
  if (plan.judge != other.judge) return "they were made under different policies, rules or options";
  if (plan.list != other.list) return "they are of different lists of repositories";
  if (plan.shards != other.shards) {
    return "one was dealt to " + std::to_string(plan.shards) + " tasks, the other to " +
           std::to_string(other.shards);
  }
  if (plan.today != other.today)
    return "one was begun on " + plan.today + ", the other on " + other.today;
  const bool same =
      std::equal(plan.repositories.begin(), plan.repositories.end(), other.repositories.begin(),
                 other.repositories.end(), [](const FleetRepository& a, const FleetRepository& b) {
                   return a.key == b.key && a.shard == b.shard;
                 });
  return same ? "" : "the repositories were dealt in different ways, since some have grown between";
}

std::string WriteResult(const FleetResult& result, const FleetPlan& plan) {
  Json head;
  head["picket_result"] = kVersion;
  head["plan"] = plan.Id();
  head["repository"] = result.key;
  head["outcome"] = ToString(result.outcome);
  head["complete"] = result.complete;
  head["opened"] = result.opened;
  head["silent"] = result.silent;
  head["text"] = result.text.size();
  head["sum"] = Digest(result.text + result.json);
  return head.dump(-1, ' ', true) + "\n" + result.text + result.json;
}

bool ReadResult(std::string_view bytes, const FleetPlan& plan, const std::string& key,
                FleetResult* result) {
  const size_t end = bytes.find('\n');
  if (end == std::string_view::npos) return false;
  const Json head = ParseObject(bytes.substr(0, end));
  const std::string_view body = bytes.substr(end + 1);
  const uint64_t text = NumberOf(head, "text");
  if (NumberOf(head, "picket_result") != kVersion || TextOf(head, "plan") != plan.Id() ||
      TextOf(head, "repository") != key || text > body.size() ||
      TextOf(head, "sum") != Digest(body)) {
    return false;
  }
  result->key = key;
  result->outcome = ToOutcome(TextOf(head, "outcome"));
  result->complete = FlagOf(head, "complete");
  result->opened = FlagOf(head, "opened");
  result->silent = FlagOf(head, "silent");
  result->text = body.substr(0, text);
  result->json = body.substr(text);
  return IsPlainText(result->text) && IsOneJsonObject(result->json);
}

}  // namespace picket
