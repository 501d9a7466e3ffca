// Where a repository's objects are: its own object directory, the quarantine of a push, and every
// alternate, to the end of the chain.
//
// The format is Git's (gitrepository-layout(5), objects/info/alternates; git(1),
// GIT_ALTERNATE_OBJECT_DIRECTORIES): entries separated by a newline in the file and by ':' in the
// variable; an entry that starts with '"' is C-quoted, one that starts with '#' is a comment.
// libgit2 1.5 unquotes none and resolves relative entries one level deep only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace picket {

// The entries of `text`, unquoted, comments and empty ones left out. Throws Error for a quoted
// entry that does not end or holds an unknown escape; `origin` names the text in it.
std::vector<std::string> ParseAlternates(std::string_view text, char separator,
                                         std::string_view origin);

// Every object directory that `roots` lead to, each once, in the order of the search; a relative
// entry counts from the object directory that names it. Chains deeper than Git follows (5) and
// alternates that are no readable directory are an Error: what they hold could not be judged.
std::vector<std::string> ResolveObjectDirectories(const std::vector<std::string>& roots);

}  // namespace picket
