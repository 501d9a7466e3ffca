#include "git/ref_updates.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "core/error.h"

namespace picket {
namespace {

const std::string kOne(40, '1');
const std::string kTwo(40, '2');
const std::string kZero(40, '0');

std::string ErrorOf(RefUpdates (*parse)(std::string_view), const std::string& text) {
  try {
    parse(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("ref updates: lines are read, with and without the last newline") {
  CHECK(ParseRefUpdates("").empty());
  for (const char* end : {"\n", ""}) {
    std::string text =
        kZero + " " + kOne + " refs/heads/a\n" + kTwo + " " + kZero + " refs/x" + end;
    RefUpdates updates = ParseRefUpdates(text);
    REQUIRE(updates.size() == 2);
    CHECK(updates[0].old_oid.is_zero());
    CHECK(updates[0].new_oid.ToHex() == kOne);
    CHECK(updates[0].ref == "refs/heads/a");
    CHECK(updates[1].new_oid.is_zero());
    CHECK(updates[1].ref == "refs/x");
  }
}

TEST_CASE("ref updates: each line has its own first id, the same as before or another") {
  const std::vector<std::string> old = {kZero, kZero, kTwo, kTwo, kZero, kOne};
  std::string text;
  for (const std::string& oid : old) text += oid + " " + kOne + " refs/heads/a\n";
  const RefUpdates updates = ParseRefUpdates(text);
  REQUIRE(updates.size() == old.size());
  for (size_t i = 0; i < old.size(); ++i) CHECK(updates[i].old_oid.ToHex() == old[i]);
  CHECK(updates.AreAllSet());
  const RefUpdates one_deleted = ParseRefUpdates(text + kOne + " " + kZero + " refs/heads/a\n" +
                                                 kZero + " " + kTwo + " refs/x");
  CHECK(one_deleted.AreAnySet());
  CHECK_FALSE(one_deleted.AreAllSet());
  CHECK(one_deleted.SetTo().size() == old.size() + 1);
  CHECK_FALSE(ParseRefUpdates(kOne + " " + kZero + " refs/x").AreAnySet());
}

TEST_CASE("ref updates: whatever Git does not write is an error with its line") {
  std::string good = kZero + " " + kOne + " refs/heads/a";
  struct Case {
    std::string text, expected;
  };
  for (const Case& c :
       {Case{"\n", "Line 1"}, Case{good + "\n\n", "Line 2"}, Case{good + "\r\n", "carriage return"},
        Case{kZero + " " + kOne, "two object ids and a ref"},
        Case{kZero + " " + kOne + " ", "no valid name"}, Case{good + " b", "no valid name"},
        Case{good + "\x7f", "no valid name"}, Case{good + std::string(1, '\0'), "no valid name"},
        Case{kZero + "  " + kOne + " refs/heads/a", "no object id"},
        Case{" " + kOne + " refs/heads/a", "no object id"},
        Case{good + "\n " + kOne + " refs/heads/b", "Line 2 of the input of pre-receive holds no"},
        Case{good + "\n" + kZero + "0 " + kOne + " refs/heads/b", "Line 2"},
        Case{kZero + " " + kOne.substr(1) + " refs/heads/a", "no object id"},
        Case{kZero + " " + kOne.substr(1) + "g refs/heads/a", "no object id"},
        Case{kZero + " " + std::string(64, '1') + " refs/heads/a", "another length"},
        Case{std::string(64, '1') + " " + kOne + " refs/heads/a", "another length"},
        Case{good + "\n" + std::string(64, '0') + " " + std::string(64, '1') + " refs/heads/a",
             "Line 2"}}) {
    CAPTURE(c.text);
    CHECK(ErrorOf(ParseRefUpdates, c.text).find(c.expected) != std::string::npos);
  }
}

TEST_CASE("pushes: local refs may hold spaces, so lines are read from the right") {
  struct Case {
    std::string local;
    std::string local_oid;
  };
  for (const Case& c : {Case{"refs/heads/a", kOne}, Case{"HEAD@{1 second ago}", kOne},
                        Case{"(delete)", kZero}, Case{"HEAD~1", kTwo}}) {
    CAPTURE(c.local);
    std::vector<Push> pushes =
        ParsePushes(c.local + " " + c.local_oid + " refs/heads/b " + kTwo + "\n");
    REQUIRE(pushes.size() == 1);
    CHECK(pushes[0].local_ref == c.local);
    CHECK(pushes[0].local_oid.ToHex() == c.local_oid);
    CHECK(pushes[0].remote_ref == "refs/heads/b");
    CHECK(pushes[0].remote_oid.ToHex() == kTwo);
  }
  CHECK(ParsePushes("").empty());
}

TEST_CASE("pushes: broken lines are errors") {
  for (const std::string& text :
       {std::string("\n"), kOne + " refs/heads/b " + kTwo, " " + kOne + " refs/heads/b " + kTwo,
        "a " + kOne + " refs/heads/b " + kTwo + "\r\n", "a " + kOne + " refs/heads/b 2222",
        "a " + kOne + "  " + kTwo, "a " + std::string(64, '1') + " refs/heads/b " + kTwo,
        "a " + kOne + " refs/heads/b " + kTwo + "\na " + std::string(64, '1') + " refs/heads/b " +
            std::string(64, '2')}) {
    CAPTURE(text);
    CHECK_THROWS_AS(ParsePushes(text), Error);
  }
}

TEST_CASE("ref updates and pushes: ids of 64 digits are read") {
  const std::string one(64, '1');
  const std::string zero(64, '0');
  const RefUpdates updates = ParseRefUpdates(zero + " " + one + " refs/heads/a\n");
  REQUIRE(updates.size() == 1);
  CHECK(updates[0].old_oid.is_zero());
  CHECK(updates[0].new_oid.ToHex() == one);
  const std::vector<Push> pushes = ParsePushes("HEAD " + one + " refs/heads/a " + zero + "\n");
  REQUIRE(pushes.size() == 1);
  CHECK(pushes[0].local_oid.ToHex() == one);
  CHECK(pushes[0].remote_oid.is_zero());
}

TEST_CASE("ref updates: what comes in pieces is read like what comes at once") {
  std::string text;
  for (int i = 0; i < 3'000; ++i) {
    text += kZero + " " + (i % 2 == 0 ? kOne : kTwo) + " refs/heads/";
    text += std::string(static_cast<size_t>(i % 90), 'r') + std::to_string(i) + "\n";
  }
  const auto read = [](const std::string& input) {
    FILE* file = std::tmpfile();
    REQUIRE(std::fwrite(input.data(), 1, input.size(), file) == input.size());
    std::rewind(file);
    std::string all;
    try {
      for (const RefUpdate update : ReadRefUpdates(fileno(file)))
        all += update.old_oid.ToHex() + " " + update.new_oid.ToHex() + " " +
               std::string(update.ref) + "\n";
    } catch (const Error& error) {
      all = error.what();
    }
    std::fclose(file);
    return all;
  };
  REQUIRE(text.size() > 300'000);
  CHECK(read(text) == text);
  CHECK(read(text.substr(0, text.size() - 1)) == text);
  CHECK(read("").empty());
  CHECK(read(text + "no line\n").starts_with("Line 3001 of the input of pre-receive "));
  // A line may be longer than what is read at once.
  const std::string longest = kZero + " " + kOne + " refs/" + std::string(200'000, 'x') + "\n";
  CHECK(read(text + longest + text) == text + longest + text);
}

TEST_CASE("ref updates: an id is kept once, and an empty one stays empty") {
  const ObjectId zero = *ObjectId::TryParse(kZero);
  const ObjectId one = *ObjectId::TryParse(kOne);
  const ObjectId two = *ObjectId::TryParse(kTwo);
  RefUpdates updates = {{zero, one, "refs/a"}, {zero, one, "refs/b"}, {one, two, "refs/c"}};
  CHECK(updates.ids().size() == 3);
  CHECK(updates.new_id(0) == updates.new_id(1));
  updates.Add(ObjectId(), zero, "refs/d");
  REQUIRE(updates.size() == 4);
  CHECK(updates[2].old_oid == one);
  CHECK(updates[2].new_oid == two);
  CHECK(updates[3].old_oid.empty());
  CHECK(updates[3].new_oid == zero);
  CHECK(updates.SetTo() == std::vector<ObjectId>{one, one, two});
  std::string names;
  for (const RefUpdate update : updates) names.append(update.ref).push_back(' ');
  CHECK(names == "refs/a refs/b refs/c refs/d ");
}

TEST_CASE("ref updates: lists that only delete set nothing") {
  CHECK(!RefUpdates().AreAnySet());
  const ObjectId zero = *ObjectId::TryParse(kZero);
  const ObjectId one = *ObjectId::TryParse(kOne);
  RefUpdates updates = {{one, zero, "refs/a"}, {one, zero, "refs/b"}};
  CHECK(!updates.AreAnySet());
  CHECK(updates.SetTo().empty());
  CHECK(!updates.AreAllSet());
  updates.Add(zero, one, "refs/c");
  CHECK(updates.AreAnySet());
  CHECK(!updates.AreAllSet());
  CHECK(RefUpdates{{one, one, "refs/a"}, {zero, one, "refs/b"}}.AreAllSet());
}

TEST_CASE("hook input: everything is read, and what can't be is an error") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  REQUIRE(write(ends[1], "abc", 3) == 3);
  close(ends[1]);
  CHECK(ReadHookInput(ends[0]) == "abc");
  close(ends[0]);
  CHECK_THROWS_AS(ReadHookInput(ends[0]), Error);
}

}  // namespace picket
