#include "git/repository_format.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace picket {
namespace {

// Extensions that change nothing in what libgit2 reads for us: it is told to accept them
// (libgit2_lists.cc), and of the last two only these values.
constexpr std::array kHarmless = {std::string_view("noop"),
                                  std::string_view("noop-v1"),
                                  std::string_view("partialclone"),
                                  std::string_view("worktreeconfig"),
                                  std::string_view("preciousobjects"),
                                  std::string_view("relativeworktrees")};

}  // namespace

RepositoryFormat FormatOf(std::span<const ConfigEntry> own) {
  constexpr std::string_view kSection = "extensions.";
  RepositoryFormat format;
  const ConfigEntry* version = FindSetting(own, "core.repositoryformatversion");
  const std::string number = version == nullptr ? "0" : version->value.value_or("");
  if (number != "0" && number != "1") format.is_known = false;
  for (const ConfigEntry& entry : own) {
    if (!entry.name.starts_with(kSection)) continue;
    const std::string_view name = std::string_view(entry.name).substr(kSection.size());
    if (name == "objectformat") {
      format.object_format = entry.value.value_or("");
    } else if (name == "refstorage") {
      format.ref_storage = entry.value.value_or("");
    } else if (number == "1" &&
               std::find(kHarmless.begin(), kHarmless.end(), name) == kHarmless.end()) {
      // Below version 1 Git does not look at those that it does not know.
      format.is_known = false;
    }
  }
  format.is_plain = format.is_known;
  if (format.object_format != "sha1" || format.ref_storage != "files") format.is_plain = false;
  return format;
}

}  // namespace picket
