// Text in the form of Git's configuration (git-config(1), "SYNTAX"): .gitmodules and .lfsconfig.
//
// Read from hostile content to find what it says, so a line that Git would refuse ends nothing:
// what can be read of the text is read. Includes are not followed; Git does not follow them there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace picket {

struct TreeConfigEntry {
  // "section.variable" or "section.Sub.variable", section and variable in lower case.
  std::string key;
  std::string value;
};

std::vector<TreeConfigEntry> ParseConfigText(std::string_view text);

// Of a url or an scp-like address "user@host:path".
struct UrlParts {
  std::string scheme;  // lower case; "" where there is none
  std::string user;
  bool has_password = false;
  // Lower case, without the port; "" for a path.
  std::string host;
};
UrlParts SplitUrl(std::string_view url);

}  // namespace picket
