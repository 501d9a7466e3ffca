#include "git/pack_order.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>

#include "git/pack_index.h"
#include "git/parallel.h"

namespace picket {
namespace {

namespace fs = std::filesystem;

constexpr size_t kChunk = 4096;
constexpr uint32_t kNoBase = UINT32_MAX;

class MappedFile {
 public:
  explicit MappedFile(const std::string& path) {
    int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status {};
    if (fd < 0 || fstat(fd, &status) != 0) {
      why_ = std::string("it can't be opened: ") + std::strerror(errno);
    } else if (!S_ISREG(status.st_mode) || status.st_size <= 0) {
      why_ = "it is empty or no regular file";
    } else {
      size_ = static_cast<size_t>(status.st_size);
      void* data = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
      if (data == MAP_FAILED) {
        why_ = std::string("it can't be mapped: ") + std::strerror(errno);
        size_ = 0;
      } else {
        data_ = data;
      }
    }
    if (fd >= 0) close(fd);
  }
  ~MappedFile() {
    if (data_ != nullptr) munmap(data_, size_);
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  Bytes bytes() const { return {static_cast<const uint8_t*>(data_), size_}; }
  // "" or why there are no bytes.
  const std::string& why() const { return why_; }

 private:
  void* data_ = nullptr;
  size_t size_ = 0;
  std::string why_;
};

enum class EntryState : uint8_t { kUnknown, kResolving, kCommit, kTree, kBlob, kTag, kBroken };

EntryState StateOf(PackEntryKind kind) {
  switch (kind) {
    case PackEntryKind::kCommit: return EntryState::kCommit;
    case PackEntryKind::kTree: return EntryState::kTree;
    case PackEntryKind::kBlob: return EntryState::kBlob;
    case PackEntryKind::kTag: return EntryState::kTag;
    case PackEntryKind::kOffsetDelta:
    case PackEntryKind::kRefDelta: return EntryState::kUnknown;
  }
  return EntryState::kBroken;
}

std::optional<ObjectType> TypeOf(EntryState state) {
  switch (state) {
    case EntryState::kCommit: return ObjectType::kCommit;
    case EntryState::kTree: return ObjectType::kTree;
    case EntryState::kBlob: return ObjectType::kBlob;
    case EntryState::kTag: return ObjectType::kTag;
    case EntryState::kUnknown:
    case EntryState::kResolving:
    case EntryState::kBroken: break;
  }
  return std::nullopt;
}

// One pack, from its two files to a type and a size for each entry, in the order of offsets.
class PackLister {
 public:
  struct Entry {
    uint64_t offset = 0;
    uint64_t size = 0;
    // A delta: where its compressed bytes begin, since `size` is still the delta's.
    uint64_t delta_offset = 0;
    ObjectId oid;
    uint32_t base = kNoBase;  // position in entries()
    EntryState state = EntryState::kUnknown;
  };

  PackLister(Bytes pack, const PackIndex& index, unsigned threads)
      : pack_(pack), threads_(threads), by_oid_(index.entries.size()) {
    entries_.resize(index.entries.size());
    std::vector<uint32_t> order(index.entries.size());
    for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
      return index.entries[a].offset < index.entries[b].offset;
    });
    for (uint32_t i = 0; i < order.size(); ++i) {
      entries_[i].offset = index.entries[order[i]].offset;
      entries_[i].oid = index.entries[order[i]].oid;
      by_oid_[order[i]] = i;
    }
    ReadHeaders();
    for (uint32_t i = 0; i < entries_.size(); ++i) Resolve(i);
    ReadDeltaSizes();
  }

  const std::vector<Entry>& entries() const { return entries_; }

 private:
  uint32_t FindOffset(uint64_t offset) const {
    auto entry = std::lower_bound(
        entries_.begin(), entries_.end(), offset,
        [](const Entry& candidate, uint64_t wanted) { return candidate.offset < wanted; });
    if (entry == entries_.end() || entry->offset != offset) return kNoBase;
    return static_cast<uint32_t>(entry - entries_.begin());
  }

  uint32_t FindOid(const ObjectId& oid) const {
    auto entry = std::lower_bound(by_oid_.begin(), by_oid_.end(), oid,
                                  [&](uint32_t candidate, const ObjectId& wanted) {
                                    return entries_[candidate].oid < wanted;
                                  });
    if (entry == by_oid_.end() || entries_[*entry].oid != oid) return kNoBase;
    return *entry;
  }

  void ReadHeaders() {
    ForEachChunk(entries_.size(), kChunk, threads_, [&] {
      return [&](size_t begin, size_t end) {
        for (size_t i = begin; i < end; ++i) ReadHeader(&entries_[i]);
      };
    });
  }

  void ReadHeader(Entry* entry) {
    PackEntryHeader header;
    if (!ParsePackEntryHeader(pack_, entry->offset, &header)) {
      entry->state = EntryState::kBroken;
      return;
    }
    entry->size = header.size;
    entry->state = StateOf(header.kind);
    if (entry->state != EntryState::kUnknown) return;
    entry->delta_offset = header.data_offset;
    entry->base = header.kind == PackEntryKind::kOffsetDelta ? FindOffset(header.base_offset)
                                                             : FindOid(header.base);
    // Git completes a thin pack when it arrives, so that a base is always in the same pack.
    if (entry->base == kNoBase) entry->state = EntryState::kBroken;
  }

  // Takes the type from the end of the chain of bases, without recursion: chains are as long as
  // whoever made the pack liked.
  void Resolve(uint32_t position) {
    chain_.clear();
    uint32_t at = position;
    while (entries_[at].state == EntryState::kUnknown) {
      entries_[at].state = EntryState::kResolving;
      chain_.push_back(at);
      at = entries_[at].base;
    }
    EntryState state = entries_[at].state;
    // A chain that leads back into itself.
    if (state == EntryState::kResolving) state = EntryState::kBroken;
    for (uint32_t link : chain_) entries_[link].state = state;
  }

  void ReadDeltaSizes() {
    ForEachChunk(entries_.size(), kChunk, threads_, [&] {
      return [this, reader = std::make_unique<DeltaHeadReader>()](size_t begin, size_t end) {
        for (size_t i = begin; i < end; ++i) {
          Entry& entry = entries_[i];
          if (entry.delta_offset == 0 || entry.state == EntryState::kBroken) continue;
          Bytes compressed = pack_.subspan(entry.delta_offset);
          if (!reader->ResultSize(compressed, &entry.size)) entry.state = EntryState::kBroken;
        }
      };
    });
  }

  Bytes pack_;
  unsigned threads_;
  std::vector<Entry> entries_;    // by offset
  std::vector<uint32_t> by_oid_;  // positions in entries_
  std::vector<uint32_t> chain_;
};

class Inventory {
 public:
  Inventory(const Repository& repository, unsigned threads)
      : repository_(repository), threads_(threads) {}

  ObjectInventory Take() {
    for (const std::string& folder : repository_.object_dirs()) AddPacks(folder + "/pack");
    for (const std::string& folder : repository_.object_dirs()) AddLoose(folder);
    ReadLooseHeaders();
    ObjectInventory result;
    result.objects = std::move(blobs_);
    result.objects.insert(result.objects.end(), commits_.begin(), commits_.end());
    result.objects.insert(result.objects.end(), tags_.begin(), tags_.end());
    result.trees = std::move(trees_);
    result.gaps = std::move(gaps_);
    return result;
  }

 private:
  // The names in a folder that ends a kind of file, sorted; a folder that is not there has none.
  std::vector<std::string> NamesIn(const std::string& folder) {
    std::vector<std::string> names;
    std::error_code error;
    fs::directory_iterator entries(folder, error);
    for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
      names.push_back(entries->path().filename().string());
    }
    if (error && error != std::errc::no_such_file_or_directory) {
      gaps_.push_back({folder, "", "", "the folder can't be listed: " + error.message()});
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  void AddPacks(const std::string& folder) {
    std::set<std::string> stems;
    std::set<std::string> names;
    for (const std::string& name : NamesIn(folder)) {
      if (!name.starts_with("pack-")) continue;
      fs::path path(name);
      if (path.extension() != ".idx" && path.extension() != ".pack") continue;
      names.insert(name);
      stems.insert(path.stem().string());
    }
    for (const std::string& stem : stems) {
      std::string base = folder + "/" + stem;
      if (!names.contains(stem + ".pack")) {
        gaps_.push_back({base + ".idx", "", "", "its pack is not there"});
      } else if (!names.contains(stem + ".idx")) {
        gaps_.push_back({base + ".pack", "", "",
                         "it has no index, so that Git can't see its objects; make one with `git "
                         "index-pack`"});
      } else {
        AddPack(base);
      }
    }
  }

  void AddPack(const std::string& base) {
    MappedFile index_file(base + ".idx");
    PackIndex index;
    std::string why = index_file.why();
    if (why.empty()) why = ParsePackIndex(index_file.bytes(), &index);
    if (!why.empty()) {
      gaps_.push_back({base + ".idx", "", "", why});
      return;
    }
    MappedFile pack_file(base + ".pack");
    why = pack_file.why();
    if (why.empty()) why = CheckPackFile(pack_file.bytes(), index.pack_checksum);
    if (!why.empty()) {
      gaps_.push_back({base + ".pack", "", "", why});
      return;
    }
    PackLister lister(pack_file.bytes(), index, threads_);
    for (const PackLister::Entry& entry : lister.entries()) {
      if (std::optional<ObjectType> type = TypeOf(entry.state)) {
        if (known_.insert(entry.oid).second) Add({entry.oid, *type, entry.size});
      } else {
        gaps_.push_back({entry.oid.ToHex(), "", "",
                         "its entry at offset " + std::to_string(entry.offset) + " of " + base +
                             ".pack is damaged"});
      }
    }
  }

  void AddLoose(const std::string& folder) {
    for (const std::string& prefix : NamesIn(folder)) {
      if (prefix.size() != 2 || !ObjectId::TryParse(prefix + std::string(38, '0'))) continue;
      for (const std::string& name : NamesIn(folder + "/" + prefix)) {
        std::optional<ObjectId> oid = ObjectId::TryParse(prefix + name);
        // Git looks in lower case only.
        if (oid && oid->ToHex() != prefix + name) continue;
        if (oid && known_.insert(*oid).second) loose_.push_back({*oid});
      }
    }
  }

  void ReadLooseHeaders() {
    std::sort(loose_.begin(), loose_.end(),
              [](const StoredObject& a, const StoredObject& b) { return a.oid < b.oid; });
    std::vector<std::string> failures(loose_.size());
    ForEachChunk(loose_.size(), 64, threads_, [&] {
      return [&, database = repository_.NewObjectDatabase()](size_t begin, size_t end) {
        for (size_t i = begin; i < end; ++i) {
          ObjectHeader header;
          ReadStatus status = database->ReadHeader(loose_[i].oid, &header, &failures[i]);
          if (status == ReadStatus::kMissing) failures[i] = "it can't be opened";
          if (status != ReadStatus::kOk && failures[i].empty()) failures[i] = "it is damaged";
          if (status == ReadStatus::kOk) loose_[i] = {loose_[i].oid, header.type, header.size};
        }
      };
    });
    for (size_t i = 0; i < loose_.size(); ++i) {
      if (failures[i].empty()) {
        Add(loose_[i]);
      } else {
        gaps_.push_back({loose_[i].oid.ToHex(), "", "", failures[i]});
      }
    }
  }

  void Add(const StoredObject& object) {
    switch (object.type) {
      case ObjectType::kBlob: blobs_.push_back(object); break;
      case ObjectType::kCommit: commits_.push_back(object); break;
      case ObjectType::kTag: tags_.push_back(object); break;
      case ObjectType::kTree: trees_.push_back(object); break;
    }
  }

  const Repository& repository_;
  unsigned threads_;
  std::unordered_set<ObjectId> known_;
  std::vector<StoredObject> blobs_, commits_, tags_, trees_, loose_;
  std::vector<Gap> gaps_;
};

}  // namespace

ObjectInventory ListObjects(const Repository& repository, unsigned threads) {
  return Inventory(repository, threads).Take();
}

}  // namespace picket
