#include "git/message.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <utility>

#include "core/error.h"
#include "git/plumbing.h"
#include "git/plumbing_text.h"

namespace picket {
namespace {

// wt-status.c, cut_line: the whole line but for the comment character before it.
constexpr std::string_view kScissors = " ------------------------ >8 ------------------------";
// builtin/commit.c, comment_line_chars: what "auto" picks from.
constexpr std::string_view kAutoComments = "#;@!$%^&|:";
constexpr uint64_t kMaxMessageBytes = uint64_t{256} << 20;
constexpr uint64_t kMaxConfigBytes = uint64_t{1} << 20;

// Every line that `git commit -v` can put below the explanation starts with one of these; an empty
// line is a blank line of context under diff.suppressBlankEmpty. "Submodule " and "  " are
// diff.submodule=log.
constexpr std::array kDiffStarts = {
    std::string_view(" "),
    std::string_view("+"),
    std::string_view("-"),
    std::string_view("@@ "),
    std::string_view("\\ "),
    std::string_view("diff --"),
    std::string_view("index "),
    std::string_view("old mode "),
    std::string_view("new mode "),
    std::string_view("deleted file mode "),
    std::string_view("new file mode "),
    std::string_view("copy from "),
    std::string_view("copy to "),
    std::string_view("rename from "),
    std::string_view("rename to "),
    std::string_view("similarity index "),
    std::string_view("dissimilarity index "),
    std::string_view("Binary files "),
    std::string_view("GIT binary patch"),
    std::string_view("literal "),
    std::string_view("delta "),
    std::string_view("Submodule "),
    std::string_view("* Unmerged path "),
};

// Takes a line off the front, without its line feed.
std::string_view TakeLine(std::string_view* text) {
  size_t end = text->find('\n');
  std::string_view line = text->substr(0, end);
  text->remove_prefix(end == std::string_view::npos ? text->size() : end + 1);
  return line;
}

bool IsDiffLine(std::string_view line) {
  return line.empty() ||
         std::any_of(kDiffStarts.begin(), kDiffStarts.end(),
                     [&](std::string_view start) { return line.starts_with(start); });
}

// `below` is what follows a scissors line: Git's explanation in comment lines, more comment lines
// (the status of `commit -vv`), then a diff to the end, in which `-vv` has comment lines again.
bool IsGitsOwnTail(std::string_view below, std::string_view comment) {
  if (!below.starts_with(comment)) return false;
  bool diff = false;
  while (!below.empty()) {
    std::string_view line = TakeLine(&below);
    if (line.starts_with(comment)) continue;
    if (line.starts_with("diff --") || line.starts_with("Submodule ")) diff = true;
    if (!line.empty() && (!diff || !IsDiffLine(line))) return false;
  }
  return true;
}

bool IsScissors(std::string_view line, std::string_view comment) {
  return line.starts_with(comment) && line.substr(comment.size()) == kScissors;
}

// "Please enter the commit message for your changes. Lines starting\nwith '#' will be ignored" (or
// "will be kept"), wrapped differently by different versions.
constexpr std::string_view kIgnored = "' will be ignored";
constexpr std::string_view kWillBeKept = "' will be kept";

bool IsHint(std::string_view line, std::string_view comment, std::string_view hint) {
  if (!line.starts_with(comment)) return false;
  size_t at = line.find(hint);
  if (at == std::string_view::npos) return false;
  line = line.substr(0, at);
  return line.ends_with(comment) && line.substr(0, at - comment.size()).ends_with('\'');
}

// Which character "auto" stands for can only be read off the lines that Git wrote with it.
std::string CommentOf(std::string_view text, const MessageOptions& options) {
  if (options.comment != "auto") return options.comment;
  char found = '#';
  while (!text.empty()) {
    std::string_view line = TakeLine(&text);
    if (line.empty() || kAutoComments.find(line.front()) == std::string_view::npos) continue;
    std::string_view first = line.substr(0, 1);
    if (IsScissors(line, first) || IsHint(line, first, kIgnored)) found = line.front();
  }
  return std::string(1, found);
}

// Where Git cuts, or the end. Git cuts at the first scissors line only, and needs it to end in a
// line feed.
size_t CutPosition(std::string_view text, std::string_view comment, const MessageOptions& options) {
  if (!options.edited && !options.verbose) return text.size();
  if (comment.empty()) return text.size();
  std::string_view rest = text;
  while (!rest.empty()) {
    size_t position = text.size() - rest.size();
    std::string_view line = TakeLine(&rest);
    if (!IsScissors(line, comment)) continue;
    return IsGitsOwnTail(rest, comment) ? position : text.size();
  }
  return text.size();
}

bool HasHint(std::string_view text, std::string_view comment, std::string_view hint) {
  while (!text.empty()) {
    if (IsHint(TakeLine(&text), comment, hint)) return true;
  }
  return false;
}

std::optional<CleanupMode> ParseCleanup(std::string_view value) {
  constexpr std::array kModes = {
      std::pair{std::string_view("default"), CleanupMode::kDefault},
      std::pair{std::string_view("strip"), CleanupMode::kStrip},
      std::pair{std::string_view("whitespace"), CleanupMode::kWhitespace},
      std::pair{std::string_view("verbatim"), CleanupMode::kVerbatim},
      std::pair{std::string_view("scissors"), CleanupMode::kScissors},
  };
  for (const auto& [name, mode] : kModes) {
    if (name == value) return mode;
  }
  return std::nullopt;
}

}  // namespace

void ReadMessageSettings(std::string_view text, MessageOptions* options) {
  for (const ConfigEntry& entry : ParseConfigList(text)) {
    const std::string value = entry.value.value_or("");
    if (entry.name == "core.commentchar" || entry.name == "core.commentstring") {
      if (!value.empty()) options->comment = value;
    } else if (entry.name == "commit.cleanup") {
      options->cleanup = ParseCleanup(value).value_or(CleanupMode::kDefault);
    } else if (entry.name == "commit.verbose") {
      // A boolean or a level; Git itself refuses what is neither.
      options->verbose = !entry.value || !(value.empty() || value == "0" || value == "false" ||
                                           value == "no" || value == "off");
    }
  }
}

MessageOptions ReadMessageOptions(std::string_view text) {
  MessageOptions options;
  const char* editor = std::getenv("GIT_EDITOR");
  options.edited = editor == nullptr || std::string_view(editor) != ":";
  if (!options.edited && text.find(kScissors) == std::string_view::npos) return options;
  GitProcess config({{"config", "-z", "--get-regexp",
                      "^(core\\.comment(char|string)|commit\\.(cleanup|verbose))$"},
                     "",
                     false});
  const std::string settings = config.ReadAll(kMaxConfigBytes);
  // 1: none of them is set.
  if (config.Finish() != 1) config.CheckSuccess();
  ReadMessageSettings(settings, &options);
  return options;
}

std::string KeptMessage(std::string_view text, const MessageOptions& options) {
  std::string comment = CommentOf(text, options);
  size_t cut = CutPosition(text, comment, options);
  std::string_view rest = text.substr(0, cut);
  bool strips =
      options.edited && !comment.empty() &&
      (options.cleanup == CleanupMode::kDefault || options.cleanup == CleanupMode::kStrip) &&
      !HasHint(rest, comment, kWillBeKept);
  if (!strips) return std::string(rest);
  bool drop_comments =
      options.cleanup != CleanupMode::kScissors && HasHint(rest, comment, kIgnored);
  std::string kept;
  kept.reserve(rest.size());
  while (!rest.empty()) {
    bool ends = rest.find('\n') != std::string_view::npos;
    std::string_view line = TakeLine(&rest);
    bool dropped = line.starts_with(comment) &&
                   (drop_comments || line.substr(comment.size()).starts_with('\t'));
    if (!dropped) kept += line;
    if (ends) kept += '\n';
  }
  return kept;
}

ChangeList ListMessage(std::string_view text, const MessageOptions& options) {
  ChangeList list;
  list.message = KeptMessage(text, options);
  if (list.message.find_first_not_of(" \t\r\n") == std::string::npos) return list;
  list.objects.emplace_back().kind = ObjectKind::kMessage;
  return list;
}

std::string ReadMessageFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  std::streamoff size = file ? static_cast<std::streamoff>(file.tellg()) : -1;
  if (size < 0) {
    throw Error("The commit message file \"" + path +
                "\" could not be read; commit-msg takes the path that Git gives to the hook.");
  }
  if (static_cast<uint64_t>(size) > kMaxMessageBytes) {
    throw Error("The commit message file \"" + path +
                "\" is over 256 MiB and was not examined; shorten it, or commit without -v.");
  }
  std::string text(static_cast<size_t>(size), '\0');
  file.seekg(0);
  file.read(text.data(), size);
  if (file.gcount() != size) {
    throw Error("The commit message file \"" + path + "\" changed while it was read.");
  }
  return text;
}

}  // namespace picket
