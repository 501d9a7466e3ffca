#include "git/forest_reader.h"

namespace picket {

void ForestReader::OnObject(const WalkedObject& object) {
  const DeltaForest::Entry& entry = object.forest.entries()[object.entry];
  if (entry.label == DeltaForest::kNone) return;
  OnBuilt(entry, object.bytes);
  const BlobRef ref{KindOf(entry.type), object.id, entry.label, NamesOf(entry.label)};
  Derivation derivation;
  derivation.depth = object.depth;
  derivation.is_base = entry.wanted_below;
  if (object.copies != nullptr && entry.base != DeltaForest::kNone &&
      object.forest.entries()[entry.base].label != DeltaForest::kNone) {
    derivation.base = object.forest.id(entry.base);
    derivation.copies = *object.copies;
  }
  const bool alone = !derivation.is_base && derivation.base.empty();
  visitor_->OnBlob({ref, object.bytes}, alone ? nullptr : &derivation);
}

void ForestReader::OnLarge(const DeltaForest& forest, uint32_t entry) {
  singles_.VisitStreamed(forest.entries()[entry].label, *visitor_);
}

void ForestReader::OnDamaged(const DeltaForest& forest, uint32_t entry, const std::string& why) {
  const ObjectId oid = forest.id(entry);
  const DeltaForest::Entry& known = forest.entries()[entry];
  // Another pack, or a loose file, may hold it too, and soundly.
  if (singles_.database().CountCopies(oid) > 1) {
    singles_.Visit(known.label, *visitor_);
    return;
  }
  visitor_->OnGap(
      {oid.ToHex(), "", "", "the " + std::string(ToString(known.type)) + " is damaged: " + why});
}

}  // namespace picket
