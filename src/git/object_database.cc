#include <utility>

#include "core/door.h"
#include "core/error.h"
#include "core/reading.h"
#include "git/loose_objects.h"
#include "git/object_stream.h"
#include "git/pack/whole_file.h"
#include "git/repository.h"

namespace picket {
namespace {

bool MayNotRead(const ObjectId& oid, std::string* why) {
  if (MayRead(oid)) return false;
  if (why != nullptr) *why = kAvoidedReason;
  return true;
}

}  // namespace

std::string_view ToString(ObjectType type) {
  switch (type) {
    case ObjectType::kCommit: return "commit";
    case ObjectType::kTree: return "tree";
    case ObjectType::kBlob: return "blob";
    case ObjectType::kTag: return "tag";
  }
  return "object";
}

ObjectDatabase::ObjectDatabase(PackStore& store)
    : store_(store),
      packs_(store, [this](const ObjectId& oid, ObjectBytes* object,
                           std::string* why) { return ReadLooseObject(oid, object, why); }),
      ahead_(store.object_dirs(), packs_) {}

ReadStatus ObjectDatabase::ReadLooseObject(const ObjectId& oid, ObjectBytes* object,
                                           std::string* why) {
  const auto read = [object](Bytes file, std::string* clause) {
    ObjectHeader header;
    const auto allocate = [object](uint64_t size) {
      return object->Resize(size) ? object->room().data() : nullptr;
    };
    if (!ReadLoose(file, allocate, &header, clause)) return false;
    object->type = header.type;
    return true;
  };
  const FileStart* start = ahead_.Find(oid);
  if (start != nullptr && start->bytes.size() == start->size &&
      read(AsBytes(start->bytes), nullptr)) {
    return ReadStatus::kOk;
  }
  ReadStatus status = ReadStatus::kMissing;
  for (const std::string& directory : store_.object_dirs()) {
    const WholeFile file(LoosePath(directory, oid));
    if (!file.exists()) continue;
    if (read(file.bytes(), why)) return ReadStatus::kOk;
    status = ReadStatus::kCorrupt;
  }
  return status;
}

ReadStatus ObjectDatabase::Read(const ObjectId& oid, RawObject* object, std::string* why) {
  if (oid.raw().size() != store_.id_bytes()) return ReadStatus::kMissing;
  if (MayNotRead(oid, why)) return ReadStatus::kCorrupt;
  const Reading reading(oid, 0);
  ReadStatus status = ReadStatus::kMissing;
  // A copy that can't be read does not count while there is one that can.
  auto keep_worst = [&](ReadStatus now) {
    if (now != ReadStatus::kMissing) status = now;
    return status == ReadStatus::kOk;
  };
  do {
    std::shared_ptr<const ObjectBytes> packed;
    if (keep_worst(packs_.Read(oid, &packed, why))) {
      *object = RawObject(std::move(packed));
      return status;
    }
    auto loose = std::make_shared<ObjectBytes>();
    if (keep_worst(ReadLooseObject(oid, loose.get(), why))) {
      *object = RawObject(std::move(loose));
      return status;
    }
  } while (status == ReadStatus::kMissing && packs_.Refresh());
  return status;
}

ReadStatus ObjectDatabase::ReadHeader(const ObjectId& oid, ObjectHeader* header, std::string* why) {
  if (oid.raw().size() != store_.id_bytes()) return ReadStatus::kMissing;
  if (MayNotRead(oid, why)) return ReadStatus::kCorrupt;
  const Reading reading(oid, 0);
  ReadStatus status = ReadStatus::kMissing;
  do {
    const ReadStatus packed = packs_.ReadHeader(oid, header, why);
    if (packed == ReadStatus::kOk) return packed;
    if (packed != ReadStatus::kMissing) status = packed;
    const FileStart* start = ahead_.Find(oid);
    if (start != nullptr && ReadLooseHeader(AsBytes(start->bytes), start->size, header, nullptr))
      return ReadStatus::kOk;
    for (const std::string& directory : store_.object_dirs()) {
      const WholeFile file(LoosePath(directory, oid));
      if (!file.exists()) continue;
      if (ReadLooseHeader(file.bytes(), file.bytes().size(), header, why)) return ReadStatus::kOk;
      status = ReadStatus::kCorrupt;
    }
  } while (status == ReadStatus::kMissing && packs_.Refresh());
  return status;
}

std::unique_ptr<ObjectStream> ObjectDatabase::OpenStream(const ObjectId& oid,
                                                         const ObjectHeader& header, size_t copy) {
  if (MayNotRead(oid, nullptr)) return nullptr;
  std::shared_ptr<const PackStore::Packs> packs;
  const Bytes packed = packs_.FindWhole(oid, header, &copy, &packs);
  if (!packed.empty()) {
    return std::make_unique<ObjectStream>(ZlibStream(packed), header.size, std::move(packs));
  }
  for (const std::string& directory : store_.object_dirs()) {
    auto file = std::make_shared<WholeFile>(LoosePath(directory, oid));
    ZlibStream stream;
    std::string early;
    ObjectHeader loose;
    if (file->exists() && OpenLoose(file->bytes(), &stream, &loose, &early, nullptr) &&
        loose.type == header.type && loose.size == header.size && copy-- == 0) {
      return std::make_unique<ObjectStream>(std::move(stream), header.size, std::move(file),
                                            std::move(early));
    }
  }
  return nullptr;
}

bool ObjectDatabase::Contains(const ObjectId& oid) {
  if (oid.raw().size() != store_.id_bytes()) return false;
  return packs_.Contains(oid) || CountCopies(oid) != 0;
}

size_t ObjectDatabase::CountCopies(const ObjectId& oid) {
  size_t count = packs_.CountCopies(oid);
  for (const std::string& directory : store_.object_dirs()) {
    if (TheDoor().Exists(LoosePath(directory, oid))) ++count;
  }
  return count;
}

}  // namespace picket
