// Real repositories, made by real git in a temporary folder, with nothing of the machine's
// configuration in them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/object_id.h"

namespace picket::test {

// Sets or unsets an environment variable of this process until the end of the scope.
class ScopedEnvironment {
 public:
  // `value` null: unset.
  ScopedEnvironment(const char* name, const char* value);
  ~ScopedEnvironment();
  ScopedEnvironment(const ScopedEnvironment&) = delete;
  ScopedEnvironment& operator=(const ScopedEnvironment&) = delete;

 private:
  std::string name_;
  std::string before_;
  bool was_set_;
};

// The working directory of this process until the end of the scope.
class ScopedDirectory {
 public:
  explicit ScopedDirectory(const std::string& path);
  ~ScopedDirectory();
  ScopedDirectory(const ScopedDirectory&) = delete;
  ScopedDirectory& operator=(const ScopedDirectory&) = delete;

 private:
  std::string before_;
};

// A folder that is removed with everything below it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Git at one place. Commands run in `directory()` with fixed author, committer and dates that grow
// by a minute with each commit.
class GitFixture {
 public:
  // Makes the folder `name` below `folder` and a repository in it; `arguments` go to git init.
  GitFixture(const TemporaryFolder& folder, const std::string& name,
             const std::vector<std::string>& arguments = {});
  // A repository that exists already.
  explicit GitFixture(std::string directory);

  const std::string& directory() const { return directory_; }
  std::string git_dir() const;

  // Standard output without its last newline. Throws std::runtime_error, with what git said, when
  // git fails.
  std::string Git(const std::vector<std::string>& arguments, std::string_view input = {}) const;
  // Standard output as it is; git may fail.
  std::string GitRaw(const std::vector<std::string>& arguments, std::string_view input,
                     int* status) const;
  ObjectId Id(const std::string& revision) const;

  // Writes a file below the worktree, with its folders.
  void Write(const std::string& path, std::string_view text) const;
  void Remove(const std::string& path) const;
  // git add -A and git commit; the new commit.
  ObjectId Commit(const std::string& message);
  // A commit with exactly these files (path to text) and parents, without touching the index.
  ObjectId CommitTree(const std::map<std::string, std::string>& files,
                      const std::vector<ObjectId>& parents, const std::string& message = "made");
  // Writes an object as it is, valid or not: git hash-object --literally.
  ObjectId Object(const std::string& type, std::string_view content) const;
  void SetEnvironment(const std::string& name, const std::string& value);

 private:
  std::string directory_;
  std::map<std::string, std::string> environment_;
  int minutes_ = 0;
};

}  // namespace picket::test
