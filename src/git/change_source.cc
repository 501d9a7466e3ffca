#include "git/change_source.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "git/forest_reader.h"
#include "git/parallel.h"

namespace picket {
namespace {

// Fewer are read one by one: to list a pack takes as long.
constexpr size_t kFewObjects = 256;
// A pack of which less is wanted is not worth listing.
constexpr size_t kEntriesWorthAnObject = 64;
constexpr size_t kChunk = 8'192;

// Trees before the one at hand whose places in the index are asked for.
constexpr size_t kTreesAhead = 8;

uint32_t CountLabelled(const DeltaForest& forest, uint32_t root) {
  if (!forest.entries()[root].wanted_below) return 1;
  uint32_t count = 0;
  std::vector<uint32_t> pending = {root};
  while (!pending.empty()) {
    const DeltaForest::Entry& entry = forest.entries()[pending.back()];
    const std::span<const uint32_t> below = forest.children(pending.back());
    pending.pop_back();
    if (!entry.wanted()) continue;
    if (entry.label != kNone) ++count;
    pending.insert(pending.end(), below.begin(), below.end());
  }
  return count;
}

}  // namespace

ChangeSource::ChangeSource(const ChangeList& changes, const ChangedObjects& objects,
                           const ObjectSource& source, unsigned threads)
    : changes_(changes), objects_(objects), source_(source) {
  std::vector<bool> taken(objects.size(), false);
  const Repository& repository = source.repository();
  const std::string quarantine = repository.temporary_dir() + "/pack/";
  if (objects.size() >= kFewObjects && repository.temporary_dir() != repository.git_dir()) {
    const std::unique_ptr<ObjectDatabase> database = repository.NewObjectDatabase();
    for (const auto& pack : *repository.packs().packs()) {
      if (pack->stem().starts_with(quarantine)) AddPack(pack, *database, threads, &taken);
    }
  }
  for (uint32_t i = 0; i < taken.size(); ++i)
    if (!taken[i]) singles_.push_back(i);
}

// A pack that can't be opened is told where its objects are looked for.
void ChangeSource::AddPack(const std::shared_ptr<const PackFile>& pack, ObjectDatabase& database,
                           unsigned threads, std::vector<bool>* taken) {
  if (!pack->Open() || !pack->index().CheckOrder().empty()) return;
  const PackIndex& index = pack->index();
  // In the list, by those in the index. Who takes one object for two sorts of thing is told so one
  // by one, whichever comes last here.
  std::vector<std::atomic<uint32_t>> positions(index.size());
  for (std::atomic<uint32_t>& position : positions)
    position.store(kNone, std::memory_order_relaxed);
  std::atomic<size_t> count{0};
  ForEachChunk(changes_.objects.size(), kChunk, threads, [&] {
    return [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) {
        if ((*taken)[i] || changes_.objects[i].oid.empty() || objects_.IsLeftOut(i)) continue;
        const uint32_t found = index.Find(changes_.objects[i].oid);
        if (found == PackIndex::kNotThere) continue;
        positions[found].store(static_cast<uint32_t>(i), std::memory_order_relaxed);
        ++count;
      }
    };
  });
  if (count < kFewObjects || count < index.size() / kEntriesWorthAnObject) return;
  auto forest = std::make_unique<DeltaForest>(pack, database, threads);
  const std::span<const DeltaForest::Entry> entries = forest->entries();
  forest->LabelAll([&](uint32_t entry) {
    const uint32_t position = positions[entries[entry].index_position];
    // What is of another type than is due has to be told.
    if (position == kNone || KindOf(entries[entry].type) != changes_.objects[position].kind)
      return kNone;
    (*taken)[position] = true;
    return position;
  });
  for (uint32_t root = 0; root < entries.size(); ++root) {
    if (entries[root].base == DeltaForest::kNone && entries[root].wanted())
      trees_.push_back(
          {static_cast<uint32_t>(forests_.size()), root, CountLabelled(*forest, root)});
  }
  forests_.push_back(std::move(forest));
}

uint64_t ChangeSource::objects_in(size_t item) const {
  return item < trees_.size() ? trees_[item].objects : 1;
}

class ChangeSource::Reader : public ForestReader {
 public:
  explicit Reader(const ChangeSource& source) : ForestReader(source.source_), source_(source) {}

  void WillVisit(size_t first, size_t end) override {
    std::vector<ObjectId> oids;
    for (size_t item = std::max(first, source_.trees_.size()); item < end; ++item) {
      const size_t position = source_.singles_[item - source_.trees_.size()];
      const ChangedObject& object = source_.changes_.objects[position];
      if (!object.oid.empty() && !source_.objects_.IsLeftOut(position)) oids.push_back(object.oid);
    }
    ExpectSingles(std::move(oids));
  }

  void Visit(size_t item, BlobVisitor& visitor) override {
    if (item >= source_.trees_.size()) {
      VisitSingle(source_.singles_[item - source_.trees_.size()], visitor);
      return;
    }
    if (item + kTreesAhead < source_.trees_.size()) {
      const Tree& ahead = source_.trees_[item + kTreesAhead];
      source_.forests_[ahead.forest]->Fetch(ahead.root);
    }
    const Tree& tree = source_.trees_[item];
    VisitTree(*source_.forests_[tree.forest], tree.root, visitor);
  }

 private:
  std::vector<std::string_view> NamesOf(uint32_t position) const override {
    return source_.objects_.At(position).names;
  }

  const ChangeSource& source_;
};

std::unique_ptr<BlobReader> ChangeSource::NewReader() const {
  return std::make_unique<Reader>(*this);
}

}  // namespace picket
