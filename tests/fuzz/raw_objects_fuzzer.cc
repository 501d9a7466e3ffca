// Commits, tags and trees from bytes: nothing is read outside of them, and a tree's entries are
// found again under their names.
#include <cstdint>
#include <cstdlib>

#include "git/raw_objects.h"

namespace {

void Parse(picket::Bytes bytes, size_t id_bytes) {
  if (auto commit = picket::TryParseCommit(bytes, id_bytes)) {
    if (commit->committer_time < 0 || commit->tree.raw().size() != id_bytes) std::abort();
  }
  if (auto tag = picket::TryParseTag(bytes, id_bytes)) {
    if (tag->target.raw().size() != id_bytes) std::abort();
  }
  picket::ParsedTree tree = picket::ParseTree(bytes, id_bytes);
  uint64_t used = 0;
  for (size_t i = 0; i < tree.entries.size(); ++i) {
    used += 2 + tree.entries[i].name.size() + id_bytes;
    if (tree.entries[i].name.find('\0') != std::string_view::npos) std::abort();
    if (i == 0 || !tree.sorted) continue;
    if (!picket::EntryComesBefore(tree.entries[i - 1], tree.entries[i])) std::abort();
    if (picket::EntryComesBefore(tree.entries[i], tree.entries[i - 1])) std::abort();
  }
  if (used > bytes.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  picket::Bytes bytes(data, size);
  for (size_t id_bytes : {size_t{20}, size_t{32}}) Parse(bytes, id_bytes);
  return 0;
}
