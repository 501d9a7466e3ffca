#include "git/pack/delta_forest.h"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <utility>

#include "git/pack/pack_entry.h"
#include "git/parallel.h"
#include "git/repository.h"

namespace picket {
namespace {

constexpr size_t kChunk = 4096;

// An entry as the index has it.
struct Place {
  uint64_t offset = 0;
  uint32_t index_position = 0;
};

// By offset, and where several say the same, in the order that they had: digit by digit, from the
// lowest, with no more digits than there are.
void SortByOffset(std::vector<Place, LargePages<Place>>* places) {
  constexpr unsigned kBits = 11;
  uint64_t all = 0;
  for (const Place& place : *places) all |= place.offset;
  std::vector<Place, LargePages<Place>> sorted(places->size());
  for (unsigned shift = 0; shift < 64 && all >> shift != 0; shift += kBits) {
    const auto digit = [shift](const Place& place) {
      return static_cast<size_t>(place.offset >> shift) & ((size_t{1} << kBits) - 1);
    };
    std::array<uint32_t, size_t{1} << kBits> next{};
    for (const Place& place : *places) ++next[digit(place)];
    uint32_t before = 0;
    for (uint32_t& count : next) before += std::exchange(count, before);
    for (const Place& place : *places) sorted[next[digit(place)]++] = place;
    places->swap(sorted);
  }
}

}  // namespace

DeltaForest::DeltaForest(std::shared_ptr<const PackFile> pack, ObjectDatabase& database,
                         unsigned threads)
    : pack_(std::move(pack)) {
  ListEntries();
  ReadHeaders(threads);
  offsets_ = {};
  parts_ = {};
  Resolve(database);
  LinkChildren();
}

std::string DeltaForest::Why(uint32_t entry) const {
  std::string why = pack_->Damage(offset(entry));
  if (entries_[entry].state == State::kTooDeep) {
    why += ": its chain of deltas is longer than " + std::to_string(kMaxDeltaChain);
  }
  return why;
}

void DeltaForest::ListEntries() {
  const PackIndex& index = pack_->index();
  std::vector<Place, LargePages<Place>> places(index.size());
  std::vector<uint32_t> again;
  for (uint32_t i = 0; i < places.size(); ++i) {
    places[i] = {OffsetAt(i), i};
    if (i > 0 && AsText(index.raw_id(i)) == AsText(index.raw_id(i - 1))) again.push_back(i);
  }
  SortByOffset(&places);
  entries_.resize(places.size());
  offsets_.resize(places.size());
  for (uint32_t i = 0; i < entries_.size(); ++i) {
    offsets_[i] = places[i].offset;
    entries_[i].index_position = places[i].index_position;
    const uint64_t offset = std::min(places[i].offset, kFar);
    entries_[i].offset_low = static_cast<uint32_t>(offset);
    entries_[i].offset_high = static_cast<uint32_t>(offset >> 32) & ((1U << 13) - 1);
    if (!again.empty() &&
        std::binary_search(again.begin(), again.end(), places[i].index_position)) {
      entries_[i].state = State::kDuplicate;
    }
  }
  const uint64_t end = pack_->end();
  while (end >> part_bits_ > entries_.size()) ++part_bits_;
  parts_.resize((end >> part_bits_) + 2);
  uint32_t entry = 0;
  for (size_t part = 0; part < parts_.size(); ++part) {
    while (entry < offsets_.size() && offsets_[entry] >> part_bits_ < part) ++entry;
    parts_[part] = entry;
  }
}

uint32_t DeltaForest::FindOffset(uint64_t offset) const {
  if (offset >= pack_->end()) return kNone;
  const uint64_t part = offset >> part_bits_;
  const auto end = offsets_.begin() + parts_[part + 1];
  const auto at = std::lower_bound(offsets_.begin() + parts_[part], end, offset);
  if (at == end || *at != offset) return kNone;
  return static_cast<uint32_t>(at - offsets_.begin());
}

void DeltaForest::ReadHeaders(unsigned threads) {
  std::vector<uint32_t> by_index(entries_.size());
  for (uint32_t i = 0; i < entries_.size(); ++i) by_index[entries_[i].index_position] = i;
  ForEachChunk(entries_.size(), kChunk, threads, [&] {
    return [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) ReadHeader(static_cast<uint32_t>(i), by_index);
    };
  });
}

void DeltaForest::ReadHeader(uint32_t position, std::span<const uint32_t> by_index) {
  Entry& entry = entries_[position];
  PackEntryHeader header;
  if (!ParsePackEntryHeader(pack_->bytes(), offsets_[position], pack_->id_bytes(), &header)) {
    entry.state = State::kDamaged;
    return;
  }
  switch (header.kind) {
    case PackEntryKind::kCommit: entry.type = ObjectType::kCommit; break;
    case PackEntryKind::kTree: entry.type = ObjectType::kTree; break;
    case PackEntryKind::kBlob: entry.type = ObjectType::kBlob; break;
    case PackEntryKind::kTag: entry.type = ObjectType::kTag; break;
    case PackEntryKind::kOffsetDelta:
      entry.base = FindOffset(header.base_offset);
      if (entry.base == kNone) entry.state = State::kDamaged;
      break;
    case PackEntryKind::kRefDelta: {
      const uint32_t found = pack_->index().Find(header.base);
      if (found != PackIndex::kNotThere) entry.base = by_index[found];
      entry.has_outer_base = found == PackIndex::kNotThere;
      break;
    }
  }
}

void DeltaForest::ResolveRoot(uint32_t position, ObjectDatabase& database) {
  Entry& entry = entries_[position];
  if (!entry.has_outer_base || entry.state == State::kDamaged) return;
  PackEntryHeader header;
  ObjectHeader base;
  if (ParsePackEntryHeader(pack_->bytes(), offset(position), pack_->id_bytes(), &header) &&
      database.ReadHeader(header.base, &base, nullptr) == ReadStatus::kOk) {
    entry.type = base.type;
  } else {
    entry.state = State::kDamaged;
  }
}

// Type, depth and state come down from the roots, without recursion: chains are as long as whoever
// made the pack liked, and may lead back into themselves.
void DeltaForest::Resolve(ObjectDatabase& database) {
  enum : uint8_t { kUnknown, kUnderWay, kKnown };
  std::vector<uint8_t> progress(entries_.size(), kUnknown);
  std::vector<uint32_t> chain;
  for (uint32_t i = 0; i < entries_.size(); ++i) {
    uint32_t at = i;
    while (at != kNone && progress[at] == kUnknown) {
      progress[at] = kUnderWay;
      chain.push_back(at);
      at = entries_[at].base;
    }
    if (at != kNone && progress[at] == kUnderWay) {
      for (uint32_t link : chain) entries_[link].state = State::kDamaged;
    }
    for (; !chain.empty(); chain.pop_back()) {
      Entry& entry = entries_[chain.back()];
      progress[chain.back()] = kKnown;
      if (entry.base == kNone) {
        ResolveRoot(chain.back(), database);
        continue;
      }
      const Entry& base = entries_[entry.base];
      entry.type = base.type;
      entry.depth = base.depth;
      if (entry.state == State::kDamaged) continue;
      if (base.state == State::kDamaged || base.state == State::kTooDeep) {
        entry.state = base.state;
      } else if (base.depth >= kMaxDeltaChain) {
        entry.state = State::kTooDeep;
      } else {
        ++entry.depth;
      }
    }
  }
}

void DeltaForest::LinkChildren() {
  auto is_linked = [](const Entry& entry) {
    return entry.base != kNone && entry.state != State::kDamaged && entry.state != State::kTooDeep;
  };
  first_child_.assign(entries_.size() + 1, 0);
  uint32_t count = 0;
  for (const Entry& entry : entries_) {
    if (is_linked(entry)) ++first_child_[entry.base + size_t{1}], ++count;
  }
  for (size_t i = 1; i < first_child_.size(); ++i) first_child_[i] += first_child_[i - 1];
  children_.resize(count);
  std::vector<uint32_t> fill(first_child_.begin(), first_child_.end() - 1);
  std::vector<uint32_t> depths(kMaxDeltaChain + 2, 0);
  for (uint32_t i = 0; i < entries_.size(); ++i) {
    if (!is_linked(entries_[i])) continue;
    children_[fill[entries_[i].base]++] = i;
    ++depths[entries_[i].depth + size_t{1}];
  }
  for (size_t i = 1; i < depths.size(); ++i) depths[i] += depths[i - 1];
  by_depth_.resize(count);
  for (uint32_t i = 0; i < entries_.size(); ++i) {
    if (is_linked(entries_[i])) by_depth_[depths[entries_[i].depth]++] = i;
  }
}

void DeltaForest::CountWanted() {
  // Entries at and below each.
  std::vector<uint32_t> wanted(entries_.size());
  for (size_t i = 0; i < entries_.size(); ++i) wanted[i] = entries_[i].label == kNone ? 0 : 1;
  for (auto at = by_depth_.rbegin(); at != by_depth_.rend(); ++at) {
    wanted[entries_[*at].base] += wanted[*at];
    if (wanted[*at] > 0) entries_[entries_[*at].base].wanted_below = true;
  }
  by_depth_ = {};
  for (size_t i = 0; i + 1 < first_child_.size(); ++i) {
    if (first_child_[i + 1] - first_child_[i] < 2) continue;
    std::sort(
        children_.begin() + first_child_[i], children_.begin() + first_child_[i + 1],
        [&](uint32_t a, uint32_t b) { return std::pair(wanted[a], a) < std::pair(wanted[b], b); });
  }
}

DeltaForest::Moved DeltaForest::Forget(ObjectType type) {
  Moved moved;
  moved.stays_.resize((entries_.size() + 63) / 64);
  moved.before_.resize(moved.stays_.size() + 1);
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].type != type) moved.stays_[i / 64] |= uint64_t{1} << (i % 64);
  }
  for (size_t i = 0; i < moved.stays_.size(); ++i) {
    moved.before_[i + 1] = moved.before_[i] + static_cast<uint32_t>(std::popcount(moved.stays_[i]));
  }
  // An entry and its base are of one type: of the children of one that stays all do.
  const uint32_t count = moved.before_.back();
  uint32_t child_count = 0;
  for (uint32_t i = 0; i < entries_.size(); ++i) {
    if (!moved.Stays(i)) continue;
    const uint32_t first = first_child_[i];
    const uint32_t children = first_child_[i + size_t{1}] - first;
    first_child_[moved(i)] = child_count;
    for (uint32_t j = 0; j < children; ++j) children_[child_count++] = moved(children_[first + j]);
  }
  first_child_[count] = child_count;
  // Before anything new takes room: this is where an audit of a long history holds most.
  Truncate(count + size_t{1}, &first_child_);
  Truncate(child_count, &children_);
  Table<uint32_t> lengths(count);
  for (uint32_t i = 0; i < entries_.size(); ++i) {
    if (!moved.Stays(i)) continue;
    const uint32_t to = moved(i);
    const uint64_t length = end(i) - std::min(offset(i), end(i));
    lengths[to] = static_cast<uint32_t>(std::min<uint64_t>(length, kLong));
    entries_[to] = entries_[i];
    uint32_t& base = entries_[to].base;
    if (base != kNone) base = moved.Stays(base) ? moved(base) : kNone;
  }
  lengths_ = std::move(lengths);
  Truncate(count, &entries_);
  return moved;
}

}  // namespace picket
