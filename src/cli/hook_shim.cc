#include "cli/hook_shim.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "cli/hook_texts.h"
#include "core/error.h"

namespace picket {
namespace {

constexpr size_t kMaxRead = size_t{1} << 16;
constexpr std::string_view kMark = "\n# picket-shim ";
constexpr std::string_view kBinaryLine = "\npicket=";
constexpr std::string_view kBeside = "$0.before-picket";
constexpr std::string_view kInFolder = "${0%/*}/before-picket/${0##*/}";

std::string Quote(std::string_view text) {
  std::string quoted = "'";
  for (char letter : text) {
    if (letter == '\'') {
      quoted += "'\\''";
    } else {
      quoted += letter;
    }
  }
  return quoted + "'";
}

std::string Unquote(std::string_view text) {
  std::string plain;
  bool inside = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\'') {
      inside = !inside;
    } else if (!inside && text[i] == '\\' && i + 1 < text.size()) {
      plain += text[++i];
    } else if (!inside && text[i] == '\n') {
      break;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

void ReplaceAll(std::string_view from, std::string_view to, std::string* text) {
  for (size_t at = text->find(from); at != std::string::npos; at = text->find(from, at)) {
    text->replace(at, from.size(), to);
    at += to.size();
  }
}

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// Calls `test` with each line that is not a comment; true as soon as one passes.
template <typename Test>
bool AnyLine(std::string_view text, Test test) {
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    line.remove_prefix(std::min(line.size(), line.find_first_not_of(" \t")));
    if ((line.empty() || line.front() != '#') && test(line)) return true;
  }
  return false;
}

bool NamesItself(std::string_view line) {
  for (std::string_view name :
       {"$0", "${0", "BASH_SOURCE", "$PROGRAM_NAME", "__FILE__", "__file__", "argv[0]"}) {
    if (Contains(line, name)) return true;
  }
  return false;
}

}  // namespace

const std::vector<std::string>& LocalHooks() {
  static const std::vector<std::string> hooks = {"pre-commit", "pre-merge-commit", "commit-msg",
                                                 "pre-push"};
  return hooks;
}

const std::vector<std::string>& ServerHooks() {
  static const std::vector<std::string> hooks = {"pre-receive"};
  return hooks;
}

std::string RenderShim(std::string_view hook, std::string_view binary, bool in_folder,
                       std::string_view options) {
  for (const HookText& known : kHookTexts) {
    if (known.name != hook) continue;
    std::string text(known.text);
    if (!options.empty()) {
      const std::string verb = "\"$picket\" " + std::string(hook) + " ";
      ReplaceAll(verb, verb + std::string(options) + " ", &text);
    }
    if (in_folder) ReplaceAll(kBeside, kInFolder, &text);
    // Last: a path may look like any of that.
    const size_t line = text.find(kBinaryLine) + 1;
    text.replace(line, text.find('\n', line) - line, "picket=" + Quote(binary));
    return text;
  }
  throw Error("There is no hook named " + std::string(hook) + ".");
}

HookFile ReadHook(const std::string& path) {
  HookFile file;
  file.path = path;
  struct stat status = {};
  if (lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return file;
    throw Error(path + " can't be looked at: " + std::strerror(errno) + ".");
  }
  file.exists = true;
  bool plain_file = S_ISREG(status.st_mode);
  // A dangling link exists and runs nothing.
  if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return file;
  file.executable = access(path.c_str(), X_OK) == 0;
  std::ifstream stream(path, std::ios::binary);
  file.text.resize(kMaxRead);
  stream.read(file.text.data(), static_cast<std::streamsize>(kMaxRead));
  if (!stream.is_open() || stream.bad()) throw Error(path + " can't be read.");
  file.text.resize(static_cast<size_t>(stream.gcount()));
  size_t line = file.text.find(kBinaryLine);
  file.is_shim = plain_file && Contains(std::string_view(file.text).substr(0, 256), kMark) &&
                 line != std::string::npos;
  if (file.is_shim) {
    file.binary = Unquote(std::string_view(file.text).substr(line + kBinaryLine.size()));
  }
  return file;
}

bool UsesOwnName(std::string_view script) {
  return AnyLine(script, [](std::string_view line) {
    return Contains(line, "${0##") || Contains(line, "$PROGRAM_NAME") ||
           (Contains(line, "basename") && NamesItself(line));
  });
}

bool CallsPicket(std::string_view script) {
  constexpr std::string_view kName = "picket";
  return AnyLine(script, [kName](std::string_view line) {
    for (size_t at = line.find(kName); at != std::string_view::npos;
         at = line.find(kName, at + 1)) {
      std::string_view after = line.substr(at + kName.size());
      char before = at == 0 ? ' ' : line[at - 1];
      bool word_starts = before == '/' || before == ' ' || before == '"' || before == '\'';
      bool word_ends = !after.empty() && (after[0] == ' ' || after[0] == '"' || after[0] == '\'');
      if (word_starts && word_ends) return true;
    }
    return false;
  });
}

bool UsesOwnFolder(std::string_view script) {
  return AnyLine(script, [](std::string_view line) {
    return Contains(line, "${0%") || (Contains(line, "dirname") && NamesItself(line));
  });
}

}  // namespace picket
