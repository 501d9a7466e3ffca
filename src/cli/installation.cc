#include "cli/installation.h"

#include <sys/auxv.h>

#include <filesystem>
#include <system_error>

#include "core/error.h"

namespace picket {

namespace fs = std::filesystem;

std::string FindBinary() {
  std::error_code error;
  fs::path binary = fs::read_symlink("/proc/self/exe", error);
  // A chroot may be without /proc; what the kernel was asked to run is told to the process, too.
  if (error) {
    const auto* asked = reinterpret_cast<const char*>(getauxval(AT_EXECFN));
    std::error_code absent;
    if (asked != nullptr && *asked == '/') binary = fs::canonical(asked, absent);
    if (!binary.empty() && !absent) return binary;
    throw Error("The program's own path can't be read from /proc/self/exe (" + error.message() +
                "); mount /proc, or name the rules with --rules DIR.");
  }
  return binary;
}

RuleFolders FindRules(const CommonOptions& common) {
  std::error_code error;
  if (!common.rules.empty()) {
    if (fs::is_directory(fs::path(common.rules) / "secrets", error)) return {common.rules, ""};
    throw Error("The folder " + common.rules +
                " holds no secrets/ with rules, so nothing can be judged; name one that does, or a "
                "rule file that ends in .json.");
  }
  const fs::path binary = FindBinary();
  const fs::path prefix = binary.parent_path().parent_path();
  const fs::path share = prefix / "share" / "picket";
  if (fs::is_directory(share / "patterns", error)) return {share / "patterns", share / "compiled"};
  if (fs::is_directory(prefix / "patterns" / "secrets", error)) return {prefix / "patterns", ""};
  throw Error("No rules stand beside " + binary.string() + " (looked in " +
              (share / "patterns").string() +
              "), so nothing can be judged; run install.sh again, or name a folder with --rules.");
}

}  // namespace picket
