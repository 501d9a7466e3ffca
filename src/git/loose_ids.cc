#include "git/loose_ids.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/door.h"
#include "git/parallel.h"

namespace picket {
namespace {

// Git looks in lower case only.
std::optional<ObjectId> ParseLower(const std::string& hex) {
  if (hex.find_first_of("ABCDEF") != std::string::npos) return std::nullopt;
  return ObjectId::TryParse(hex);
}

// What stands in the folder of such a prefix, sorted.
std::vector<ObjectId> IdsIn(const NameList& names, const std::string& prefix, size_t id_bytes) {
  std::vector<ObjectId> ids;
  std::string hex;
  for (size_t i = 0; i < names.size(); ++i) {
    if (prefix.size() + names[i].size() != 2 * id_bytes) continue;
    hex.assign(prefix).append(names[i]);
    if (const std::optional<ObjectId> oid = ParseLower(hex)) ids.push_back(*oid);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

class Lister {
 public:
  Lister(const Repository& repository, unsigned threads)
      : repository_(repository), threads_(threads) {}

  LooseIds Take() {
    for (const std::string& directory : repository_.object_dirs()) Add(directory);
    // One directory's are in order already.
    if (repository_.object_dirs().size() > 1) {
      std::sort(all_.ids.begin(), all_.ids.end());
      all_.ids.erase(std::unique(all_.ids.begin(), all_.ids.end()), all_.ids.end());
    }
    std::sort(all_.gaps.begin(), all_.gaps.end());
    return std::move(all_);
  }

 private:
  NameList NamesIn(const std::string& folder) {
    NameList names;
    const int error = TheDoor().ListNames(folder, &names);
    if (error != 0 && error != ENOENT) {
      const std::lock_guard lock(mutex_);
      all_.gaps.push_back(
          {.object = folder, .path = "", .member = "", .reason = WhyUnlisted(error)});
    }
    return names;
  }

  void Add(const std::string& directory) {
    std::vector<std::string> prefixes;
    const NameList names = NamesIn(directory);
    for (size_t i = 0; i < names.size(); ++i) {
      std::string name(names[i]);
      if (name.size() == 2 && ParseLower(name + std::string(38, '0')))
        prefixes.push_back(std::move(name));
    }
    std::sort(prefixes.begin(), prefixes.end());
    // While the system reads one folder, the names of another are made ids.
    std::vector<std::vector<ObjectId>> found(prefixes.size());
    ForEachChunk(prefixes.size(), 1, threads_, [&] {
      return [&](size_t begin, size_t end) {
        for (size_t i = begin; i < end; ++i) {
          found[i] =
              IdsIn(NamesIn(directory + "/" + prefixes[i]), prefixes[i], repository_.id_bytes());
        }
      };
    });
    for (const std::vector<ObjectId>& ids : found)
      all_.ids.insert(all_.ids.end(), ids.begin(), ids.end());
  }

  const Repository& repository_;
  unsigned threads_;
  std::mutex mutex_;  // over the gaps
  LooseIds all_;
};

}  // namespace

std::string WhyUnlisted(int error) {
  return std::string("the folder can't be listed: ") + std::strerror(error);
}

LooseIds ListLooseIds(const Repository& repository, unsigned threads) {
  return Lister(repository, threads).Take();
}

}  // namespace picket
