#include "git/object_source.h"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>

#include "core/reading.h"
#include "git/arriving_object.h"
#include "git/object_stream.h"
#include "git/raw_objects.h"
#include "git/spooled_object.h"

namespace picket {
namespace {

// Detectors use names for suspicion by their endings, so one of each ending stands for all.
std::string_view EndingOf(std::string_view path) {
  return path.substr(path.find_last_of("./") + 1);
}

// The type that a Git object of this kind must have; false for what is no Git object.
bool TypeOf(ObjectKind kind, ObjectType* type) {
  switch (kind) {
    case ObjectKind::kBlob: *type = ObjectType::kBlob; return true;
    case ObjectKind::kCommit: *type = ObjectType::kCommit; return true;
    case ObjectKind::kTag: *type = ObjectType::kTag; return true;
    case ObjectKind::kTree: *type = ObjectType::kTree; return true;
    case ObjectKind::kRefName:
    case ObjectKind::kPathName:
    case ObjectKind::kMessage:
    case ObjectKind::kFile:
    case ObjectKind::kLfsObject: return false;
  }
  return false;
}

// Of a tree only the names are text.
std::string NamesOf(Bytes tree, size_t id_bytes) {
  std::string names;
  for (const TreeEntry& entry : ParseTree(tree, id_bytes).entries) {
    names.append(entry.name);
    names.push_back('\n');
  }
  return names;
}

std::string NameOf(const BlobRef& ref) {
  return ref.names.empty() ? ref.oid.ToHex() : std::string(ref.names.front());
}

void AddGap(const BlobRef& ref, std::string reason, BlobVisitor& visitor) {
  visitor.OnGap({ref.oid.ToHex(), ref.names.empty() ? "" : std::string(ref.names.front()), "",
                 std::move(reason)});
}

}  // namespace

ObjectKind KindOf(ObjectType type) {
  switch (type) {
    case ObjectType::kCommit: return ObjectKind::kCommit;
    case ObjectType::kTag: return ObjectKind::kTag;
    case ObjectType::kTree: return ObjectKind::kTree;
    case ObjectType::kBlob: break;
  }
  return ObjectKind::kBlob;
}

ListedObject ChangedObjects::At(size_t position) const {
  const ChangedObject& object = changes_.objects[position];
  ListedObject listed{object.kind, object.oid, changes_.TextOf(object), {}, {}};
  if (IsLeftOut(position)) listed.left_out = "policy excludes every path where it stands";
  if (object.places.empty()) return listed;
  if (object.places.size() == 1) {
    const Place& place = object.places.front();
    if (place.path != kNone) listed.names.push_back(changes_.PathOf(place));
    return listed;
  }
  std::unordered_set<std::string_view> endings;
  uint32_t last = kNone;  // mostly an object stands at one path in all commits
  for (const Place& place : object.places) {
    if (place.path == kNone || place.path == last) continue;
    last = place.path;
    std::string_view name = changes_.PathOf(place);
    const bool is_first = listed.names.empty();
    if (!is_first && endings.empty()) endings.insert(EndingOf(listed.names.front()));
    if (is_first || endings.insert(EndingOf(name)).second) listed.names.push_back(name);
  }
  return listed;
}

ObjectSource::ObjectSource(const Repository& repository, const ObjectList& objects,
                           const SourceOptions& options)
    : repository_(repository), objects_(objects), options_(options) {}

ObjectReader::ObjectReader(const ObjectSource& source)
    : source_(source), database_(source.repository_.NewObjectDatabase()) {}

void ObjectReader::Visit(size_t item, BlobVisitor& visitor) { Visit(item, false, visitor); }

void ObjectReader::VisitStreamed(size_t item, BlobVisitor& visitor) { Visit(item, true, visitor); }

void ObjectReader::Visit(size_t item, bool streamed, BlobVisitor& visitor) {
  ListedObject listed = source_.objects_.At(item);
  BlobRef ref{listed.kind, listed.oid, item, std::move(listed.names)};
  if (!listed.left_out.empty()) {
    visitor.OnSkipped({NameOf(ref), std::string(listed.left_out), 1, 0});
    return;
  }
  ObjectType type;
  if (!TypeOf(listed.kind, &type)) {
    visitor.OnBlob({ref, AsBytes(listed.text)}, nullptr);
    return;
  }
  VisitObject(ref, type, streamed, visitor);
}

void ObjectReader::VisitObject(const BlobRef& ref, ObjectType type, bool streamed,
                               BlobVisitor& visitor) {
  const Reading reading(ref.oid, ref.position);
  ObjectHeader header;
  RawObject object;
  std::string why;
  ReadStatus status = database_->ReadHeader(ref.oid, &header, &why);
  bool large = streamed || header.size > source_.options_.memory_limit;
  if (status == ReadStatus::kOk && header.type == type && !large)
    status = database_->Read(ref.oid, &object, &why);
  std::string_view expected = ToString(type);
  if (status == ReadStatus::kMissing) {
    if (source_.options_.may_be_promised && source_.repository_.has_promisor()) {
      visitor.OnSkipped({"absent objects", "a promisor may still supply them", 1, 0});
    } else {
      AddGap(ref,
             "the " + std::string(expected) +
                 " is missing from the repository, or not readable for this user",
             visitor);
    }
  } else if (status == ReadStatus::kCorrupt) {
    AddGap(ref, "the " + std::string(expected) + " is damaged: " + why, visitor);
  } else if (header.type != type) {
    AddGap(ref,
           "it is a " + std::string(ToString(header.type)) + " where a " + std::string(expected) +
               " is due",
           visitor);
  } else if (large) {
    VisitLarge(ref, header, visitor);
  } else {
    HandOut(ref, type, object.bytes(), nullptr, visitor);
  }
}

bool ObjectReader::VisitWhole(const BlobRef& ref, const ObjectHeader& header,
                              BlobVisitor& visitor) {
  std::string why;
  // A copy that can't be read does not count while there is one that can.
  for (size_t copy = 0;; ++copy) {
    std::unique_ptr<ObjectStream> stream = database_->OpenStream(ref.oid, header, copy);
    if (stream == nullptr) {
      if (copy == 0 || database_->CountCopies(ref.oid) > copy) return false;
      break;
    }
    SpooledObject spooled(source_.temporary_in_use_, source_.options_.temporary_bytes);
    if (!spooled.Reserve(source_.repository_, header.size, &why)) break;
    ArrivingObject object(std::move(stream), header.size, ref, spooled, source_.options_.stop);
    HandOut(ref, header.type, spooled.bytes(), &object, visitor);
    if (object.Await(header.size)) return true;
    why = object.why();
    if (!object.is_damaged()) break;
  }
  AddGap(ref, std::move(why), visitor);
  return true;
}

void ObjectReader::HandOut(const BlobRef& ref, ObjectType type, Bytes bytes, Arrival* arrival,
                           BlobVisitor& visitor) const {
  const bool is_tree = type == ObjectType::kTree;
  if (arrival != nullptr && visitor.TakesArriving() && !is_tree) {
    Blob blob{ref, bytes};
    blob.arrival = arrival;
    visitor.OnBlob(blob, nullptr);
    return;
  }
  if (arrival != nullptr && !arrival->Await(bytes.size())) return;
  std::string names;
  if (is_tree) names = NamesOf(bytes, database_->id_bytes());
  visitor.OnBlob({ref, is_tree ? AsBytes(names) : bytes}, nullptr);
}

void ObjectReader::VisitLarge(const BlobRef& ref, const ObjectHeader& header,
                              BlobVisitor& visitor) {
  if (VisitWhole(ref, header, visitor)) return;
  SpooledObject spooled(source_.temporary_in_use_, source_.options_.temporary_bytes);
  std::string why;
  if (spooled.Load(source_.repository_, ref.oid, header, &why, source_.options_.stop)) {
    HandOut(ref, header.type, spooled.bytes(), nullptr, visitor);
  } else {
    AddGap(ref, std::move(why), visitor);
  }
}

std::unique_ptr<BlobReader> ObjectSource::NewReader() const {
  return std::make_unique<ObjectReader>(*this);
}

}  // namespace picket
