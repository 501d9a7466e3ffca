#include "cli/told.h"

#include <doctest/doctest.h>

#include <string>

#include "cli/fleet_plan.h"

namespace picket {

TEST_CASE("A report that a process tells is lines, and nothing for a terminal") {
  CHECK(IsPlainText(""));
  CHECK(IsPlainText("one\tby\ntwo \xc3\xa9\n"));
  for (const char* text : {"\x1b[2J", "\r", "\x7f", "\b",
                           "line\n\xc2\x9b"
                           "2J",
                           "\xe2\x80\xae", "\ttab\xff"})
    CHECK_FALSE(IsPlainText(text));
  CHECK_FALSE(IsPlainText(std::string(1, '\0')));
}

TEST_CASE("A report in JSON that a process tells is one object, and can't go on behind it") {
  CHECK(IsOneJsonObject("{}"));
  CHECK(IsOneJsonObject("{\n\"findings\": [{\"a\": \"}\"}]\n}\n"));
  for (const char* text : {"", "[]", "1", "{", "{}}", "{},{}", "{}\n{}", "{\"a\": 1}, {\"b\": 2}",
                           "{\"a\": \"\x1b\"}", "{'a': 1}", " {}", "{} // done"}) {
    CAPTURE(text);
    CHECK_FALSE(IsOneJsonObject(text));
  }
}

TEST_CASE("The result of a repository counts only as such reports") {
  FleetPlan plan;
  FleetResult told;
  told.key = std::string(32, 'a');
  struct Row {
    const char* text;
    const char* json;
    bool sound;
  };
  for (const Row& row :
       {Row{"line\n", "{}", true}, Row{"\x1b[2J", "{}", false}, Row{"", "{}, {}", false},
        Row{"", "{}}, {\"repository\": \"other\", \"report\": {}", false}, Row{"", "", false}}) {
    CAPTURE(row.text);
    CAPTURE(row.json);
    told.text = row.text;
    told.json = row.json;
    FleetResult read;
    CHECK(ReadResult(WriteResult(told, plan), plan, told.key, &read) == row.sound);
  }
}

}  // namespace picket
