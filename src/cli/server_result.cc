#include "cli/server_result.h"

#include <array>

#include "cli/told.h"
#include "core/byte_reader.h"
#include "core/byte_writer.h"
#include "scan/push_log.h"

namespace picket {
namespace {

constexpr std::array kOutcomes = {Outcome::kPass, Outcome::kBlocked, Outcome::kIncomplete};

}  // namespace

std::string WriteServerResult(const ServerResult& result) {
  std::string text;
  AppendU64Le(static_cast<uint64_t>(result.outcome), &text);
  for (const bool flag :
       {result.complete, result.silent, result.unchanged, result.under_other_rules})
    AppendU64Le(flag ? 1 : 0, &text);
  for (const uint64_t number : {result.commits, result.blobs}) AppendU64Le(number, &text);
  AppendSized(result.report, &text);
  AppendSized(result.judged, &text);
  AppendU64Le(result.log.size(), &text);
  for (const std::string& line : result.log) AppendSized(line, &text);
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
