#include "git/lfs_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "core/error.h"

namespace picket {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostRepositories = 1000;
constexpr int kFolderFlags = O_PATH | O_DIRECTORY | O_CLOEXEC;
constexpr size_t kIdBytes = 32;
// How an answer says how far an object has to be verified.
constexpr char kSizeDoes = 's';
constexpr char kHashDoes = 'h';

bool IsNumber(const std::string& name) {
  return !name.empty() && name.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

bool IsLfsObjectPath(std::string_view path) {
  const auto is_hex = [](std::string_view text) {
    return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  };
  // "/aa/bb/" and the shorter form of the name.
  constexpr size_t kRest = 60;
  for (size_t length : {size_t{64}, kRest}) {
    if (path.size() < length + 6) continue;
    const std::string_view name = path.substr(path.size() - length);
    std::string_view folders = path.substr(path.size() - length - 6, 6);
    const bool starts = path.size() == length + 6 || path[path.size() - length - 7] == '/';
    if (!starts || folders[2] != '/' || folders[5] != '/') continue;
    const std::string pairs = std::string(folders.substr(0, 2)) + std::string(folders.substr(3, 2));
    if (is_hex(name) && is_hex(pairs) && (length == kRest || name.starts_with(pairs))) return true;
  }
  return false;
}

OpenFile::~OpenFile() {
  if (fd_ >= 0) close(fd_);
}

std::vector<LfsPlace> LfsStores::PlacesOf(const Repository& repository, bool configured) {
  std::vector<LfsPlace> places;
  auto add = [&places](const std::string& folder) {
    places.push_back({folder + "/objects", LfsLayout::kGitLfs});
  };
  const std::string& common = repository.common_dir();
  if (configured) {
    // Of several the last one counts.
    const std::vector<std::string> storage = repository.ConfigStrings("lfs.storage");
    if (!storage.empty() && !storage.back().empty())
      add(storage.back().starts_with('/') ? storage.back() : common + "/" + storage.back());
  }
  add(common + "/lfs");
  for (const std::string& objects : repository.object_dirs()) {
    const fs::path folder = fs::path(objects).lexically_normal();
    if (folder.filename() == "objects") add((folder.parent_path() / "lfs").string());
  }
  return places;
}

LfsStores::LfsStores(const std::vector<LfsPlace>& places, const std::vector<LfsPlace>& required) {
  if (TheDoor().is_shut()) {
    is_outside_ = true;
    is_empty_outside_ = TheDoor().Ask(Errand::kLfsOpen, "").text.empty();
    return;
  }
  for (const LfsPlace& place : places) Add(place);
  for (const LfsPlace& place : required) {
    if (!OpenFile(open(place.path.c_str(), kFolderFlags)).ok()) {
      throw Error("The folder of Git LFS objects " + place.path +
                  ", which the policy names under "
                  "lfs.stores, can't be opened (" +
                  std::strerror(errno) +
                  "); correct the policy, or make it readable for the user that runs picket.");
    }
    Add(place);
  }
}

void LfsStores::Add(const LfsPlace& place) {
  const bool any = place.layout == LfsLayout::kAuto;
  if (any || place.layout == LfsLayout::kGitLfs) {
    for (const char* below : {"", "/objects", "/lfs/objects"}) Add(place.path + below, true, true);
  }
  if (any || place.layout == LfsLayout::kSplit) Add(place.path, false, false);
  if (any || place.layout == LfsLayout::kSoftServe) AddSoftServe(place.path);
}

void LfsStores::Add(const std::string& path, bool whole, bool of_clients) {
  OpenFile folder(open(path.c_str(), kFolderFlags));
  if (!folder.ok()) {
    if (errno == ENOENT || errno == ENOTDIR) return;
    throw Error("The folder of Git LFS objects " + path + " can't be opened (" +
                std::strerror(errno) + "); make it readable for the user that runs picket.");
  }
  struct stat status {};
  fstat(folder.get(), &status);
  for (const Folder& known : folders_) {
    struct stat other {};
    const bool same = fstat(known.file.get(), &other) == 0 && known.whole == whole &&
                      other.st_dev == status.st_dev && other.st_ino == status.st_ino;
    if (same) return;
  }
  folders_.push_back({std::move(folder), whole, of_clients});
}

void LfsStores::AddSoftServe(const std::string& path) {
  std::error_code error;
  std::vector<std::string> repositories;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (IsNumber(name)) repositories.push_back(std::move(name));
    if (repositories.size() > kMostRepositories) {
      throw Error("The folder of Git LFS objects " + path + " has more than " +
                  std::to_string(kMostRepositories) +
                  " repositories; name the repository's own folder, <number>/objects, with the "
                  "layout git-lfs.");
    }
  }
  const bool absent =
      error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
  if (error && !absent) {
    throw Error("The folder of Git LFS objects " + path + " can't be listed (" + error.message() +
                "); make it readable for the user that runs picket, or name its layout in the "
                "policy if it is not soft-serve's.");
  }
  std::sort(repositories.begin(), repositories.end());
  for (const std::string& name : repositories) {
    std::string below = path;
    below.append("/").append(name).append("/objects");
    Add(below, true, false);
  }
}

LfsFound LfsStores::AskOutside(const ObjectId& oid) {
  LfsFound found;
  Answer answer = TheDoor().Ask(Errand::kLfsFind, AsText(oid.raw()));
  found.file = OpenFile(answer.fd);
  if (answer.error != 0) {
    found.why = std::string("its object in the Git LFS store can't be opened: ") +
                std::strerror(answer.error);
    return found;
  }
  if (answer.text.starts_with(kSizeDoes)) found.verify = LfsVerify::kSize;
  found.why = answer.text.substr(std::min<size_t>(1, answer.text.size()));
  if (!found.file.ok() || fstat(found.file.get(), &found.status) == 0) return found;
  found.why =
      std::string("its object in the Git LFS store can't be looked at: ") + std::strerror(errno);
  found.file = OpenFile();
  return found;
}

Answer FindLfsOutside(const LfsStores& stores, std::string_view question) {
  if (question.size() != kIdBytes)
    throw Error("An object of Git LFS was asked for by what is no id of one.");
  LfsFound found = stores.Find(ObjectId::FromRaw(AsBytes(question)));
  Answer answer;
  answer.text = found.verify == LfsVerify::kSize ? kSizeDoes : kHashDoes;
  answer.text += found.why;
  answer.fd = found.file.Release();
  return answer;
}

LfsFound LfsStores::Find(const ObjectId& oid) const {
  const std::string hex = oid.ToHex();
  LfsFound found;
  if (oid.raw().size() != kIdBytes) return found;
  if (is_outside_) return AskOutside(oid);
  const std::array<std::string, 2> halves = {hex.substr(0, 2), hex.substr(2, 2)};
  for (const Folder& folder : folders_) {
    // Step by step, since O_NOFOLLOW is for the last step only.
    OpenFile first(openat(folder.file.get(), halves[0].c_str(), kFolderFlags | O_NOFOLLOW));
    if (!first.ok() && errno == ENOENT) continue;
    OpenFile second(first.ok() ? openat(first.get(), halves[1].c_str(), kFolderFlags | O_NOFOLLOW)
                               : -1);
    if (first.ok() && !second.ok() && errno == ENOENT) continue;
    const std::string name = folder.whole ? hex : hex.substr(4);
    OpenFile file(second.ok() ? openat(second.get(), name.c_str(),
                                       O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
                              : -1);
    if (second.ok() && !file.ok() && errno == ENOENT) continue;
    struct stat status {};
    if (!file.ok() || fstat(file.get(), &status) != 0) {
      const int reason = errno;
      if (found.file.ok()) continue;
      found.why = reason == ELOOP || reason == ENOTDIR
                      ? "something that is neither folder nor file, such as a symbolic link, "
                        "stands where its "
                        "object is due in the Git LFS store"
                      : std::string("its object in the Git LFS store can't be opened: ") +
                            std::strerror(reason);
    } else if (!S_ISREG(status.st_mode)) {
      if (!found.file.ok()) found.why = "its object in the Git LFS store is no regular file";
    } else if (!found.file.ok()) {
      found.file = std::move(file);
      found.status = status;
      found.verify = folder.of_clients ? LfsVerify::kSha256 : LfsVerify::kSize;
    } else if (status.st_ino != found.status.st_ino || status.st_dev != found.status.st_dev) {
      found.verify = LfsVerify::kSha256;
    }
  }
  return found;
}

}  // namespace picket
