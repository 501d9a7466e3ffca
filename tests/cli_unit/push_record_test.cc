#include "cli/push_record.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace picket {
namespace {

// Masks one word, which stands for a secret.
class WordMask : public Mask {
 public:
  std::string Apply(std::string_view text) override {
    std::string masked(text);
    for (size_t at = 0; (at = masked.find("SECRET", at)) != std::string::npos;)
      masked.replace(at, 6, "******");
    return masked;
  }
};

const char* Nothing(const char*) { return nullptr; }

}  // namespace

TEST_CASE("push record: every ref stands in the log once, masked, in lines of bounded size") {
  const ObjectId zero = *ObjectId::TryParse(std::string(40, '0'));
  const ObjectId one = *ObjectId::TryParse(std::string(40, '1'));
  RefUpdates updates;
  std::vector<std::string> expected;
  const auto add = [&](const std::string& ref, const std::string& logged) {
    updates.Add(zero, one, ref);
    expected.push_back(logged);
  };
  add("refs/heads/SECRET", "refs/heads/******");
  add("refs/heads/\"quoted\\", "refs/heads/\"quoted\\");
  add("refs/heads/\xc3\xa9", "refs/heads/\xc3\xa9");
  add("refs/heads/\xff", "refs/heads/\\xff");
  add("refs/" + std::string(600, 'x'), "refs/" + std::string(507, 'x') + "[...]");
  for (int i = 0; i < 1'200; ++i)
    add("refs/heads/" + std::to_string(i), "refs/heads/" + std::to_string(i));

  PushRecord record("/srv/SECRET.git", updates, Nothing);
  const auto lines = [&] { return record.Lines(PushOutcome::kPass, nullptr, nullptr, "", {}); };
  // Until there is a mask no name is told.
  for (const std::string& line : lines()) {
    CHECK(line.find("refs/heads") == std::string::npos);
    CHECK(line.find("SECRET") == std::string::npos);
  }
  WordMask mask;
  record.MaskWith(mask, "engine", "policy");
  std::vector<std::string> logged;
  const std::vector<std::string> parts = lines();
  CHECK(parts.size() > 5);
  for (size_t i = 0; i < parts.size(); ++i) {
    CHECK(parts[i].size() < 20'000);
    const auto line = nlohmann::json::parse(parts[i]);
    CHECK(line.at("part") == i + 1);
    CHECK(line.at("parts") == parts.size());
    CHECK(line.at("repository") == "/srv/******.git");
    for (const auto& ref : line.at("refs")) {
      logged.push_back(ref.at("ref"));
      CHECK(ref.at("old") == std::string(40, '0'));
      CHECK(ref.at("new") == std::string(40, '1'));
    }
  }
  CHECK(logged == expected);
}

TEST_CASE("push record: a push without refs is one line") {
  const RefUpdates none;
  PushRecord record("/srv/a.git", none, Nothing);
  const std::vector<std::string> lines =
      record.Lines(PushOutcome::kIncomplete, nullptr, nullptr, "why", {});
  REQUIRE(lines.size() == 1);
  const auto line = nlohmann::json::parse(lines[0]);
  CHECK(line.at("refs").empty());
  CHECK(line.at("why") == "why");
  CHECK(!line.contains("parts"));
}

}  // namespace picket
