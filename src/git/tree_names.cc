#include "git/tree_names.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <unordered_set>
#include <utility>

#include "git/parallel.h"
#include "git/tree_cursor.h"

namespace picket {
namespace {

constexpr size_t kChunk = 1024;
constexpr uint64_t kMaxNameBytes = uint64_t{256} << 20;
// What a name costs beside its own bytes.
constexpr uint64_t kNameOverhead = 64;
constexpr uint64_t kMaxTreeBytes = uint64_t{1} << 30;

// A set of names, open addressing, compared in full: a hash alone could be made to hide a name.
class NameSet {
 public:
  NameSet() : slots_(1024) {}

  // False where it was there already.
  bool Insert(std::string_view name) {
    uint64_t hash = HashOf(name);
    size_t mask = slots_.size() - 1;
    for (size_t slot = hash & mask;; slot = (slot + 1) & mask) {
      Slot& at = slots_[slot];
      if (at.name == nullptr) {
        at = {hash, &names_.emplace_back(name)};
        if (names_.size() * 2 > slots_.size()) Grow();
        return true;
      }
      if (at.hash == hash && *at.name == name) return false;
    }
  }

  const std::deque<std::string>& names() const { return names_; }

 private:
  struct Slot {
    uint64_t hash = 0;
    const std::string* name = nullptr;
  };

  static uint64_t HashOf(std::string_view name) {
    uint64_t hash = name.size();
    while (!name.empty()) {
      uint64_t word = 0;
      size_t count = std::min<size_t>(name.size(), sizeof word);
      std::memcpy(&word, name.data(), count);
      hash = (std::rotl(hash, 23) ^ word) * 0x9e3779b97f4a7c15U;
      hash ^= hash >> 29;
      name.remove_prefix(count);
    }
    return hash;
  }

  void Grow() {
    std::vector<Slot> before(slots_.size() * 2);
    before.swap(slots_);
    size_t mask = slots_.size() - 1;
    for (const Slot& old : before) {
      if (old.name == nullptr) continue;
      size_t slot = old.hash & mask;
      while (slots_[slot].name != nullptr) slot = (slot + 1) & mask;
      slots_[slot] = old;
    }
  }

  std::vector<Slot> slots_;
  std::deque<std::string> names_;
};

// What all threads found; each thread tells it only of names that are new to that thread.
class SharedNames {
 public:
  void Add(const std::string& name) {
    std::lock_guard lock(mutex_);
    uint64_t cost = name.size() + kNameOverhead;
    if (cost > kMaxNameBytes - bytes_) {
      full_ = true;
    } else if (names_.insert(name).second) {
      bytes_ += cost;
    }
  }
  void AddGap(Gap gap) {
    std::lock_guard lock(mutex_);
    gaps_.push_back(std::move(gap));
  }

  TreeNames Take() {
    TreeNames result;
    result.names.assign(names_.begin(), names_.end());
    std::sort(result.names.begin(), result.names.end());
    if (full_) {
      gaps_.push_back({"file names", "", "", "the history has more distinct ones than 256 MiB"});
    }
    std::sort(gaps_.begin(), gaps_.end());
    result.gaps = std::move(gaps_);
    return result;
  }

 private:
  std::mutex mutex_;
  std::unordered_set<std::string> names_;
  std::vector<Gap> gaps_;
  uint64_t bytes_ = 0;
  bool full_ = false;
};

class Reader {
 public:
  Reader(const Repository& repository, const ObjectInventory& inventory, SharedNames* shared)
      : inventory_(inventory), database_(repository.NewObjectDatabase()), shared_(shared) {}

  void operator()(size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) Read(inventory_.trees[i]);
  }

 private:
  void Read(const StoredObject& tree) {
    RawObject object;
    std::string why;
    if (tree.size > kMaxTreeBytes) {
      why = "the tree is over 1 GiB";
    } else if (database_->Read(tree.oid, &object, &why) != ReadStatus::kOk) {
      if (why.empty()) why = "the tree can't be read";
    } else {
      why = AddAll(object.bytes());
      before_ = std::move(object);
    }
    if (!why.empty()) shared_->AddGap({tree.oid.ToHex(), "", "", why});
  }

  // In a pack, versions of one folder lie side by side: what the tree before had under the same
  // name need not be looked up, which is most of the time otherwise.
  std::string AddAll(Bytes tree) {
    TreeCursor cursor(tree);
    TreeCursor before(before_ ? before_.bytes() : Bytes());
    bool more = before.Next();
    while (cursor.Next()) {
      while (more && before.name() < cursor.name()) more = before.Next();
      if (!more || before.name() != cursor.name()) Add(cursor.name());
    }
    return cursor.broken() ? "an entry of the tree is damaged" : "";
  }

  void Add(std::string_view name) {
    if (!seen_.Insert(name)) return;
    shared_->Add(seen_.names().back());
    seen_bytes_ += name.size() + kNameOverhead;
    if (seen_bytes_ <= kMaxNameBytes) return;
    seen_ = NameSet();
    seen_bytes_ = 0;
  }

  const ObjectInventory& inventory_;
  std::unique_ptr<ObjectDatabase> database_;
  SharedNames* shared_;
  RawObject before_;
  NameSet seen_;
  uint64_t seen_bytes_ = 0;
};

}  // namespace

TreeNames ListTreeNames(const Repository& repository, const ObjectInventory& inventory,
                        unsigned threads) {
  SharedNames shared;
  ForEachChunk(inventory.trees.size(), kChunk, threads,
               [&] { return Reader(repository, inventory, &shared); });
  return shared.Take();
}

std::string TakeNamesAsText(const std::vector<std::string>& names, uint64_t max_bytes,
                            size_t* next) {
  std::string text;
  while (*next < names.size()) {
    const std::string& name = names[*next];
    if (!text.empty() && text.size() + name.size() + 1 > max_bytes) break;
    text += name;
    text += '\n';
    ++*next;
  }
  return text;
}

}  // namespace picket
