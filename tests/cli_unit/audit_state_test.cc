#include "cli/audit_state.h"

#include <doctest/doctest.h>

#include <string>

#include "core/error.h"

namespace picket {
namespace {

ObjectId Id(char digit) { return *ObjectId::TryParse(std::string(40, digit)); }

TEST_CASE("What was judged is read as it was written") {
  const JudgedRefs judged{{{"refs/heads/main", Id('a')}, {"refs/tags/with space", Id('b')}},
                          "picket 1, rules 2"};
  const std::string text = WriteJudgedRefs(judged, "/srv/a.git");
  const auto read = ReadJudgedRefs(text, "/srv/a.git");
  REQUIRE(read);
  CHECK(read->engine == judged.engine);
  REQUIRE(read->refs.size() == 2);
  CHECK(read->refs[1].name == "refs/tags/with space");
  CHECK(read->refs[1].target == Id('b'));
  CHECK(ReadJudgedRefs(WriteJudgedRefs({}, "/x"), "/x")->refs.empty());
}

TEST_CASE("What was judged counts only whole, unchanged and for its own repository") {
  const std::string text = WriteJudgedRefs({{{"refs/heads/main", Id('a')}}, "e"}, "/srv/a.git");
  CHECK_FALSE(ReadJudgedRefs(text, "/srv/b.git"));
  for (size_t length = 0; length < text.size(); ++length) {
    CHECK_FALSE(ReadJudgedRefs(text.substr(0, length), "/srv/a.git"));
  }
  for (size_t at = 0; at < text.size(); ++at) {
    std::string changed = text;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    CHECK_FALSE(ReadJudgedRefs(changed, "/srv/a.git"));
  }
}

}  // namespace
}  // namespace picket
