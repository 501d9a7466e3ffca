// The include law: core <- contents, match <- the six siblings <- cli <- main; third-party headers
// stay in the folder that design assigns them to.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>

namespace picket {
namespace {

namespace fs = std::filesystem;

const std::set<std::string> kSiblings = {"git",  "secrets", "weights", "governance",
                                         "scan", "report",  "sandbox"};

std::set<std::string> AllowedFolders(const std::string& folder) {
  std::set<std::string> allowed = {"core", folder};
  if (folder == "core") return allowed;
  if (kSiblings.count(folder) != 0 || folder == "cli") {
    allowed.insert("contents");
    allowed.insert("match");
  }
  if (folder == "cli") allowed.insert(kSiblings.begin(), kSiblings.end());
  return allowed;
}

// Header -> the folders that may include it.
const std::map<std::string, std::set<std::string>> kThirdParty = {{"git2", {"git"}},
                                                                  {"hs", {"match"}},
                                                                  {"re2", {"match"}},
                                                                  {"CLI", {"cli"}},
                                                                  {"seccomp", {"sandbox"}}};

std::string FirstPart(const std::string& path) { return path.substr(0, path.find_first_of("/.")); }

}  // namespace

TEST_CASE("include law") {
  const fs::path root = fs::path(PICKET_SOURCE_DIR) / "src";
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const fs::path& path = entry.path();
    if (path.extension() != ".cc" && path.extension() != ".h") continue;
    ++files;
    const std::string relative = fs::relative(path, root).string();
    const bool is_main = relative == "main.cc";
    const std::string folder = is_main ? "cli" : FirstPart(relative);
    const std::set<std::string> allowed = AllowedFolders(folder);
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
      if (!line.starts_with("#include ")) continue;
      const char open = line[9];
      const std::string header = line.substr(10, line.find_last_of(">\"") - 10);
      INFO(relative << ": " << line);
      if (open == '"') CHECK(allowed.count(FirstPart(header)) == 1);
      if (open == '<') {
        auto rule = kThirdParty.find(FirstPart(header));
        if (rule != kThirdParty.end()) CHECK(rule->second.count(folder) == 1);
        const bool heavy = header.starts_with("nlohmann/") || header.starts_with("yaml-cpp/") ||
                           header.starts_with("toml++/") || header == "archive.h" ||
                           header == "sqlite3.h";
        if (heavy) CHECK(path.extension() == ".cc");
      }
    }
  }
  CHECK(files > 10);
}

}  // namespace picket
