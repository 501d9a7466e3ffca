#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "git/plumbing.h"
#include "git/plumbing_text.h"
#include "git/repository_lists.h"

namespace picket {
namespace {

// Ten million refs.
constexpr uint64_t kMaxRefBytes = uint64_t{1} << 30;
constexpr uint64_t kMaxConfigBytes = uint64_t{16} << 20;
constexpr uint64_t kMaxLineBytes = 4096;

std::string_view WithoutNewline(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

class PlumbingLists : public RepositoryLists {
 public:
  PlumbingLists(const std::string& git_dir, bool in_hook, const RepositoryFormat& format)
      : git_dir_(git_dir), in_hook_(in_hook) {
    GitProcess git(Command({"rev-parse", "--show-object-format"}));
    const std::string said = git.ReadAll(kMaxLineBytes);
    if (git.Finish() != 0)
      throw Error("The repository at " + git_dir + " can't be opened: " + git.Failure() + ". " +
                  WayOut(format));
    const std::string_view hash = WithoutNewline(said);
    if (hash != "sha1" && hash != "sha256")
      throw Error("The repository at " + git_dir + " names its objects by " + std::string(hash) +
                  ", which picket does not know, so nothing was judged. Use a SHA-1 or SHA-256 "
                  "repository, or remove the hook.");
    id_bytes_ = hash == "sha1" ? 20 : 32;
  }

  size_t id_bytes() const override { return id_bytes_; }

  void BeginRefs() override { begun_ = ListingProcess(""); }

  RefList Refs() const override {
    // Both at once.
    GitProcess head(HeadCommand());
    RefList list{ListRefs(""), ""};
    list.head_branch = ReadHeadBranch(head);
    return list;
  }

  std::optional<ObjectId> Resolve(const std::string& ref) const override {
    std::string name = ref;
    if (ref == "HEAD") {
      GitProcess head(HeadCommand());
      name = ReadHeadBranch(head);
      if (name.empty()) return DetachedHead();
    }
    // A pattern names a ref and all that stand below it.
    for (Ref& found : ListRefs(name))
      if (found.name == name) return found.target;
    return std::nullopt;
  }

  std::vector<ConfigEntry> Configuration() const override {
    GitCommand command = Command({"config", "-z", "--list"});
    command.user_config = true;
    GitProcess git(command);
    const std::string text = git.ReadAll(kMaxConfigBytes);
    if (git.Finish() != 0)
      throw Error("The configuration of " + git_dir_ + " can't be read: " + git.Failure() +
                  ". Correct it.");
    return ParseConfigList(text);
  }

 private:
  static std::string WayOut(const RepositoryFormat& format) {
    if (format.ref_storage == "reftable")
      return "Its refs are kept as reftable, which Git reads from version 2.45 on: put one on "
             "PATH, or convert the refs with git refs migrate --ref-format=files.";
    if (format.object_format == "sha256")
      return "Its objects are named by SHA-256, which Git reads from version 2.29 on: put one on "
             "PATH.";
    return "Put a `git` on PATH that can read this repository, or remove the extension that it "
           "does not know.";
  }

  // `git_dir` is given, so Git searches for nothing and asks nobody who owns it.
  GitCommand Command(std::vector<std::string> arguments) const {
    GitCommand command;
    command.arguments = std::move(arguments);
    command.git_dir = git_dir_;
    command.clean_environment = true;
    command.no_locations = !in_hook_;
    return command;
  }

  std::unique_ptr<GitProcess> ListingProcess(const std::string& pattern) const {
    GitCommand command = Command({"for-each-ref", "--format=%(objectname) %(refname)"});
    if (!pattern.empty()) command.arguments.push_back(pattern);
    return std::make_unique<GitProcess>(command);
  }

  std::vector<Ref> ListRefs(const std::string& pattern) const {
    std::unique_ptr<GitProcess> process;
    if (pattern.empty()) process = std::move(begun_);
    if (process == nullptr) process = ListingProcess(pattern);
    GitProcess& git = *process;
    // Line by line, while Git lists on.
    RefLines lines(id_bytes_);
    uint64_t taken = 0;
    std::array<char, 65536> buffer{};
    while (const size_t count = git.Read(buffer)) {
      taken += count;
      if (taken > kMaxRefBytes)
        throw Error("`git for-each-ref` printed more than " + std::to_string(kMaxRefBytes) +
                    " bytes, which is more than is read from it.");
      lines.Add({buffer.data(), count});
    }
    if (git.Finish() != 0)
      throw Error("The refs of " + git_dir_ + " can't be listed: " + git.Failure() +
                  ". Check them with git fsck.");
    return lines.Finish();
  }

  GitCommand HeadCommand() const { return Command({"symbolic-ref", "-q", "HEAD"}); }

  // "" where HEAD is detached.
  std::string ReadHeadBranch(GitProcess& git) const {
    const std::string said = git.ReadAll(kMaxLineBytes);
    if (git.Finish() == 1) return "";
    if (git.Finish() != 0)
      throw Error("The HEAD of " + git_dir_ + " can't be read: " + git.Failure() +
                  ". Check it with git fsck.");
    return std::string(WithoutNewline(said));
  }

  std::optional<ObjectId> DetachedHead() const {
    GitProcess git(Command({"rev-parse", "-q", "--verify", "HEAD"}));
    const std::string said = git.ReadAll(kMaxLineBytes);
    if (git.Finish() != 0) return std::nullopt;
    return ParseIdLine(said, id_bytes_, "git rev-parse");
  }

  std::string git_dir_;
  bool in_hook_;
  size_t id_bytes_ = 20;
  // Lists the refs for who asks first.
  mutable std::unique_ptr<GitProcess> begun_;
};

}  // namespace

std::unique_ptr<RepositoryLists> OpenByPlumbing(const std::string& git_dir, bool in_hook,
                                                const RepositoryFormat& format) {
  return std::make_unique<PlumbingLists>(git_dir, in_hook, format);
}

}  // namespace picket
