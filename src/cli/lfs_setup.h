// Where the objects of Git LFS are looked for at one gate, and where is remembered which of them
// were verified.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/door.h"
#include "core/lfs.h"
#include "git/lfs_store.h"
#include "git/repository.h"
#include "scan/policy.h"

namespace picket {

struct LfsSetup {
  // LfsStores::PlacesOf().
  std::vector<LfsPlace> places;
  // Those that the policy names.
  std::vector<LfsPlace> required;
  // The folder that the policy names to remember in; "" for none.
  std::string memory;
  // Without one, the user's cache.
  bool uses_cache = false;
  // Why the places could not be found; "" where they were. Whoever never asks for an object need
  // not know.
  std::string trouble;
};

// Reads the repository's configuration where that counts: before a process shuts itself in.
LfsSetup SetUpLfs(const Repository& repository, const Policy& policy, Gate gate);
// Throws Error where there is trouble, and as LfsStores does.
void OpenLfsStores(const LfsSetup& setup, std::optional<LfsStores>* stores);
// "" where there is none.
std::string LfsMemoryFolder(const LfsSetup& setup);

// As one text without a byte 0, and back. What is no such text gives as much as was read.
std::string WriteLfsSetup(const LfsSetup& setup);
LfsSetup ReadLfsSetup(std::string_view text);

// The keeper's part: answers what git/lfs_store.h and git/lfs_memory.h ask. Nothing is opened
// before the first question.
class LfsKeeper {
 public:
  // Throws Error.
  Answer Do(Errand errand, std::string_view setup, std::string_view question);
  void Forget() { stores_.reset(); }

 private:
  std::optional<LfsStores> stores_;
};

}  // namespace picket
