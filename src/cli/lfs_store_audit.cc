#include "cli/lfs_store_audit.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/engine.h"
#include "cli/file_gate.h"
#include "cli/output.h"
#include "cli/policy_files.h"
#include "cli/shut_in.h"
#include "core/error.h"
#include "git/lfs_store.h"
#include "scan/file_source.h"

namespace picket {
namespace {

// Leaves the objects in `files`; the others are counted.
void KeepObjects(const std::string& folder, FileList* files) {
  const size_t all = files->paths.size();
  std::erase_if(files->paths, [](const std::string& path) { return !IsLfsObjectPath(path); });
  const size_t others = all - files->paths.size();
  if (others == 0) return;
  if (files->paths.empty()) {
    throw Error("None of the " + std::to_string(all) + " files below " + folder +
                " is named like an object of Git LFS (aa/bb/<id>, or aa/bb/<rest of the id>); name "
                "the store's own folder, or examine the files with `picket scan`.");
  }
  files->skipped.push_back({"files", "not named like objects of Git LFS", others, 0});
}

}  // namespace

int AuditLfsStore(const CommonOptions& common, const std::string& folder) {
  SplitOff(common, Gate::kAudit);
  StatsLine stats(common);
  const Policy policy = ReadBasePolicy(common);
  Engine engine(common, policy, RuleCache::kUsed);
  stats.Mark("open");
  FileList files = ListFiles({folder});
  KeepObjects(folder, &files);
  stats.Mark("list");
  return RunFileGate({.gate = Gate::kAudit,
                      .common = common,
                      .policy = policy,
                      .engine = engine,
                      .files = files,
                      .stats = stats});
}

}  // namespace picket
