#include "git/provenance_memo.h"

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <string_view>
#include <utility>

#include "core/byte_reader.h"
#include "core/byte_writer.h"
#include "core/fingerprint.h"
#include "git/signature.h"
#include "git/tree_cursor.h"

namespace picket {
namespace {

constexpr uint8_t kHasCommit = 1;
constexpr uint8_t kReachable = 2;
constexpr uint8_t kMorePlaces = 4;
constexpr uint32_t kNoRef = UINT32_MAX;
// Git opens no deeper path than 4,096 bytes; a memo of more steps is broken.
constexpr uint32_t kMostSteps = 4096;

// What stands at the end of a path, and the tree that it stands in.
struct Place {
  ObjectId tree;
  ObjectId object;
  std::string name;
};

class Reader {
 public:
  Reader(const Repository& repository, std::span<const Ref> refs)
      : database_(repository.NewObjectDatabase()), refs_(refs) {}

  ObjectDatabase& database() { return *database_; }
  std::span<const Ref> refs() const { return refs_; }

  std::optional<ObjectId> TreeOf(const ObjectId& commit) {
    RawObject object;
    if (database_->Read(commit, &object, nullptr) != ReadStatus::kOk) return std::nullopt;
    if (object.type() != ObjectType::kCommit) return std::nullopt;
    return ObjectId::TryParse(FindHeader(AsText(object.bytes()), "tree"));
  }

  // The entry of `tree` at which `is_it` says so, and its position; false where there is none.
  template <typename IsIt>
  bool Step(const ObjectId& tree, const IsIt& is_it, Place* place, uint32_t* position) {
    RawObject object;
    if (database_->Read(tree, &object, nullptr) != ReadStatus::kOk) return false;
    if (object.type() != ObjectType::kTree) return false;
    TreeCursor cursor(object.bytes(), database_->id_bytes());
    for (uint32_t i = 0; cursor.Next(); ++i) {
      if (!is_it(i, cursor)) continue;
      *place = {tree, cursor.id(), std::string(cursor.name())};
      *position = i;
      return true;
    }
    return false;
  }

 private:
  std::unique_ptr<ObjectDatabase> database_;
  std::span<const Ref> refs_;
};

class Writer {
 public:
  Writer(const Repository& repository, std::span<const Ref> refs) : reader_(repository, refs) {
    for (uint32_t i = 0; i < reader_.refs().size(); ++i) refs_.emplace(reader_.refs()[i].name, i);
  }

  // `object` is empty for a name, and `tree` gets where it stands.
  bool Add(const Introduction& found, const ObjectId& object, ObjectId* tree, std::string* out) {
    uint32_t ref = kNoRef;
    if (!found.ref.empty()) {
      const auto known = refs_.find(found.ref);
      if (known == refs_.end()) return false;
      ref = known->second;
    }
    out->push_back(static_cast<char>((found.commit.empty() ? 0 : kHasCommit) |
                                     (found.reachable ? kReachable : 0) |
                                     (found.more_places ? kMorePlaces : 0)));
    AppendSized(AsText(found.commit.raw()), out);
    AppendU64Le(found.other_places, out);
    AppendU64Le(found.rank, out);
    AppendU64Le(ref, out);
    if (found.path.empty()) {
      AppendU64Le(0, out);
      return !object.empty();
    }
    return !found.commit.empty() && AddSteps(found, object, tree, out);
  }

 private:
  bool AddSteps(const Introduction& found, const ObjectId& object, ObjectId* tree,
                std::string* out) {
    std::optional<ObjectId> at = reader_.TreeOf(found.commit);
    const auto slashes = std::count(found.path.begin(), found.path.end(), '/');
    AppendU64Le(static_cast<uint64_t>(slashes) + 1, out);
    Place place;
    std::string_view rest = found.path;
    while (at && !rest.empty()) {
      const size_t slash = rest.find('/');
      const std::string_view name = rest.substr(0, slash);
      const bool is_last = slash == std::string_view::npos;
      uint32_t position = 0;
      const bool there = reader_.Step(
          *at,
          [&](uint32_t, const TreeCursor& entry) {
            if (entry.name() != name) return false;
            if (!is_last) return entry.is_directory();
            return object.empty() || entry.id() == object;
          },
          &place, &position);
      if (!there) return false;
      AppendU64Le(position, out);
      if (is_last) {
        *tree = place.tree;
        return true;
      }
      at = place.object;
      rest.remove_prefix(slash + 1);
    }
    return false;
  }

  Reader reader_;
  std::map<std::string_view, uint32_t> refs_;
};

bool ReadOne(ByteReader* memo, Reader* reader, bool with_refs, const ObjectId& object,
             const std::string& name, Introduction* found) {
  const uint8_t flags = memo->U8();
  const Bytes commit = memo->Take(memo->U64Le());
  if ((flags & kHasCommit) != 0) {
    if (commit.size() != 20 && commit.size() != 32) return false;
    found->commit = ObjectId::FromRaw(commit);
  }
  found->reachable = (flags & kReachable) != 0;
  found->more_places = (flags & kMorePlaces) != 0;
  found->other_places = memo->U64Le();
  found->rank = memo->U64Le();
  const uint64_t ref = memo->U64Le();
  if (ref != kNoRef && with_refs) {
    if (ref >= reader->refs().size()) return false;
    found->ref = reader->refs()[ref].name;
  }
  const uint64_t steps = memo->U64Le();
  if (!memo->ok() || steps > kMostSteps) return false;
  std::optional<ObjectId> at;
  if (steps > 0) at = reader->TreeOf(found->commit);
  Place place;
  for (uint64_t i = 0; i < steps; ++i) {
    const uint64_t wanted = memo->U64Le();
    uint32_t position = 0;
    const bool there =
        at && reader->Step(
                  *at, [&](uint32_t here, const TreeCursor&) { return here == wanted; }, &place,
                  &position);
    if (!there) return false;
    if (i > 0) found->path += '/';
    found->path += place.name;
    at = place.object;
  }
  if (steps > 0 && (object.empty() ? place.name != name : place.object != object)) return false;
  if (!found->commit.empty()) {
    Sign(reader->database(), found->commit, found);
  } else if (ObjectHeader header;
             !object.empty() &&
             reader->database().ReadHeader(object, &header, nullptr) == ReadStatus::kOk &&
             header.type == ObjectType::kTag) {
    Sign(reader->database(), object, found);
  }
  return memo->ok();
}

}  // namespace

std::string ProvenanceQuestion(const Repository& repository, std::span<const Ref> refs,
                               std::span<const ObjectId> objects,
                               std::span<const std::string> names) {
  std::string all;
  AppendU64Le(refs.size(), &all);
  for (const Ref& ref : refs) {
    AppendSized(ref.name, &all);
    AppendSized(AsText(ref.target.raw()), &all);
  }
  std::vector<ObjectId> shallow(repository.shallow().begin(), repository.shallow().end());
  std::sort(shallow.begin(), shallow.end());
  for (const std::span<const ObjectId> list : {std::span<const ObjectId>(shallow), objects}) {
    AppendU64Le(list.size(), &all);
    for (const ObjectId& oid : list) AppendSized(AsText(oid.raw()), &all);
  }
  for (const std::string& name : names) AppendSized(name, &all);
  return Sha256(AsBytes(all));
}

std::optional<ProvenanceMemo> Memorise(const Repository& repository, std::span<const Ref> refs,
                                       const Provenance& provenance,
                                       std::span<const ObjectId> objects,
                                       std::span<const std::string> names) {
  if (!provenance.gaps.empty() || provenance.absent_trees != 0) return std::nullopt;
  ProvenanceMemo memo;
  Writer writer(repository, refs);
  ObjectId tree;
  // In the order of their commits: the trees of neighbours are versions of each other.
  std::vector<size_t> order(objects.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&provenance](size_t x, size_t y) {
    return std::pair(provenance.objects[x].rank, x) < std::pair(provenance.objects[y].rank, y);
  });
  std::vector<std::string> told(objects.size());
  for (const size_t i : order) {
    if (!writer.Add(provenance.objects[i], objects[i], &tree, &told[i])) return std::nullopt;
  }
  for (const std::string& one : told) memo.bytes += one;
  for (size_t i = 0; i < names.size(); ++i) {
    if (!writer.Add(provenance.names[i], ObjectId(), &tree, &memo.bytes)) return std::nullopt;
    memo.trees.push_back(tree);
  }
  return memo;
}

std::optional<Provenance> Recall(const Repository& repository,
                                 std::optional<std::span<const Ref>> refs, Bytes memo,
                                 std::span<const ObjectId> objects,
                                 std::span<const std::string> names) {
  Provenance provenance;
  provenance.objects.resize(objects.size());
  provenance.names.resize(names.size());
  const bool with_refs = refs.has_value();
  Reader reader(repository, refs.value_or(std::span<const Ref>()));
  ByteReader bytes(memo);
  const std::string no_name;
  for (size_t i = 0; i < objects.size(); ++i) {
    if (!ReadOne(&bytes, &reader, with_refs, objects[i], no_name, &provenance.objects[i]))
      return std::nullopt;
  }
  for (size_t i = 0; i < names.size(); ++i) {
    if (!ReadOne(&bytes, &reader, with_refs, ObjectId(), names[i], &provenance.names[i]))
      return std::nullopt;
  }
  if (!bytes.at_end()) return std::nullopt;
  return provenance;
}

}  // namespace picket
