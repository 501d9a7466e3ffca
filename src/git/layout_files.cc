#include "git/layout_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "core/error.h"

namespace picket {
namespace {

namespace fs = std::filesystem;

// A shallow or MERGE_HEAD file past this is broken; bytes.
constexpr size_t kMaxBytes = size_t{1} << 28;

}  // namespace

std::optional<std::string> ParseGitFile(std::string_view text) {
  constexpr std::string_view kStart = "gitdir: ";
  if (!text.starts_with(kStart)) return std::nullopt;
  return ParsePathFile(text.substr(kStart.size()));
}

std::optional<std::string> ParsePathFile(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  if (text.empty() || text.find('\0') != std::string_view::npos) return std::nullopt;
  return std::string(text);
}

std::optional<std::vector<ObjectId>> ParseIdFile(std::string_view text, size_t id_bytes) {
  std::vector<ObjectId> ids;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.empty()) continue;
    const std::optional<ObjectId> id = ObjectId::TryParse(line);
    if (!id || id->raw().size() != id_bytes) return std::nullopt;
    ids.push_back(*id);
  }
  return ids;
}

std::optional<std::string> ReadLayoutFile(const std::string& path) {
  std::error_code code;
  const fs::file_status status = fs::status(path, code);
  if (status.type() == fs::file_type::not_found) return std::nullopt;
  if (fs::is_regular_file(status) && fs::file_size(path, code) <= kMaxBytes) {
    std::ifstream file(path, std::ios::binary);
    std::string text;
    if (file) text.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    if (file) return text;
  }
  throw Error("The file " + path + " can't be read. Check its type, size and permissions.");
}

}  // namespace picket
