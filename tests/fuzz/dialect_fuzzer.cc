// A pattern that the dialect takes is taken by RE2 too; widths keep their bound, and where it is to
// be searched is decided soon. The length of the input says what is measured behind a match.
#include <re2/re2.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "match/dialect.h"
#include "match/re2_options.h"
#include "match/rule.h"
#include "match/search_group.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace picket;
  std::string_view pattern(reinterpret_cast<const char*>(data), size);
  ByteSet set;
  ParseByteClass(pattern, &set);
  std::vector<std::string> complaints;
  PatternFacts facts = CheckDialect(pattern, &complaints);
  if (!complaints.empty()) return 0;
  if (facts.min_width > facts.max_width || facts.max_width > 4096 || facts.captures > 1) {
    std::abort();
  }
  re2::RE2::Options options = MakeRe2Options(false);
  options.set_max_mem(64 << 20);
  re2::RE2 regex(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (!regex.ok() || regex.NumberOfCapturingGroups() != facts.captures) std::abort();
  Rule rule;
  rule.pattern = pattern;
  constexpr std::array<const char*, 3> kKinds = {"", "run", "jwt"};
  rule.measure = {kKinds[size % kKinds.size()], {}, 20, 400};
  rule.measure.bytes.AddRange('0', '9');
  ChooseSearchGroup(rule);
  return 0;
}
