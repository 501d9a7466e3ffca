// docs/policy.md names every key that a policy may have.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

namespace picket {
namespace {

std::string Read(const std::string& path) {
  std::ifstream file(std::filesystem::path(PICKET_SOURCE_DIR) / path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

TEST_CASE("the policy's page names every key") {
  const std::string page = Read("docs/policy.md");
  const nlohmann::json schema = nlohmann::json::parse(Read("schemas/policy.schema.json"));
  size_t keys = 0;
  for (const auto& part : schema.at("properties").items()) {
    const std::string& section = part.key();
    const nlohmann::json& content = part.value();
    INFO(section);
    const bool all = page.find("`" + section + ".*`") != std::string::npos;
    if (!content.contains("properties")) {
      CHECK(page.find("| `" + section + "` |") != std::string::npos);
      ++keys;
      continue;
    }
    for (const auto& one : content.at("properties").items()) {
      INFO(one.key());
      const bool named = page.find("`" + section + "." + one.key() + "`") != std::string::npos;
      CHECK((all || named));
      ++keys;
    }
  }
  CHECK(keys > 40);
}

}  // namespace picket
