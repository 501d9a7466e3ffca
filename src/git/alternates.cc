#include "git/alternates.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <system_error>
#include <utility>

#include "core/error.h"

namespace picket {
namespace {

// Git's own bound ("nesting too deep").
constexpr int kMaxDepth = 5;
// No repository borrows from this many; a file that says so is broken.
constexpr size_t kMaxDirectories = 10'000;
constexpr size_t kMaxFileBytes = size_t{1} << 24;

bool IsOctal(char c) { return c >= '0' && c <= '7'; }

// The character that a one-letter escape stands for; '\0' where there is none.
char Escaped(char c) {
  switch (c) {
    case 'a': return '\a';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'v': return '\v';
    case '\\': return '\\';
    case '"': return '"';
    default: return '\0';
  }
}

// Unquotes the entry whose opening quote stands at `*at`, and moves `*at` past the closing one.
bool Unquote(std::string_view text, size_t* at, std::string* out) {
  size_t i = *at + 1;
  while (i < text.size()) {
    char c = text[i++];
    if (c == '"') {
      *at = i;
      return true;
    }
    if (c != '\\') {
      out->push_back(c);
      continue;
    }
    if (i >= text.size()) return false;
    c = text[i++];
    if (char plain = Escaped(c); plain != '\0') {
      out->push_back(plain);
      continue;
    }
    if (c < '0' || c > '3' || i + 2 > text.size() || !IsOctal(text[i]) || !IsOctal(text[i + 1]))
      return false;
    out->push_back(static_cast<char>((c - '0') << 6 | (text[i] - '0') << 3 | (text[i + 1] - '0')));
    i += 2;
  }
  return false;
}

bool IsReadableDirectory(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode) &&
         access(path.c_str(), R_OK | X_OK) == 0;
}

// Throws where `path`, or its folder of packs, can't be searched.
void CheckReadable(const std::string& path, const std::string& named_by) {
  std::string packs = path + "/pack";
  bool has_packs = access(packs.c_str(), F_OK) == 0;
  if (IsReadableDirectory(path) && (!has_packs || IsReadableDirectory(packs))) return;
  throw Error("The object directory " + path + ", named by " + named_by +
              ", is not a readable directory, so what it holds can't be judged. Restore it, or "
              "remove the entry that names it.");
}

// Two names of one directory are one directory.
std::pair<dev_t, ino_t> Identity(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return {0, 0};
  return {info.st_dev, info.st_ino};
}

std::string ReadAlternatesFile(const std::string& path) {
  if (access(path.c_str(), F_OK) != 0) return {};
  std::ifstream file;
  std::error_code code;
  // Nobody waits for a pipe.
  if (std::filesystem::is_regular_file(path, code)) file.open(path, std::ios::binary);
  std::string text;
  if (file.is_open())
    text.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  if (!file.is_open() || !file || text.size() > kMaxFileBytes)
    throw Error("The list of alternates " + path +
                " can't be read, so objects may be missing. Check the file and its permissions.");
  return text;
}

}  // namespace

std::vector<std::string> ParseAlternates(std::string_view text, char separator,
                                         std::string_view origin) {
  std::vector<std::string> entries;
  size_t at = 0;
  while (at < text.size()) {
    std::string entry;
    size_t end = text.find(separator, at);
    if (end == std::string_view::npos) end = text.size();
    if (text[at] == '"') {
      if (!Unquote(text, &at, &entry))
        throw Error("The list of alternates in " + std::string(origin) +
                    " holds a quoted entry that does not end or has an unknown escape, so objects "
                    "may be missing. Correct the entry.");
      if (at < text.size() && text[at] != separator)
        throw Error("The list of alternates in " + std::string(origin) +
                    " holds text behind a quoted entry, so objects may be missing. Correct the "
                    "entry.");
      end = at;
    } else if (text[at] != '#') {
      entry = text.substr(at, end - at);
    }
    if (!entry.empty()) entries.push_back(std::move(entry));
    at = end + 1;
  }
  return entries;
}

std::vector<std::string> ResolveObjectDirectories(const std::vector<std::string>& roots) {
  struct Pending {
    std::string path;
    std::string named_by;
    int depth;
  };
  std::vector<Pending> queue;
  for (const std::string& root : roots) queue.push_back({root, "the repository", 0});
  std::set<std::pair<dev_t, ino_t>> seen;
  std::vector<std::string> directories;
  for (size_t i = 0; i < queue.size(); ++i) {
    Pending current = queue[i];
    CheckReadable(current.path, current.named_by);
    if (!seen.insert(Identity(current.path)).second) continue;
    if (current.depth > kMaxDepth || directories.size() >= kMaxDirectories)
      throw Error("The chain of alternates that leads to " + current.path +
                  " is longer than Git follows (5), so objects may be missing. Name the directory "
                  "in the repository's own objects/info/alternates.");
    directories.push_back(current.path);
    std::string file = current.path + "/info/alternates";
    for (std::string& entry : ParseAlternates(ReadAlternatesFile(file), '\n', file)) {
      if (entry[0] != '/') entry = current.path + "/" + entry;
      queue.push_back({std::move(entry), file, current.depth + 1});
    }
  }
  return directories;
}

}  // namespace picket
