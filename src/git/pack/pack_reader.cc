#include "git/pack/pack_reader.h"

#include <array>
#include <optional>
#include <utility>

#include "git/pack/delta.h"

namespace picket {
namespace {

// Larger objects are read as streams, never here; bytes.
constexpr uint64_t kMaxObjectBytes = uint64_t{1} << 30;
constexpr uint64_t kLargestDelta = uint64_t{12} << 20;
// What is larger is not held; bytes.
constexpr uint64_t kLargestHeld = uint64_t{12} << 20;
// What an object costs beside its own bytes.
constexpr uint64_t kHeldOverhead = 256;

ObjectType TypeOf(PackEntryKind kind) {
  switch (kind) {
    case PackEntryKind::kCommit: return ObjectType::kCommit;
    case PackEntryKind::kTree: return ObjectType::kTree;
    case PackEntryKind::kTag: return ObjectType::kTag;
    case PackEntryKind::kBlob:
    case PackEntryKind::kOffsetDelta:
    case PackEntryKind::kRefDelta: break;
  }
  return ObjectType::kBlob;
}

ReadStatus Damaged(std::string* why, std::string clause) {
  if (why != nullptr) *why = std::move(clause);
  return ReadStatus::kCorrupt;
}

std::string CantBuild(const PackFile& pack, uint64_t offset) {
  return pack.Damage(offset) + " or over 1 GiB";
}

std::string TooLong() {
  return "its chain of deltas is longer than " + std::to_string(kMaxDeltaChain);
}

}  // namespace

PackReader::PackReader(PackStore& store, ReadElsewhere elsewhere)
    : store_(store), elsewhere_(std::move(elsewhere)) {}

// Calls visit(place) for each pack that holds the object, until it says true. The pack that had the
// object before is asked first.
template <typename Visit>
bool PackReader::ForEachPlace(const ObjectId& oid, const Visit& visit) {
  if (packs_ == nullptr) packs_ = store_.packs();
  for (size_t i = 0; i < packs_->size(); ++i) {
    const size_t at = i == 0 ? last_hit_ : i <= last_hit_ ? i - 1 : i;
    const PackFile& pack = *(*packs_)[at];
    if (!pack.Open()) continue;
    const uint32_t position = pack.index().Find(oid);
    if (position == PackIndex::kNotThere) continue;
    const std::optional<uint64_t> offset = pack.index().offset(position);
    if (visit(Place{&pack, offset.value_or(UINT64_MAX)})) {
      last_hit_ = at;
      return true;
    }
  }
  return false;
}

bool PackReader::FindPlace(const ObjectId& oid, const PackFile* first, Place* place) {
  if (first != nullptr) {
    const uint32_t position = first->index().Find(oid);
    if (position != PackIndex::kNotThere) {
      *place = {first, first->index().offset(position).value_or(UINT64_MAX)};
      return true;
    }
  }
  return ForEachPlace(oid, [&](const Place& found) {
    *place = found;
    return true;
  });
}

ReadStatus PackReader::Read(const ObjectId& oid, Object* object, std::string* why) {
  ReadStatus status = ReadStatus::kMissing;
  ForEachPlace(oid, [&](const Place& place) {
    status = ReadAt(place, object, why);
    return status == ReadStatus::kOk;
  });
  return status;
}

ReadStatus PackReader::ReadHeader(const ObjectId& oid, ObjectHeader* header, std::string* why) {
  ReadStatus status = ReadStatus::kMissing;
  ForEachPlace(oid, [&](const Place& place) {
    status = ReadHeaderAt(place, header, why);
    return status == ReadStatus::kOk;
  });
  return status;
}

Bytes PackReader::FindWhole(const ObjectId& oid, const ObjectHeader& header, size_t* copy,
                            std::shared_ptr<const PackStore::Packs>* packs) {
  Bytes stream;
  ForEachPlace(oid, [&](const Place& place) {
    const PackFile& pack = *place.pack;
    PackEntryHeader entry;
    if (!ParsePackEntryHeader(pack.bytes(), place.offset, pack.id_bytes(), &entry) ||
        entry.is_delta() || TypeOf(entry.kind) != header.type || entry.size != header.size) {
      return false;
    }
    const Bytes compressed = pack.bytes().first(pack.end()).subspan(entry.data_offset);
    if (CouldInflateTo(compressed.size(), header.size) && (*copy)-- == 0) stream = compressed;
    return false;  // which pack is asked first stays as it is: that is what is counted by
  });
  *packs = packs_;
  return stream;
}

bool PackReader::Contains(const ObjectId& oid) {
  return ForEachPlace(oid, [](const Place&) { return true; });
}

size_t PackReader::CountCopies(const ObjectId& oid) {
  size_t count = 0;
  ForEachPlace(oid, [&](const Place&) {
    ++count;
    return false;
  });
  return count;
}

bool PackReader::Refresh() {
  std::shared_ptr<const PackStore::Packs> newer = store_.Refresh(packs_);
  if (newer == packs_) return false;
  // What is held is known by the address of its pack.
  held_.Clear();
  packs_ = std::move(newer);
  last_hit_ = 0;
  return true;
}

ReadStatus PackReader::ReadAt(Place place, Object* object, std::string* why) {
  std::vector<Link>& chain = chain_;
  chain.clear();
  Object built;
  // From the object to what is no delta, by headers alone.
  while (built == nullptr) {
    built = held_.Find(place);
    if (built != nullptr) break;
    Link link{place, {}};
    const PackFile& pack = *place.pack;
    if (!ParsePackEntryHeader(pack.bytes(), place.offset, pack.id_bytes(), &link.header)) {
      return Damaged(why, pack.Damage(place.offset));
    }
    if (!link.header.is_delta()) {
      built = BuildRoot(link);
      if (built == nullptr) return Damaged(why, CantBuild(pack, place.offset));
      Hold(place, built);
      break;
    }
    if (chain.size() >= kMaxDeltaChain) {
      return Damaged(why, chain[0].place.pack->Damage(chain[0].place.offset) + ": " + TooLong());
    }
    chain.push_back(link);
    if (link.header.kind == PackEntryKind::kOffsetDelta) {
      place.offset = link.header.base_offset;
    } else if (!FindPlace(link.header.base, place.pack, &place)) {
      auto base = std::make_shared<ObjectBytes>();
      if (elsewhere_(link.header.base, base.get(), nullptr) != ReadStatus::kOk) {
        return Damaged(why, pack.Damage(chain.back().place.offset) + ": its base " +
                                link.header.base.ToHex() + " can't be read");
      }
      built = std::move(base);
    }
  }
  for (; !chain.empty(); chain.pop_back()) {
    const Link& link = chain.back();
    Object next = BuildDelta(link, *built);
    if (next == nullptr) return Damaged(why, CantBuild(*link.place.pack, link.place.offset));
    Hold(link.place, next);
    built = std::move(next);
  }
  *object = std::move(built);
  return ReadStatus::kOk;
}

ReadStatus PackReader::ReadHeaderAt(Place place, ObjectHeader* header, std::string* why) {
  const Place first = place;
  for (uint32_t length = 0; length <= kMaxDeltaChain; ++length) {
    const PackFile& pack = *place.pack;
    const Object held = held_.Find(place);
    if (held != nullptr) {
      if (length == 0) header->size = held->bytes().size();
      header->type = held->type;
      return ReadStatus::kOk;
    }
    PackEntryHeader entry;
    if (!ParsePackEntryHeader(pack.bytes(), place.offset, pack.id_bytes(), &entry)) {
      return Damaged(why, pack.Damage(place.offset));
    }
    if (length == 0) header->size = entry.size;
    if (!entry.is_delta()) {
      header->type = TypeOf(entry.kind);
      return ReadStatus::kOk;
    }
    if (length == 0) {
      std::array<uint8_t, kDeltaHeadBytes> start{};
      DeltaHead head;
      const size_t count = inflater_.InflateHead(pack.bytes().subspan(entry.data_offset), start);
      if (!ReadDeltaHead(Bytes(start).first(count), &head)) {
        return Damaged(why, pack.Damage(place.offset));
      }
      header->size = head.result_size;
    }
    if (entry.kind == PackEntryKind::kOffsetDelta) {
      place.offset = entry.base_offset;
    } else if (!FindPlace(entry.base, place.pack, &place)) {
      ObjectBytes base;
      if (elsewhere_(entry.base, &base, nullptr) != ReadStatus::kOk) {
        return Damaged(
            why, pack.Damage(place.offset) + ": its base " + entry.base.ToHex() + " can't be read");
      }
      header->type = base.type;
      return ReadStatus::kOk;
    }
  }
  return Damaged(why, first.pack->Damage(first.offset) + ": " + TooLong());
}

PackReader::Object PackReader::BuildRoot(const Link& link) {
  const Bytes compressed =
      link.place.pack->bytes().first(link.place.pack->end()).subspan(link.header.data_offset);
  auto object = std::make_shared<ObjectBytes>();
  object->type = TypeOf(link.header.kind);
  if (link.header.size > kMaxObjectBytes || !CouldInflateTo(compressed.size(), link.header.size) ||
      !object->Resize(link.header.size) || !inflater_.Inflate(compressed, object->room())) {
    return nullptr;
  }
  return object;
}

PackReader::Object PackReader::BuildDelta(const Link& link, const ObjectBytes& base) {
  const Bytes compressed =
      link.place.pack->bytes().first(link.place.pack->end()).subspan(link.header.data_offset);
  DeltaHead head;
  if (link.header.size > kMaxObjectBytes || !CouldInflateTo(compressed.size(), link.header.size) ||
      !delta_.Resize(link.header.size) || !inflater_.Inflate(compressed, delta_.room()) ||
      !MeasureDelta(delta_.bytes(), &head) || head.result_size > kMaxObjectBytes) {
    return nullptr;
  }
  auto object = std::make_shared<ObjectBytes>();
  object->type = base.type;
  const bool good = object->Resize(head.result_size) &&
                    ApplyDelta(base.bytes(), delta_.bytes(), object->room(), nullptr);
  if (delta_.capacity() > kLargestDelta) delta_.Release();
  return good ? object : nullptr;
}

void PackReader::Hold(const Place& place, const Object& object) {
  // Commits are read once, and are too small to save much where one is made from another.
  if (object->type == ObjectType::kCommit) return;
  const uint64_t cost = object->bytes().size() + kHeldOverhead;
  if (cost <= kLargestHeld) held_.Put(place, object, cost);
}

}  // namespace picket
