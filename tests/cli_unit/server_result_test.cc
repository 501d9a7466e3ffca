#include "cli/server_result.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace picket {
namespace {

ServerResult Sample() {
  ServerResult result;
  result.outcome = Outcome::kBlocked;
  result.complete = true;
  result.under_other_rules = true;
  result.commits = uint64_t{1} << 40;
  result.blobs = 3;
  result.report = "a\nb";
  result.judged = "refs";
  result.log = {R"({"a": 1})", "{}"};
  return result;
}

}  // namespace

TEST_CASE("A repository's result is read as it was written") {
  const auto read = ReadServerResult(WriteServerResult(Sample()));
  REQUIRE(read);
  CHECK(read->outcome == Outcome::kBlocked);
  CHECK(read->complete);
  CHECK_FALSE(read->silent);
  CHECK(read->under_other_rules);
  CHECK(read->commits == uint64_t{1} << 40);
  CHECK(read->blobs == 3);
  CHECK_FALSE(read->unchanged);
  CHECK(read->report == "a\nb");
  CHECK(read->judged == "refs");
  CHECK(read->log == Sample().log);
}

TEST_CASE("A repository's result counts only whole, and with words that exist") {
  const std::string text = WriteServerResult(Sample());
  for (size_t length = 0; length < text.size(); ++length) {
    CAPTURE(length);
    CHECK_FALSE(ReadServerResult(text.substr(0, length)));
  }
  CHECK_FALSE(ReadServerResult(text + "x"));
  ServerResult torn = Sample();
  for (const char* line : {"{}\n{}", "one", "", "{\x1b[2J}"}) {
    torn.log = {line};
    CHECK_FALSE(ReadServerResult(WriteServerResult(torn)));
  }
  ServerResult loud = Sample();
  loud.report = "\x1b[2J";
  CHECK_FALSE(ReadServerResult(WriteServerResult(loud)));
  // Outcome and flags, then the two lengths.
  for (const size_t at :
       {size_t{0}, size_t{8}, size_t{16}, size_t{24}, size_t{32}, size_t{56}, size_t{67}}) {
    CAPTURE(at);
    for (const char byte : {'\x7f', '\xff'}) {
      std::string changed = text;
      changed[at] = byte;
      CHECK_FALSE(ReadServerResult(changed));
      changed = text;
      changed[at + 7] = byte;
      CHECK_FALSE(ReadServerResult(changed));
    }
  }
}

}  // namespace picket
