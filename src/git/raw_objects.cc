#include "git/raw_objects.h"

#include <algorithm>
#include <cstring>

#include "git/tree_cursor.h"

namespace picket {
namespace {

// Takes "<key> <id in hex>\n"; nothing is taken when the text does not start like that.
std::optional<ObjectId> TakeId(std::string_view* text, std::string_view key, size_t id_bytes) {
  const size_t digits = 2 * id_bytes;
  size_t length = key.size() + 1 + digits + 1;
  if (text->size() < length || !text->starts_with(key) || (*text)[key.size()] != ' ' ||
      (*text)[length - 1] != '\n')
    return std::nullopt;
  std::optional<ObjectId> id = ObjectId::TryParse(text->substr(key.size() + 1, digits));
  if (id) text->remove_prefix(length);
  return id;
}

std::string_view TakeLine(std::string_view* text) {
  size_t end = text->find('\n');
  std::string_view line = text->substr(0, end);
  text->remove_prefix(end == std::string_view::npos ? text->size() : end + 1);
  return line;
}

// "committer A <a@b> 1700000000 +0100": the number behind the last '>'.
int64_t TimeOf(std::string_view line) {
  size_t at = line.rfind('>');
  if (at == std::string_view::npos) return 0;
  ++at;
  while (at < line.size() && line[at] == ' ') ++at;
  int64_t seconds = 0;
  for (; at < line.size() && line[at] >= '0' && line[at] <= '9'; ++at) {
    if (seconds > INT64_MAX / 16) return 0;
    seconds = seconds * 10 + (line[at] - '0');
  }
  return seconds;
}

}  // namespace

EntryKind KindOfMode(uint32_t mode) {
  switch (mode & 0170000) {
    case 0100000: return EntryKind::kBlob;
    case 0120000: return EntryKind::kSymlink;
    case 0040000: return EntryKind::kTree;
    case 0160000: return EntryKind::kGitlink;
    default: return EntryKind::kOther;
  }
}

std::optional<CommitHeader> TryParseCommit(Bytes bytes, size_t id_bytes) {
  std::string_view text = AsText(bytes);
  CommitHeader header;
  std::optional<ObjectId> tree = TakeId(&text, "tree", id_bytes);
  if (!tree) return std::nullopt;
  header.tree = *tree;
  while (text.starts_with("parent ")) {
    std::optional<ObjectId> parent = TakeId(&text, "parent", id_bytes);
    if (!parent) return std::nullopt;
    header.parents.push_back(*parent);
  }
  if (!TakeLine(&text).starts_with("author ")) return header;
  std::string_view committer = TakeLine(&text);
  if (committer.starts_with("committer ")) header.committer_time = TimeOf(committer);
  return header;
}

std::optional<TagHeader> TryParseTag(Bytes bytes, size_t id_bytes) {
  std::string_view text = AsText(bytes);
  TagHeader header;
  std::optional<ObjectId> target = TakeId(&text, "object", id_bytes);
  if (!target) return std::nullopt;
  header.target = *target;
  std::string_view type = TakeLine(&text);
  for (ObjectType known :
       {ObjectType::kCommit, ObjectType::kTree, ObjectType::kBlob, ObjectType::kTag}) {
    if (!type.starts_with("type ") || type.substr(5) != ToString(known)) continue;
    header.type = known;
    return header;
  }
  return std::nullopt;
}

bool EntryComesBefore(const TreeEntry& a, const TreeEntry& b) {
  size_t common = std::min(a.name.size(), b.name.size());
  int order = std::memcmp(a.name.data(), b.name.data(), common);
  if (order != 0) return order < 0;
  auto next = [common](const TreeEntry& entry) -> int {
    if (entry.name.size() > common) return static_cast<uint8_t>(entry.name[common]);
    return entry.kind == EntryKind::kTree ? '/' : 0;
  };
  return next(a) < next(b);
}

ParsedTree ParseTree(Bytes bytes, size_t id_bytes) {
  ParsedTree tree;
  tree.entries.reserve(bytes.size() / (id_bytes + 8));
  TreeCursor cursor(bytes, id_bytes);
  while (cursor.Next()) {
    tree.entries.push_back({KindOfMode(cursor.mode()), cursor.id(), cursor.name()});
    size_t count = tree.entries.size();
    if (count > 1 && tree.sorted)
      tree.sorted = EntryComesBefore(tree.entries[count - 2], tree.entries[count - 1]);
  }
  tree.damaged = cursor.broken();
  return tree;
}

}  // namespace picket
