// What another tool's list lets be, as our fingerprints: each entry's file is scanned again, in the
// commit that it names, and what is found there decides. Nothing is taken on the list's word alone.
#pragma once

#include <string>
#include <vector>

#include "cli/engine.h"
#include "git/repository.h"
#include "scan/foreign_ignores.h"

namespace picket {

struct ImportedIgnores {
  // Sorted, each once.
  std::vector<std::string> fingerprints;
  // Sentences about the entries that could not be resolved, in the order of the list.
  std::vector<std::string> unresolved;
};

// A gitleaks entry stands for every secret on its line in its commit (HEAD for one without); a
// detect-secrets entry for the secret in HEAD's file that has its hash, on whatever line.
ImportedIgnores ResolveIgnores(const ForeignIgnores& list, const Repository& repository,
                               const Engine& engine);

}  // namespace picket
