#include "git/pack_order.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "core/door.h"
#include "git/pack/pack_entry.h"
#include "git/parallel.h"

namespace picket {
namespace {

// Reading a tree of deltas for one object of it costs about as much as that many objects.
constexpr size_t kForestsWorthAnObject = 64;
constexpr size_t kFewObjects = 256;
// An item takes long that is more than this part of all the work; fewer there are.
constexpr uint64_t kPartThatTakesLong = 256;
// Text that is inflated is about so many times as long.
constexpr uint64_t kUsualRatio = 4;
// What fewer objects make, each stored in fewer bytes, can't take long.
constexpr uint32_t kManyObjects = 32;
constexpr uint64_t kManyBytes = uint64_t{64} << 10;
// Objects are built up to this; bytes.
constexpr uint64_t kLargestBuilt = uint64_t{64} << 20;

// The ids of several packs, each once: twelve to sixteen bytes an id.
class SeenIds {
 public:
  explicit SeenIds(size_t most) : slots_(std::bit_ceil(most * 2 + 2), kNone) {
    places_.reserve(most);
  }

  // False where it was there already.
  bool Insert(const PackIndex& index, uint32_t position) {
    const Bytes id = index.raw_id(position);
    const size_t mask = slots_.size() - 1;
    size_t slot = std::hash<ObjectId>()(ObjectId::FromRaw(id)) & mask;
    for (; slots_[slot] != kNone; slot = (slot + 1) & mask) {
      const Place& other = places_[slots_[slot]];
      if (AsText(other.index->raw_id(other.position)) == AsText(id)) return false;
    }
    slots_[slot] = static_cast<uint32_t>(places_.size());
    places_.push_back({&index, position});
    return true;
  }

 private:
  struct Place {
    const PackIndex* index = nullptr;
    uint32_t position = 0;
  };

  std::vector<uint32_t> slots_;
  std::vector<Place> places_;
};

class Inventory {
 public:
  Inventory(const Repository& repository, unsigned threads, const ListFilter* filter)
      : repository_(repository),
        threads_(threads),
        filter_(filter),
        listed_(filter == nullptr ? 0 : filter->wanted.size()),
        packs_(repository.packs().packs()) {}

  ObjectInventory Take() {
    for (const std::string& folder : repository_.object_dirs()) CheckPairs(folder + "/pack");
    for (const auto& pack : *packs_) AddPack(pack);
    LabelWanted();
    if (filter_ != nullptr) {
      AddWanted(filter_->loose);
    } else {
      AddUnpacked(ListLooseIds(repository_, threads_));
    }
    ReadLooseHeaders();
    MakeRoom();
    const auto add_objects = [this] {
      Work work;
      for (ObjectType type : {ObjectType::kBlob, ObjectType::kCommit, ObjectType::kTag}) {
        AddAll(type, &result_.objects, &result_.object_items, &work);
      }
      result_.long_object_items = work.LongestFirst();
    };
    const auto add_trees = [this] {
      Work work;
      AddAll(ObjectType::kTree, &result_.trees, &result_.tree_items, &work);
      result_.long_tree_items = work.LongestFirst();
    };
    CallBoth(threads_, add_objects, add_trees);
    NameAll();
    result_.forests.assign(forests_.begin(), forests_.end());
    return std::move(result_);
  }

 private:
  void CheckPairs(const std::string& folder) {
    NameList listed;
    const int error = TheDoor().ListNames(folder, &listed);
    if (error != 0 && error != ENOENT) AddGap(folder, WhyUnlisted(error));
    std::set<std::string> names;
    for (size_t i = 0; i < listed.size(); ++i) {
      const std::string_view name = listed[i];
      if (!name.starts_with("pack-")) continue;
      if (name.ends_with(".idx") || name.ends_with(".pack")) names.emplace(name);
    }
    for (const std::string& name : names) {
      const std::string stem = name.substr(0, name.rfind('.'));
      const std::string path = folder + "/" + name;
      if (name.ends_with(".idx") && !names.contains(stem + ".pack")) {
        AddGap(path, "its pack is not there");
        lonely_.insert(folder + "/" + stem);
      } else if (name.ends_with(".pack") && !names.contains(stem + ".idx")) {
        AddGap(path,
               "it has no index, so that Git can't see its objects; make one with `git "
               "index-pack`");
      }
    }
  }

  void AddPack(const std::shared_ptr<const PackFile>& pack) {
    if (lonely_.contains(pack->stem())) return;
    if (!pack->Open()) {
      AddGap(pack->failed_file(), pack->why());
      return;
    }
    if (filter_ != nullptr && filter_->is_sound(*pack) && AddOneByOne(pack->index())) return;
    std::string why = pack->index().CheckOrder();
    if (!why.empty()) {
      AddGap(pack->stem() + ".idx", std::move(why));
      return;
    }
    forests_.push_back(std::make_shared<DeltaForest>(pack, *database_, threads_));
  }

  // Where the wanted objects stand in an index.
  std::vector<uint32_t> WantedIn(const PackIndex& index) const {
    std::vector<uint32_t> positions;
    const std::span<const ObjectId> wanted = filter_->wanted;
    if (wanted.size() < index.size()) {
      for (const ObjectId& oid : wanted) {
        const uint32_t position = index.Find(oid);
        if (position != PackIndex::kNotThere) positions.push_back(position);
      }
    } else {
      for (uint32_t i = 0; i < index.size(); ++i) {
        if (std::binary_search(wanted.begin(), wanted.end(), index.id(i))) positions.push_back(i);
      }
    }
    return positions;
  }

  // True once for each wanted object.
  bool TakeWanted(const ObjectId& oid) {
    const std::span<const ObjectId> wanted = filter_->wanted;
    const auto at = std::lower_bound(wanted.begin(), wanted.end(), oid);
    if (at == wanted.end() || *at != oid) return false;
    std::vector<bool>::reference listed = listed_[static_cast<size_t>(at - wanted.begin())];
    if (listed) return false;
    listed = true;
    return true;
  }

  bool AddOneByOne(const PackIndex& index) {
    const std::vector<uint32_t> positions = WantedIn(index);
    if (positions.size() > kFewObjects && positions.size() > index.size() / kForestsWorthAnObject)
      return false;
    for (uint32_t position : positions) {
      if (TakeWanted(index.id(position))) loose_.push_back({index.id(position)});
    }
    return true;
  }

  void LabelWanted() {
    size_t count = 0;
    for (const auto& forest : forests_) count += forest->entries().size();
    std::optional<SeenIds> seen;
    if (forests_.size() > 1) seen.emplace(count);
    for (const auto& forest : forests_) {
      const std::span<const DeltaForest::Entry> entries = forest->entries();
      bool is_sound = true;
      for (uint32_t i = 0; i < entries.size(); ++i) {
        if (entries[i].state == DeltaForest::State::kDamaged ||
            entries[i].state == DeltaForest::State::kTooDeep) {
          AddGap(forest->id(i).ToHex(), forest->Why(i));
          damaged_.emplace(forest.get(), entries[i].index_position);
          is_sound = false;
        }
      }
      if (is_sound) result_.sound_packs.push_back(forest->shared_pack());
      if (filter_ != nullptr) {
        LabelListed(forest.get());
        continue;
      }
      forest->LabelAll([&](uint32_t entry) {
        const bool first =
            !seen || seen->Insert(forest->pack().index(), entries[entry].index_position);
        return first ? 0 : kNone;
      });
    }
  }

  void LabelListed(DeltaForest* forest) {
    std::vector<bool> wanted(forest->entries().size(), false);
    for (uint32_t position : WantedIn(forest->pack().index())) wanted[position] = true;
    forest->LabelAll([&](uint32_t entry) {
      const uint32_t position = forest->entries()[entry].index_position;
      return wanted[position] && TakeWanted(forest->id(entry)) ? 0 : kNone;
    });
  }

  bool IsPacked(const ObjectId& oid) const {
    return std::any_of(forests_.begin(), forests_.end(), [&](const auto& forest) {
      const uint32_t position = forest->pack().index().Find(oid);
      return position != PackIndex::kNotThere && !damaged_.contains({forest.get(), position});
    });
  }

  void AddUnpacked(const LooseIds& loose) {
    result_.gaps.insert(result_.gaps.end(), loose.gaps.begin(), loose.gaps.end());
    for (const ObjectId& oid : loose.ids) {
      if (!IsPacked(oid)) loose_.push_back({oid});
    }
  }

  void AddWanted(const LooseIds& loose) {
    result_.gaps.insert(result_.gaps.end(), loose.gaps.begin(), loose.gaps.end());
    for (const ObjectId& oid : filter_->wanted) {
      if (std::binary_search(loose.ids.begin(), loose.ids.end(), oid) && TakeWanted(oid))
        loose_.push_back({oid});
    }
  }

  void ReadLooseHeaders() {
    std::sort(loose_.begin(), loose_.end(),
              [](const StoredObject& a, const StoredObject& b) { return a.oid < b.oid; });
    std::vector<std::string> failures(loose_.size());
    ForEachChunk(loose_.size(), 64, threads_, [&] {
      return [&, database = repository_.NewObjectDatabase()](size_t begin, size_t end) {
        std::vector<ObjectId> oids;
        for (size_t i = begin; i < end; ++i) oids.push_back(loose_[i].oid);
        database->Expect(std::move(oids), LooseAhead::Part::kHeader);
        for (size_t i = begin; i < end; ++i) {
          ObjectHeader header;
          ReadStatus status = database->ReadHeader(loose_[i].oid, &header, &failures[i]);
          if (status == ReadStatus::kMissing) failures[i] = "it can't be opened";
          if (status != ReadStatus::kOk && failures[i].empty()) failures[i] = "it is damaged";
          if (status == ReadStatus::kOk) loose_[i].type = header.type;
        }
      };
    });
    std::vector<StoredObject> sound;
    for (size_t i = 0; i < loose_.size(); ++i) {
      if (failures[i].empty()) {
        sound.push_back(loose_[i]);
      } else {
        AddGap(loose_[i].oid.ToHex(), failures[i]);
      }
    }
    loose_ = std::move(sound);
  }

  void MakeRoom() {
    size_t trees = 0;
    size_t objects = 0;
    for (const auto& forest : forests_) {
      for (const DeltaForest::Entry& entry : forest->entries()) {
        if (entry.label == kNone) continue;
        ++(entry.type == ObjectType::kTree ? trees : objects);
      }
    }
    for (const StoredObject& object : loose_) {
      ++(object.type == ObjectType::kTree ? trees : objects);
    }
    result_.trees = StoredObjects(repository_.id_bytes());
    result_.objects = StoredObjects(repository_.id_bytes());
    result_.trees.reserve(trees);
    result_.objects.reserve(objects);
  }

  // The ids of packed objects, which lie in another order than their entries.
  void NameAll() {
    for (const auto& forest : forests_) {
      const std::span<const DeltaForest::Entry> entries = forest->entries();
      ForEachChunk(entries.size(), 4096, threads_, [&] {
        return [&](size_t begin, size_t end) {
          for (size_t i = begin; i < end; ++i) {
            if (entries[i].label == kNone) continue;
            auto& list = entries[i].type == ObjectType::kTree ? result_.trees : result_.objects;
            list.SetId(entries[i].label, forest->pack().index().raw_id(entries[i].index_position));
          }
        };
      });
      forest->UseIds(result_.objects.raw_ids(), result_.trees.raw_ids());
    }
  }

  // What is known of how long items take. A guess: all are read in any case.
  struct Work {
    uint64_t all = 0;
    std::vector<std::pair<uint64_t, uint32_t>>
        items;  // work and position of those that may take long

    std::vector<uint32_t> LongestFirst() {
      std::erase_if(items,
                    [this](const auto& one) { return one.first <= all / kPartThatTakesLong; });
      std::sort(items.begin(), items.end(), [](const auto& a, const auto& b) {
        return std::pair(b.first, a.second) < std::pair(a.first, b.second);
      });
      std::vector<uint32_t> positions;
      for (const auto& [work, position] : items) positions.push_back(position);
      return positions;
    }
  };

  // The bytes of all objects of a tree of deltas: as if each were as long as the root.
  static uint64_t WorkOf(const DeltaForest& forest, uint32_t root, uint32_t count, uint64_t bytes) {
    const uint64_t stored = bytes * kUsualRatio;
    if (count < kManyObjects && bytes < kManyBytes) return stored;
    const PackFile& pack = forest.pack();
    PackEntryHeader header;
    if (!ParsePackEntryHeader(pack.bytes(), forest.offset(root), pack.id_bytes(), &header))
      return stored;
    return std::max(stored, std::min(header.size, kLargestBuilt) * count);
  }

  // At the same time for types that have different lists: a tree of deltas is of one type.
  void AddAll(ObjectType type, StoredObjects* objects, std::vector<InventoryItem>* items,
              Work* work) {
    for (uint32_t i = 0; i < forests_.size(); ++i) {
      DeltaForest& forest = *forests_[i];
      const std::span<const DeltaForest::Entry> entries = forest.entries();
      for (uint32_t root = 0; root < entries.size(); ++root) {
        if (entries[root].base != kNone || entries[root].type != type) continue;
        if (!entries[root].wanted()) continue;
        items->push_back({i, root});
        uint32_t count = 0;
        uint64_t bytes = 0;
        forest.RelabelInOrder(root, [&](uint32_t entry) {
          ++count;
          bytes += forest.end(entry) - std::min(forest.offset(entry), forest.end(entry));
          objects->push_back({ObjectId(), type});
          return static_cast<uint32_t>(objects->size() - 1);
        });
        const uint64_t of_item = WorkOf(forest, root, count, bytes);
        work->all += of_item;
        if (count >= kManyObjects || bytes >= kManyBytes)
          work->items.emplace_back(of_item, static_cast<uint32_t>(items->size() - 1));
      }
    }
    for (const StoredObject& object : loose_) {
      if (object.type != type) continue;
      items->push_back({kNone, static_cast<uint32_t>(objects->size())});
      objects->push_back(object);
    }
  }

  void AddGap(std::string object, std::string why) {
    result_.gaps.push_back({std::move(object), "", "", std::move(why)});
  }

  const Repository& repository_;
  unsigned threads_;
  const ListFilter* filter_;
  std::vector<bool> listed_;  // of the wanted objects
  std::unique_ptr<ObjectDatabase> database_ = repository_.NewObjectDatabase();
  std::shared_ptr<const PackStore::Packs> packs_;
  std::set<std::string> lonely_;  // stems of indexes without a pack
  std::vector<std::shared_ptr<DeltaForest>> forests_;
  std::set<std::pair<const DeltaForest*, uint32_t>> damaged_;  // and positions in the index
  std::vector<StoredObject> loose_;  // and packed ones that are listed one by one
  ObjectInventory result_;
};

}  // namespace

ObjectInventory ListObjects(const Repository& repository, unsigned threads,
                            const ListFilter* filter) {
  return Inventory(repository, threads, filter).Take();
}

void FetchAfter(const ObjectInventory& inventory, std::span<const InventoryItem> items,
                size_t item) {
  for (size_t i = item + 1; i <= item + 2 && i < items.size(); ++i) {
    if (items[i].forest == kNone) continue;
    const DeltaForest& forest = *inventory.forests[items[i].forest];
    i == item + 1 ? forest.FetchBytes(items[i].index) : forest.Fetch(items[i].index);
  }
}

void ForgetTreeItems(ObjectInventory* inventory) {
  inventory->tree_items = {};
  std::vector<DeltaForest::Moved> moved;
  moved.reserve(inventory->forests.size());
  for (const auto& forest : inventory->forests) moved.push_back(forest->Forget(ObjectType::kTree));
  for (InventoryItem& item : inventory->object_items) {
    if (item.forest != kNone) item.index = moved[item.forest](item.index);
  }
}

}  // namespace picket
