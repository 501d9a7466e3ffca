#include "git/tree_file.h"

#include <sys/stat.h>

#include <utility>

#include "core/error.h"
#include "git/raw_objects.h"
#include "git/tree_cursor.h"

namespace picket {
namespace {

constexpr uint64_t kMaximumBytes = 1 << 20;

// "100644 <oid> <stage>\t<name>" of `git ls-files -s`.
std::optional<ObjectId> TryParseEntry(std::string_view line) {
  if (!line.starts_with("100")) return std::nullopt;
  line.remove_prefix(line.find(' ') + 1);
  return ObjectId::TryParse(line.substr(0, line.find(' ')));
}

[[noreturn]] void ThrowUnreadable(const ObjectId& oid, std::string_view name) {
  throw Error("The file " + std::string(name) + " (object " + oid.ToHex() +
              ") can't be read as Git has it, so nothing was judged; mend or remove it.");
}

RawObject ReadObject(ObjectDatabase& objects, const ObjectId& oid, ObjectType type,
                     std::string_view name) {
  RawObject object;
  std::string why;
  if (objects.Read(oid, &object, &why) != ReadStatus::kOk || object.type() != type) {
    ThrowUnreadable(oid, name);
  }
  return object;
}

}  // namespace

StagedFile::StagedFile(std::string name)
    : name_(std::move(name)),
      process_(
          {.arguments = {"ls-files", "-s", "-z", "--", ":(top,literal)" + name_}, .git_dir = ""}) {}

std::optional<std::string> StagedFile::Read(const Repository& repository) {
  const std::string line = process_.ReadAll(1 << 16);
  process_.CheckSuccess();
  const std::optional<ObjectId> oid = TryParseEntry(line);
  if (!oid) return std::nullopt;
  return ReadSmallFile(*repository.NewObjectDatabase(), *oid, name_);
}

std::optional<std::string> ReadFileOfHead(const Repository& repository, std::string_view name) {
  const std::optional<ObjectId> head = repository.Resolve("HEAD");
  if (!head) return std::nullopt;
  const std::unique_ptr<ObjectDatabase> objects = repository.NewObjectDatabase();
  const RawObject commit = ReadObject(*objects, *head, ObjectType::kCommit, name);
  const std::optional<CommitHeader> header = TryParseCommit(commit.bytes());
  if (!header) ThrowUnreadable(*head, name);
  const RawObject tree = ReadObject(*objects, header->tree, ObjectType::kTree, name);
  TreeCursor entry(tree.bytes());
  while (entry.Next()) {
    if (entry.name() != name) continue;
    if (!S_ISREG(entry.mode())) return std::nullopt;
    return ReadSmallFile(*objects, entry.id(), name);
  }
  if (entry.broken()) ThrowUnreadable(header->tree, name);
  return std::nullopt;
}

std::string ReadSmallFile(ObjectDatabase& objects, const ObjectId& oid, std::string_view name) {
  const RawObject blob = ReadObject(objects, oid, ObjectType::kBlob, name);
  if (blob.bytes().size() > kMaximumBytes) ThrowUnreadable(oid, name);
  return std::string(AsText(blob.bytes()));
}

}  // namespace picket
