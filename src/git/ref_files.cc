#include "git/ref_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "core/error.h"
#include "git/pack/whole_file.h"

namespace picket {
namespace {

constexpr size_t kLongestName = 4096;
constexpr size_t kLongestFile = 8192;
constexpr int kMostLinks = 5;  // Git's own bound
constexpr std::string_view kLink = "ref:";

bool ByName(const Ref& a, const Ref& b) { return a.name < b.name; }

bool IsSoundPart(std::string_view part) {
  if (part.empty() || part.front() == '.' || part.ends_with(".lock")) return false;
  for (size_t i = 0; i < part.size(); ++i) {
    const char c = part[i];
    const char next = i + 1 < part.size() ? part[i + 1] : '\0';
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f) return false;
    if (std::string_view("~^:?*[\\").find(c) != std::string_view::npos) return false;
    if ((c == '.' && next == '.') || (c == '@' && next == '{')) return false;
  }
  return true;
}

// nullopt where it can't be read, or is longer than a ref.
std::optional<std::string> ReadShortFile(int folder, const char* name) {
  const int file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (file < 0) return std::nullopt;
  std::string text(kLongestFile + 1, '\0');
  ssize_t count = 0;
  do {
    count = read(file, text.data(), text.size());
  } while (count < 0 && errno == EINTR);
  close(file);
  if (count < 0 || static_cast<size_t>(count) > kLongestFile) return std::nullopt;
  text.resize(static_cast<size_t>(count));
  return text;
}

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

struct LooseRef {
  std::string name;
  RefFile file;
};

// Everything below one folder; false where something is out of the ordinary.
class LooseRefs {
 public:
  explicit LooseRefs(size_t id_bytes) : id_bytes_(id_bytes) {}

  bool Read(int parent, const char* folder, const std::string& prefix) {
    const int descriptor = openat(parent, folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    if (descriptor < 0) return false;
    const std::unique_ptr<DIR, CloseFolder> entries(fdopendir(descriptor));
    if (entries == nullptr) {
      close(descriptor);
      return false;
    }
    errno = 0;
    while (const dirent* entry = readdir(entries.get())) {
      if (!Take(descriptor, entry->d_name, prefix)) return false;
      errno = 0;
    }
    return errno == 0;
  }

  std::vector<LooseRef>& refs() { return refs_; }

 private:
  bool Take(int folder, const char* entry, const std::string& prefix) {
    const std::string_view name = entry;
    if (name.front() == '.' || name.ends_with(".lock")) return true;
    std::string full = prefix + "/" + std::string(name);
    struct stat status {};
    if (fstatat(folder, entry, &status, AT_SYMLINK_NOFOLLOW) != 0) {
      // It was deleted, or packed, meanwhile: then packed-refs has it, which is read later.
      return errno == ENOENT;
    }
    if (S_ISDIR(status.st_mode)) return full.size() < kLongestName && Read(folder, entry, full);
    if (!S_ISREG(status.st_mode)) return false;
    if (!IsSoundRefName(full)) return true;
    const std::optional<std::string> text = ReadShortFile(folder, entry);
    if (!text) return errno == ENOENT;
    refs_.push_back({std::move(full), ParseRefFile(*text, id_bytes_)});
    return true;
  }

  size_t id_bytes_;
  std::vector<LooseRef> refs_;
};

// What `name` leads to; `refs` is sorted.
std::optional<ObjectId> Follow(const std::vector<Ref>& refs, const std::vector<LooseRef>& loose,
                               std::string name) {
  for (int links = 0; links <= kMostLinks; ++links) {
    const auto by_file = std::lower_bound(
        loose.begin(), loose.end(), name,
        [](const LooseRef& ref, const std::string& wanted) { return ref.name < wanted; });
    if (by_file == loose.end() || by_file->name != name) {
      const auto packed = std::lower_bound(refs.begin(), refs.end(), Ref{name, {}}, ByName);
      if (packed == refs.end() || packed->name != name) return std::nullopt;
      return packed->target;
    }
    if (by_file->file.link.empty()) return by_file->file.target;
    name = by_file->file.link;
  }
  return std::nullopt;
}

// One file hides the packed value of its ref, whatever is in it.
std::vector<Ref> Merge(std::vector<Ref> packed, const std::vector<LooseRef>& loose) {
  if (loose.empty()) return packed;
  std::vector<Ref> refs;
  refs.reserve(packed.size() + loose.size());
  std::vector<Ref> found;
  for (const LooseRef& ref : loose) {
    const std::optional<ObjectId> target = Follow(packed, loose, ref.name);
    if (target) found.push_back({ref.name, *target});
  }
  auto next = loose.begin();
  for (Ref& ref : packed) {
    while (next != loose.end() && next->name < ref.name) ++next;
    if (next == loose.end() || next->name != ref.name) refs.push_back(std::move(ref));
  }
  const auto middle = static_cast<ptrdiff_t>(refs.size());
  refs.insert(refs.end(), std::make_move_iterator(found.begin()),
              std::make_move_iterator(found.end()));
  std::inplace_merge(refs.begin(), refs.begin() + middle, refs.end(), ByName);
  return refs;
}

// None where there is no such file; nullopt where it is not what it should be. Throws Error where
// others would wait for a pipe.
std::optional<std::vector<Ref>> TryReadPackedRefs(const std::string& common_dir, size_t id_bytes) {
  const std::string path = common_dir + "/packed-refs";
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0)
    return errno == ENOENT ? std::optional(std::vector<Ref>()) : std::nullopt;
  if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
    throw Error("The file " + path +
                " is no regular file, so that no ref can be told. Restore it.");
  const WholeFile file(path);
  if (!file.why().empty()) return std::nullopt;
  return ParsePackedRefs(AsText(file.bytes()), id_bytes);
}

}  // namespace

bool IsSoundRefName(std::string_view name) {
  if (!name.starts_with("refs/") || name.size() > kLongestName || name.ends_with('.')) return false;
  while (true) {
    const size_t slash = name.find('/');
    if (!IsSoundPart(name.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    name.remove_prefix(slash + 1);
  }
}

std::optional<std::vector<Ref>> ParsePackedRefs(std::string_view text, size_t id_bytes) {
  const size_t digits = 2 * id_bytes;
  std::vector<Ref> refs;
  refs.reserve(text.size() / (digits + 24));
  bool may_be_peeled = false;
  bool is_first = true;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (std::exchange(is_first, false) && line.starts_with("# pack-refs ")) continue;
    const bool is_peeled = line.starts_with('^');
    if (is_peeled) line.remove_prefix(1);
    const std::optional<ObjectId> id = ObjectId::TryParse(line.substr(0, digits));
    if (!id || id->raw().size() != id_bytes) return std::nullopt;
    line.remove_prefix(digits);
    if (is_peeled) {
      if (!may_be_peeled || !line.empty()) return std::nullopt;
      may_be_peeled = false;
      continue;
    }
    may_be_peeled = true;
    if (!line.starts_with(' ')) return std::nullopt;
    line.remove_prefix(1);
    if (IsSoundRefName(line) && !id->is_zero()) refs.push_back({std::string(line), *id});
  }
  return refs;
}

RefFile ParseRefFile(std::string_view text, size_t id_bytes) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  RefFile file;
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  if (text.starts_with(kLink)) {
    text.remove_prefix(kLink.size());
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    if (IsSoundRefName(text)) file.link = text;
    return file;
  }
  file.target = ObjectId::TryParse(text);
  if (file.target && (file.target->raw().size() != id_bytes || file.target->is_zero()))
    file.target.reset();
  return file;
}

std::optional<HeadFile> TryReadHead(const std::string& git_dir, const std::string& common_dir,
                                    size_t id_bytes) {
  std::string name = "HEAD";
  for (int links = 0; links <= kMostLinks; ++links) {
    // What else a linked worktree has of its own is out of the ordinary for a HEAD.
    if (links > 0 && git_dir != common_dir && !name.starts_with("refs/heads/")) return std::nullopt;
    errno = 0;
    const std::string& folder = links == 0 ? git_dir : common_dir;
    const std::optional<std::string> text = ReadShortFile(AT_FDCWD, (folder + "/" + name).c_str());
    if (!text && (links == 0 || errno != ENOENT)) return std::nullopt;
    if (!text) {
      const std::optional<std::vector<Ref>> packed = TryReadPackedRefs(common_dir, id_bytes);
      if (!packed) return std::nullopt;
      const auto at = std::find_if(packed->begin(), packed->end(),
                                   [&](const Ref& ref) { return ref.name == name; });
      return HeadFile{at == packed->end() ? std::nullopt : std::optional(at->target)};
    }
    const RefFile file = ParseRefFile(*text, id_bytes);
    if (file.target) return HeadFile{file.target};
    if (file.link.empty()) return std::nullopt;
    name = file.link;
  }
  return std::nullopt;
}

std::optional<RefList> TryReadRefFiles(const std::string& common_dir, size_t id_bytes) {
  const int folder = open(common_dir.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY);
  if (folder < 0) return std::nullopt;
  LooseRefs loose(id_bytes);
  // The files before what is packed: a ref that is being packed is seen in one of them.
  const bool is_read = loose.Read(folder, "refs", "refs");
  const std::optional<std::string> head = ReadShortFile(folder, "HEAD");
  close(folder);
  if (!is_read || !head) return std::nullopt;
  RefList list;
  const RefFile at = ParseRefFile(*head, id_bytes);
  if (at.link.empty() && !at.target) return std::nullopt;
  list.head_branch = at.link;

  std::optional<std::vector<Ref>> read = TryReadPackedRefs(common_dir, id_bytes);
  if (!read) return std::nullopt;
  std::vector<Ref>& packed = *read;
  if (!std::is_sorted(packed.begin(), packed.end(), ByName))
    std::sort(packed.begin(), packed.end(), ByName);
  const auto again = std::adjacent_find(
      packed.begin(), packed.end(), [](const Ref& a, const Ref& b) { return a.name == b.name; });
  if (again != packed.end()) return std::nullopt;
  std::sort(loose.refs().begin(), loose.refs().end(),
            [](const LooseRef& a, const LooseRef& b) { return a.name < b.name; });
  list.refs = Merge(std::move(packed), loose.refs());
  return list;
}

}  // namespace picket
