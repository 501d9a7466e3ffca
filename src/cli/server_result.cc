#include "cli/server_result.h"

#include <array>

#include "cli/told.h"
#include "core/byte_reader.h"
#include "scan/push_log.h"

namespace picket {
namespace {

constexpr std::array kOutcomes = {Outcome::kPass, Outcome::kBlocked, Outcome::kIncomplete};

}  // namespace

std::string WriteServerResult(const ServerResult& result) {
  std::string text;
  const auto put = [&text](uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) text.push_back(static_cast<char>(number >> shift));
  };
  put(static_cast<uint64_t>(result.outcome));
  for (const bool flag :
       {result.complete, result.silent, result.unchanged, result.under_other_rules})
    put(flag ? 1 : 0);
  for (const uint64_t number : {result.commits, result.blobs}) put(number);
  const auto put_text = [&](const std::string& part) {
    put(part.size());
    text += part;
  };
  put_text(result.report);
  put_text(result.judged);
  put(result.log.size());
  for (const std::string& line : result.log) put_text(line);
  return text;
}

std::optional<ServerResult> ReadServerResult(std::string_view text) {
  ByteReader reader(AsBytes(text));
  ServerResult result;
  const uint64_t outcome = reader.U64Le();
  bool sound = false;
  for (const Outcome known : kOutcomes) {
    if (outcome != static_cast<uint64_t>(known)) continue;
    result.outcome = known;
    sound = true;
  }
  for (bool* flag :
       {&result.complete, &result.silent, &result.unchanged, &result.under_other_rules}) {
    const uint64_t number = reader.U64Le();
    sound = sound && number <= 1;
    *flag = number == 1;
  }
  for (uint64_t* number : {&result.commits, &result.blobs}) *number = reader.U64Le();
  for (std::string* part : {&result.report, &result.judged})
    *part = AsText(reader.Take(reader.U64Le()));
  const uint64_t lines = reader.U64Le();
  for (uint64_t i = 0; i < lines && reader.ok(); ++i) {
    const std::string& line = result.log.emplace_back(AsText(reader.Take(reader.U64Le())));
    sound = sound && IsLogRecord(line);
  }
  if (!sound || !reader.ok() || !reader.at_end() || !IsPlainText(result.report))
    return std::nullopt;
  return result;
}

}  // namespace picket
