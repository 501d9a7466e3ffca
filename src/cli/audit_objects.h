// What an audit examines: every blob, commit and tag of the store, every ref's name, and every file
// name that any tree holds.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "git/object_source.h"
#include "git/pack_order.h"
#include "git/repository.h"

namespace picket {

// Positions: objects in reading order, then refs, then names. All three outlive this.
class AuditObjects : public ObjectList {
 public:
  AuditObjects(const StoredObjects& objects, const std::vector<Ref>& refs,
               const std::vector<std::string>& names)
      : objects_(objects), refs_(refs), names_(names) {}

  size_t size() const override { return objects_.size() + refs_.size() + names_.size(); }
  ListedObject At(size_t position) const override;

  // Of a position: the ref, or the name, that stands there; null for anything else.
  const Ref* RefAt(size_t position) const;
  const std::string* NameAt(size_t position) const;

 private:
  const StoredObjects& objects_;
  const std::vector<Ref>& refs_;
  const std::vector<std::string>& names_;
};

}  // namespace picket
