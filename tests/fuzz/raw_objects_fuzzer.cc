// Commits, tags and trees from bytes: nothing is read outside of them, a tree's entries are found
// again under their names, and a tree that is kept has the same.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "git/raw_objects.h"
#include "git/tree_cache.h"

namespace {

void Keep(picket::Bytes bytes, size_t id_bytes, const picket::ParsedTree& parsed) {
  auto object = std::make_shared<picket::ObjectBytes>();
  if (!object->Resize(bytes.size())) return;
  if (!bytes.empty()) std::memcpy(object->room().data(), bytes.data(), bytes.size());
  const picket::Tree tree(picket::RawObject(std::move(object)), id_bytes);
  const size_t size = parsed.entries.size();
  if (tree.entries().size() != size || tree.damaged() != parsed.damaged) std::abort();
  if (tree.CountSame(0, tree, 0) != size) std::abort();
  for (size_t i = 0; i < size; ++i) {
    const picket::TreeEntry entry = tree.entries()[i];
    if (!entry.SameAs(parsed.entries[i]) || entry.name != parsed.entries[i].name) std::abort();
    if (size > 256) continue;
    std::vector<size_t> found;
    tree.Find(entry.name, &found);
    bool again = false;
    for (size_t at : found) again |= at == i;
    if (!again) std::abort();
    const size_t next = (i + 1) % size;
    const size_t same = tree.CountSame(i, tree, next);
    if (same > size - i || same > size - next) std::abort();
  }
}

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
  Keep(bytes, id_bytes, tree);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  picket::Bytes bytes(data, size);
  for (size_t id_bytes : {size_t{20}, size_t{32}}) Parse(bytes, id_bytes);
  return 0;
}
