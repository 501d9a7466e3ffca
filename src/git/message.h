// The commit message that Git will keep, as far as the commit-msg hook can know.
//
// The hook is given the file before Git cleans it up, and isn't told how Git will: `--cleanup` and
// `-v` on the command line leave no trace but what Git itself wrote into the file. So a line is
// dropped only where the file and the configuration both say that Git drops it; every line that Git
// might keep is judged.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/change_list.h"

namespace picket {

// commit.cleanup; https://git-scm.com/docs/git-commit, "--cleanup".
enum class CleanupMode : uint8_t { kDefault, kStrip, kWhitespace, kVerbatim, kScissors };

struct MessageOptions {
  CleanupMode cleanup = CleanupMode::kDefault;
  // core.commentChar or core.commentString; "auto" has Git pick one of "#;@!$%^&|:".
  std::string comment = "#";
  // commit.verbose: every commit shows its diff below the scissors.
  bool verbose = false;
  // An editor was shown, and the message is what it left. Git sets GIT_EDITOR=: for a hook where
  // there is none (builtin/commit.c, run_commit_hook).
  bool edited = false;
};

// From the environment and the configuration that Git gives the hook (one `git config`, where
// anything of `text` depends on it: not of a message that came by -m). Throws Error where Git can't
// be run.
MessageOptions ReadMessageOptions(std::string_view text);
// What `git config -z` printed of it. A setting that is not known changes nothing.
void ReadMessageSettings(std::string_view text, MessageOptions* options);

// `text` with the lines that Git is sure to drop emptied, so that line numbers stay those of the
// file, and cut at the scissors where Git is sure to cut:
//   - below the scissors line, if an editor was shown or the configuration says that Git cuts, if
//     Git's own explanation follows the line, and if after that comes nothing but comments and a
//     diff - the shape of `commit -v`, whose removed lines must not be judged. A scissors line in a
//     message given by -m or -F has none of this and is judged with what follows;
//   - comment lines, if an editor was shown, the configuration does not keep them, and Git's hint
//     that they "will be ignored" stands among them. Without the hint (another language,
//     commit.status=false) only those that list files ("#<TAB>modified: ...") go, and not even
//     those under the hint that comments "will be kept".
std::string KeptMessage(std::string_view text, const MessageOptions& options);

// One kMessage object with that text, without a place; none where nothing is kept.
ChangeList ListMessage(std::string_view text, const MessageOptions& options);

// The file that Git names to the hook. Throws Error where it can't be read or is over 256 MiB.
std::string ReadMessageFile(const std::string& path);

}  // namespace picket
