// What a GitHub Enterprise Server needs to run picket: the hook environment, an archive that the
// appliance unpacks and runs hooks in by chroot, and the script that calls picket there.
#pragma once

#include <string>
#include <vector>

namespace picket {

// Writes picket-environment.tar.gz and pre-receive.sh into `directory`, from this installation.
// `binary`: absolute path of the picket to put into it. Returns their paths. Throws Error.
std::vector<std::string> MakeGithubEnvironment(const std::string& directory,
                                               const std::string& binary);

}  // namespace picket
