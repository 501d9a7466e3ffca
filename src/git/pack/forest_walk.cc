#include "git/pack/forest_walk.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/reading.h"
#include "git/pack/delta.h"
#include "git/repository.h"

namespace picket {
namespace {

constexpr size_t kMostSpare = 8;
constexpr size_t kLargestSpare = size_t{1} << 20;

}  // namespace

void ForestWalk::Walk(const DeltaForest& forest, uint32_t root, ForestVisitor& visitor) {
  ObjectBytes object = TakeSpare();
  ObjectId id = forest.id(root);
  Built built = MayRead(id) ? Built::kGood : Built::kDamaged;
  std::optional<Reading> reading(std::in_place, id, 0);
  if (built == Built::kGood) built = BuildRoot(forest, root, &object);
  reading.reset();
  if (built != Built::kGood) {
    TellBelow(forest, root, built, visitor);
    return;
  }
  visitor.OnObject({forest, root, id, object.bytes(), 0, {}, nullptr});
  Push(forest, root, std::move(object));
  while (depth_ > 0) {
    if (limits_.stop.stop_requested()) return LeaveAll();
    Frame& top = frames_[depth_ - 1];
    const std::span<const uint32_t> children = forest.children(top.entry);
    while (top.next_child < children.size() &&
           !forest.entries()[children[top.next_child]].wanted()) {
      ++top.next_child;
    }
    if (top.next_child == children.size()) {
      Drop(&top);
      --depth_;
      continue;
    }
    const uint32_t child = children[top.next_child++];
    const uint32_t next = NextAfter(forest, child);
    if (next != DeltaForest::kNone) forest.Fetch(next);
    object = TakeSpare();
    id = forest.id(child);
    built = MayRead(id) ? Built::kGood : Built::kDamaged;
    reading.emplace(id, 0);
    if (built == Built::kGood) built = Restore(forest, depth_ - 1);
    if (built == Built::kGood) {
      built = BuildDelta(forest, child, top.object.bytes(), &object);
    }
    reading.reset();
    if (next != DeltaForest::kNone) forest.FetchBytes(next);
    if (built == Built::kGood) {
      visitor.OnObject({forest, child, id, object.bytes(), depth_, top.object.bytes(), &copies_});
    } else {
      TellBelow(forest, child, built, visitor);
    }
    if (top.next_child == children.size()) Drop(&top);
    if (built == Built::kGood) {
      Push(forest, child, std::move(object));
    } else {
      GiveSpare(std::move(object));
    }
  }
}

// What is most likely walked after `child`, a child of the last frame.
uint32_t ForestWalk::NextAfter(const DeltaForest& forest, uint32_t child) const {
  const std::span<const uint32_t> below = forest.children(child);
  if (!below.empty()) return below.front();
  for (size_t i = depth_; i > 0; --i) {
    const std::span<const uint32_t> children = forest.children(frames_[i - 1].entry);
    if (frames_[i - 1].next_child < children.size()) return children[frames_[i - 1].next_child];
  }
  return DeltaForest::kNone;
}

ForestWalk::Built ForestWalk::BuildRoot(const DeltaForest& forest, uint32_t position,
                                        ObjectBytes* object) {
  const DeltaForest::Entry& entry = forest.entries()[position];
  const PackFile& pack = forest.pack();
  PackEntryHeader header;
  if (!ParsePackEntryHeader(pack.bytes(), forest.offset(position), pack.id_bytes(), &header)) {
    return Built::kDamaged;
  }
  if (entry.has_outer_base) {
    ObjectHeader base_header;
    RawObject base;
    if (database_.ReadHeader(header.base, &base_header, nullptr) != ReadStatus::kOk) {
      return Built::kDamaged;
    }
    if (base_header.size > limits_.object_bytes) return Built::kLarge;
    if (database_.Read(header.base, &base, nullptr) != ReadStatus::kOk) return Built::kDamaged;
    return BuildDelta(forest, position, base.bytes(), object);
  }
  if (header.data_offset >= forest.end(position)) return Built::kDamaged;
  const Bytes compressed = pack.bytes().first(forest.end(position)).subspan(header.data_offset);
  if (!CouldInflateTo(compressed.size(), header.size)) return Built::kDamaged;
  if (header.size > limits_.object_bytes) return Built::kLarge;
  const bool good = object->Resize(header.size) && inflater_.Inflate(compressed, object->room());
  return good ? Built::kGood : Built::kDamaged;
}

ForestWalk::Built ForestWalk::InflateDelta(const DeltaForest& forest, uint32_t position,
                                           const PackEntryHeader& header) {
  const uint64_t end = forest.end(position);
  if (header.data_offset >= end) return Built::kDamaged;
  const Bytes compressed = forest.pack().bytes().first(end).subspan(header.data_offset);
  if (!CouldInflateTo(compressed.size(), header.size)) return Built::kDamaged;
  if (header.size > limits_.object_bytes) return Built::kLarge;
  const bool good = delta_.Resize(header.size) && inflater_.Inflate(compressed, delta_.room());
  return good ? Built::kGood : Built::kDamaged;
}

ForestWalk::Built ForestWalk::BuildDelta(const DeltaForest& forest, uint32_t position, Bytes base,
                                         ObjectBytes* object) {
  const PackFile& pack = forest.pack();
  PackEntryHeader header;
  if (!ParsePackEntryHeader(pack.bytes(), forest.offset(position), pack.id_bytes(), &header)) {
    return Built::kDamaged;
  }
  Built built = InflateDelta(forest, position, header);
  DeltaHead head;
  if (built == Built::kGood) {
    // A small claim costs nothing to be believed: what the instructions make is checked below.
    const bool good = ReadDeltaHead(delta_.bytes(), &head) &&
                      (head.result_size <= kLargestSpare || MeasureDelta(delta_.bytes(), &head));
    if (!good) built = Built::kDamaged;
  }
  if (built == Built::kGood && head.result_size > limits_.object_bytes) built = Built::kLarge;
  if (built == Built::kGood && !(object->Resize(head.result_size) &&
                                 ApplyDelta(base, delta_.bytes(), object->room(), &copies_))) {
    built = Built::kDamaged;
  }
  if (delta_.capacity() > kLargestSpare) delta_.Release();
  return built;
}

// Brings back the bytes of a frame that was dropped, from the nearest one above that was not.
ForestWalk::Built ForestWalk::Restore(const DeltaForest& forest, size_t frame) {
  size_t from = frame;
  while (!frames_[from].live && from > 0) --from;
  if (from == frame && frames_[frame].live) return Built::kGood;
  ObjectBytes built = TakeSpare();
  Built result = Built::kGood;
  Bytes base = frames_[from].object.bytes();
  if (!frames_[from].live) {
    result = BuildRoot(forest, frames_[from].entry, &built);
    base = built.bytes();
  }
  for (size_t i = from + 1; i <= frame && result == Built::kGood; ++i) {
    ObjectBytes next = TakeSpare();
    result = BuildDelta(forest, frames_[i].entry, base, &next);
    GiveSpare(std::move(built));
    built = std::move(next);
    base = built.bytes();
  }
  if (result != Built::kGood) return result;
  live_bytes_ += built.capacity();
  frames_[frame].object = std::move(built);
  frames_[frame].live = true;
  KeepToBudget();
  return result;
}

void ForestWalk::Push(const DeltaForest& forest, uint32_t entry, ObjectBytes object) {
  const DeltaForest::Entry& known = forest.entries()[entry];
  if (!known.wanted_below) {
    GiveSpare(std::move(object));
    return;
  }
  if (depth_ == frames_.size()) frames_.emplace_back();
  live_bytes_ += object.capacity();
  frames_[depth_++] = {entry, 0, true, std::move(object)};
  KeepToBudget();
}

void ForestWalk::Drop(Frame* frame) {
  if (!frame->live) return;
  live_bytes_ -= frame->object.capacity();
  GiveSpare(std::exchange(frame->object, ObjectBytes()));
  frame->live = false;
}

void ForestWalk::LeaveAll() {
  for (; depth_ > 0; --depth_) Drop(&frames_[depth_ - 1]);
}

void ForestWalk::KeepToBudget() {
  for (size_t i = 0; i + 1 < depth_ && live_bytes_ > limits_.base_bytes; ++i) Drop(&frames_[i]);
}

ObjectBytes ForestWalk::TakeSpare() {
  if (spare_.empty()) return ObjectBytes();
  ObjectBytes object = std::move(spare_.back());
  spare_.pop_back();
  return object;
}

void ForestWalk::GiveSpare(ObjectBytes object) {
  if (object.capacity() != 0 && object.capacity() <= kLargestSpare && spare_.size() < kMostSpare) {
    spare_.push_back(std::move(object));
  }
}

void ForestWalk::TellBelow(const DeltaForest& forest, uint32_t entry, Built built,
                           ForestVisitor& visitor) {
  const std::string why = forest.pack().Damage(forest.offset(entry));
  std::vector<uint32_t> pending = {entry};
  while (!pending.empty()) {
    const uint32_t at = pending.back();
    pending.pop_back();
    const DeltaForest::Entry& known = forest.entries()[at];
    if (!known.wanted()) continue;
    if (known.label != DeltaForest::kNone) {
      if (built == Built::kLarge) {
        visitor.OnLarge(forest, at);
      } else {
        visitor.OnDamaged(forest, at, why);
      }
    }
    const std::span<const uint32_t> below = forest.children(at);
    pending.insert(pending.end(), below.rbegin(), below.rend());
  }
}

}  // namespace picket
