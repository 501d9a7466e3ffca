#include "git/alternate_refs.h"

#include <filesystem>
#include <memory>
#include <system_error>

#include "core/error.h"
#include "git/alternates.h"

namespace picket {
namespace {

namespace fs = std::filesystem;

bool IsSame(const fs::path& a, const fs::path& b) {
  std::error_code error;
  return fs::equivalent(a, b, error) && !error;
}

}  // namespace

std::vector<ObjectId> AlternateRefs(const Repository& repository,
                                    const std::function<bool(const Repository&)>& settled,
                                    std::vector<std::string>* notes) {
  std::vector<ObjectId> targets;
  const fs::path own = repository.common_dir() + "/objects";
  // From the repository's own file alone: the environment may be the client's.
  for (const std::string& directory : ResolveObjectDirectories({own.string()})) {
    const fs::path objects = fs::path(directory).lexically_normal();
    if (IsSame(objects, own)) continue;
    std::string why = "it is not the object folder of a repository";
    try {
      const std::unique_ptr<Repository> lender = Repository::OpenAt(objects.parent_path().string());
      if (IsSame(lender->common_dir() + "/objects", objects)) {
        // The refs before the debts, as for the repository's own.
        const std::vector<Ref> refs = lender->Refs();
        if (settled(*lender)) {
          for (const Ref& ref : refs) targets.push_back(ref.target);
          continue;
        }
        why = "some of what it holds was let in before it was judged; run picket audit --debts";
      }
    } catch (const Error& error) {
      why = error.what();
    }
    notes->push_back("The refs of the alternate " + directory + " don't count as existing: " + why);
  }
  return targets;
}

}  // namespace picket
