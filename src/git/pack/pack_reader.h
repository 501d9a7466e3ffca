// Any object of the packs by its id, and the bases of deltas kept at hand.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/object_id.h"
#include "git/pack/object_bytes.h"
#include "git/pack/pack_entry.h"
#include "git/pack/pack_store.h"
#include "git/pack/slot_cache.h"

namespace picket {

// One thread's own. An object that several packs hold is damaged only where every copy is.
class PackReader {
 public:
  // Reads an object that is in no pack: the base of a delta may be loose.
  using ReadElsewhere = std::function<ReadStatus(const ObjectId&, ObjectBytes*, std::string*)>;

  PackReader(PackStore& store, ReadElsewhere elsewhere);

  // kMissing: in no pack. kCorrupt: `why` gets a clause that names pack and offset.
  ReadStatus Read(const ObjectId& oid, std::shared_ptr<const ObjectBytes>* object,
                  std::string* why);
  ReadStatus ReadHeader(const ObjectId& oid, ObjectHeader* header, std::string* why);
  // Where the zlib stream of an object of this type and size begins, up to the end of its pack, in
  // the copy of number `copy` among those that are no deltas; empty where there are fewer, and
  // `copy` is less by as many. Valid as long as `packs`.
  Bytes FindWhole(const ObjectId& oid, const ObjectHeader& header, size_t* copy,
                  std::shared_ptr<const PackStore::Packs>* packs);
  bool Contains(const ObjectId& oid);
  // True where the packs were listed again: what was missing may be there now.
  bool Refresh();
  // How many packs hold the object.
  size_t CountCopies(const ObjectId& oid);

 private:
  struct Place {
    const PackFile* pack = nullptr;
    uint64_t offset = 0;
    bool operator==(const Place&) const = default;
  };
  struct PlaceHash {
    size_t operator()(const Place& place) const {
      const auto pack = reinterpret_cast<uintptr_t>(place.pack);
      return (place.offset ^ pack << 40 ^ pack) * 0x9e3779b97f4a7c15U;
    }
  };
  struct Link {
    Place place;
    PackEntryHeader header;
  };
  using Object = std::shared_ptr<const ObjectBytes>;

  template <typename Visit>
  bool ForEachPlace(const ObjectId& oid, const Visit& visit);
  bool FindPlace(const ObjectId& oid, const PackFile* first, Place* place);
  ReadStatus ReadAt(Place place, Object* object, std::string* why);
  ReadStatus ReadHeaderAt(Place place, ObjectHeader* header, std::string* why);
  Object BuildRoot(const Link& link);
  Object BuildDelta(const Link& link, const ObjectBytes& base);
  void Hold(const Place& place, const Object& object);

  PackStore& store_;
  ReadElsewhere elsewhere_;
  std::shared_ptr<const PackStore::Packs> packs_;
  size_t last_hit_ = 0;
  PackInflater inflater_;
  ObjectBytes delta_;
  // Versions of one folder or file that a walk comes back to; bytes.
  static constexpr uint64_t kHeldBytes = uint64_t{16} << 20;
  SlotCache<Place, Object, PlaceHash> held_{kHeldBytes};
  std::vector<Link> chain_;
};

}  // namespace picket
