// The small files of a Git directory that say where its parts are, and which commits its history
// ends at: gitrepository-layout(5). Whoever packed up a repository wrote them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/object_id.h"

namespace picket {

// The path that the file in a Git directory's place (gitfile) names; nullopt where it names none,
// or one that no system has.
std::optional<std::string> ParseGitFile(std::string_view text);

// The path in "commondir", and in a linked worktree's "gitdir"; nullopt as above.
std::optional<std::string> ParsePathFile(std::string_view text);

// "shallow", "MERGE_HEAD": one object id of `id_bytes` a line; a missing last newline and empty
// lines are fine. nullopt where a line is anything else.
std::optional<std::vector<ObjectId>> ParseIdFile(std::string_view text, size_t id_bytes);

// The bytes of such a file; nullopt where there is none. Throws Error where it can't be read, is no
// regular file (none waits for a pipe) or is over 256 MiB.
std::optional<std::string> ReadLayoutFile(const std::string& path);

}  // namespace picket
