// Commits, tags and trees from bytes: nothing is read outside of them, and a tree's entries are
// found again under their names.
#include <cstdint>
#include <cstdlib>

#include "git/raw_objects.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  picket::Bytes bytes(data, size);
  if (auto commit = picket::TryParseCommit(bytes)) {
    if (commit->committer_time < 0 || commit->tree.raw().size() != 20) std::abort();
  }
  if (auto tag = picket::TryParseTag(bytes)) {
    if (tag->target.empty()) std::abort();
  }
  picket::ParsedTree tree = picket::ParseTree(bytes);
  uint64_t used = 0;
  for (size_t i = 0; i < tree.entries.size(); ++i) {
    used += 2 + tree.entries[i].name.size() + 20;
    if (tree.entries[i].name.find('\0') != std::string_view::npos) std::abort();
    if (i == 0 || !tree.sorted) continue;
    if (!picket::EntryComesBefore(tree.entries[i - 1], tree.entries[i])) std::abort();
    if (picket::EntryComesBefore(tree.entries[i], tree.entries[i - 1])) std::abort();
  }
  if (used > size) std::abort();
  return 0;
}
