#include "cli/audit_objects.h"

namespace picket {

ListedObject AuditObjects::At(size_t position) const {
  ListedObject listed;
  if (position < objects_.size()) {
    listed.kind = KindOf(objects_.type(position));
    listed.oid = objects_[position].oid;
  } else if (const Ref* ref = RefAt(position)) {
    listed.kind = ObjectKind::kRefName;
    listed.text = ref->name;
  } else {
    listed.kind = ObjectKind::kPathName;
    listed.text = *NameAt(position);
  }
  return listed;
}

const Ref* AuditObjects::RefAt(size_t position) const {
  const size_t index = position - objects_.size();
  return position >= objects_.size() && index < refs_.size() ? &refs_[index] : nullptr;
}

const std::string* AuditObjects::NameAt(size_t position) const {
  const size_t first = objects_.size() + refs_.size();
  return position >= first && position - first < names_.size() ? &names_[position - first]
                                                               : nullptr;
}

}  // namespace picket
