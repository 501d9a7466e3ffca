#include "git/tree_file.h"

#include <sys/stat.h>

#include <utility>

#include "core/error.h"
#include "git/raw_objects.h"
#include "git/tree_cursor.h"

namespace picket {
namespace {

constexpr uint64_t kMaximumBytes = 16 << 20;

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

// The file at `path`, folder by folder.
std::optional<std::string> ReadPath(ObjectDatabase& objects, const ObjectId& commit_id,
                                    std::string_view path) {
  const RawObject commit = ReadObject(objects, commit_id, ObjectType::kCommit, path);
  const std::optional<CommitHeader> header = TryParseCommit(commit.bytes(), objects.id_bytes());
  if (!header) ThrowUnreadable(commit_id, path);
  ObjectId tree_id = header->tree;
  for (std::string_view rest = path;;) {
    const std::string_view name = rest.substr(0, rest.find('/'));
    const RawObject tree = ReadObject(objects, tree_id, ObjectType::kTree, path);
    TreeCursor entry(tree.bytes(), objects.id_bytes());
    bool found = false;
    while (!found && entry.Next()) found = entry.name() == name;
    if (!found) {
      if (entry.broken()) ThrowUnreadable(tree_id, path);
      return std::nullopt;
    }
    if (name.size() == rest.size()) {
      if (!S_ISREG(entry.mode())) return std::nullopt;
      return ReadSmallFile(objects, entry.id(), path);
    }
    if (!S_ISDIR(entry.mode())) return std::nullopt;
    tree_id = entry.id();
    rest.remove_prefix(name.size() + 1);
  }
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
  return ReadPath(*repository.NewObjectDatabase(), *head, name);
}

std::optional<std::string> ReadFileOfCommit(const Repository& repository, const ObjectId& commit,
                                            std::string_view path) {
  const std::unique_ptr<ObjectDatabase> objects = repository.NewObjectDatabase();
  ObjectHeader header;
  if (objects->ReadHeader(commit, &header, nullptr) != ReadStatus::kOk ||
      header.type != ObjectType::kCommit) {
    return std::nullopt;
  }
  return ReadPath(*objects, commit, path);
}

std::string ReadSmallFile(ObjectDatabase& objects, const ObjectId& oid, std::string_view name) {
  const RawObject blob = ReadObject(objects, oid, ObjectType::kBlob, name);
  if (blob.bytes().size() > kMaximumBytes) ThrowUnreadable(oid, name);
  return std::string(AsText(blob.bytes()));
}

}  // namespace picket
