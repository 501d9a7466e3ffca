#include "git/tree_file.h"

#include <utility>

#include "core/error.h"

namespace picket {
namespace {

constexpr uint64_t kMaximumBytes = 16 << 20;

// "<mode> ..." of `git ls-files -s` and `git ls-tree` alike; the id follows the mode, in ls-tree
// behind the word "blob".
std::optional<ObjectId> TryParseEntry(std::string_view line) {
  if (!line.starts_with("100")) return std::nullopt;
  line.remove_prefix(line.find(' ') + 1);
  if (line.starts_with("blob ")) line.remove_prefix(5);
  return ObjectId::TryParse(line.substr(0, line.find_first_of(" \t")));
}

GitCommand Listing(GitCommand command, std::string_view path) {
  command.arguments.push_back("--");
  command.arguments.push_back(":(top,literal)" + std::string(path));
  return command;
}

std::optional<std::string> ReadListed(const Repository& repository, GitProcess& git,
                                      std::string_view path) {
  const std::string line = git.ReadAll(1 << 16);
  git.CheckSuccess();
  const std::optional<ObjectId> oid = TryParseEntry(line);
  if (!oid) return std::nullopt;
  RawObject object;
  std::string why;
  if (repository.NewObjectDatabase()->Read(*oid, &object, &why) != ReadStatus::kOk ||
      object.type() != ObjectType::kBlob || object.bytes().size() > kMaximumBytes) {
    throw Error("The file " + std::string(path) + " (object " + oid->ToHex() +
                ") can't be read as Git has it, so nothing was judged; mend or remove it.");
  }
  return std::string(AsText(object.bytes()));
}

}  // namespace

StagedFile::StagedFile(std::string path)
    : path_(std::move(path)),
      process_(Listing({.arguments = {"ls-files", "-s", "-z"}, .git_dir = ""}, path_)) {}

std::optional<std::string> StagedFile::Read(const Repository& repository) {
  return ReadListed(repository, process_, path_);
}

std::optional<std::string> ReadFileOfCommit(const Repository& repository, const ObjectId& commit,
                                            std::string_view path) {
  if (!repository.NewObjectDatabase()->Contains(commit)) return std::nullopt;
  GitProcess git(Listing({.arguments = {"ls-tree", "-z", "--full-tree", commit.ToHex()},
                          .git_dir = repository.git_dir(),
                          .clean_environment = true},
                         path));
  return ReadListed(repository, git, path);
}

std::optional<std::string> ReadFileOfHead(const Repository& repository, std::string_view path) {
  const std::optional<ObjectId> head = repository.Resolve("HEAD");
  if (!head) return std::nullopt;
  return ReadFileOfCommit(repository, *head, path);
}

}  // namespace picket
