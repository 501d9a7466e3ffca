// What a store holds, by id.
#pragma once

#include "core/change_list.h"
#include "git/id_table.h"
#include "git/pack_order.h"
#include "git/parallel.h"

namespace picket {

// Const after construction. The inventory must outlive it.
class KnownIds {
 public:
  explicit KnownIds(const ObjectInventory& inventory, unsigned threads = 1)
      : objects_(inventory.objects, IdTable::kLater), trees_(inventory.trees, IdTable::kLater) {
    CallBoth(
        threads, [this] { objects_.Fill(); }, [this] { trees_.Fill(); });
  }

  const IdTable& objects() const { return objects_; }
  const IdTable& trees() const { return trees_; }
  bool Contains(const ObjectId& oid) const {
    return objects_.Find(oid) != kNone || trees_.Find(oid) != kNone;
  }
  // Positions in the inventory's lists, or kNone.
  uint32_t FindObject(const ObjectId& oid) const { return objects_.Find(oid); }
  uint32_t FindTree(const ObjectId& oid) const { return trees_.Find(oid); }

 private:
  IdTable objects_;
  IdTable trees_;
};

}  // namespace picket
