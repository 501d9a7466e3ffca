#include "git/change_builder.h"

#include <algorithm>
#include <utility>

#include "git/large_pages.h"

namespace picket {
namespace {

// A list of so many has moved no more than it would have anyway.
constexpr size_t kMostExpected = size_t{1} << 20;

// Room that is not used is no memory yet, and every move of a long list costs.
template <typename T>
T& Append(std::vector<T>* list) {
  if (list->size() == list->capacity()) ReserveInLargePages(list, 4 * list->size() + 64);
  return list->emplace_back();
}

}  // namespace

ChangeBuilder::ChangeBuilder(bool may_be_promised, const ChangeLimits& limits)
    : may_be_promised_(may_be_promised), limits_(limits) {}

void ChangeBuilder::ExpectRefs(size_t count, const NameList& names) {
  list_.refs = names;
  ReserveInLargePages(&list_.objects, count);
}

void ChangeBuilder::ExpectObjects(size_t count) {
  // Each may have a path that is new. Room is no memory yet, but the tables are.
  count = std::min(count, kMostExpected);
  const size_t before = list_.objects.capacity();
  ReserveInLargePages(&list_.objects, before + 2 * count);
  ReserveInLargePages(&list_.paths, count);
  ReserveInLargePages(&names_, count);
  blobs_.Reserve(count / 2);
  path_index_.Reserve(count / 2);
}

uint32_t ChangeBuilder::AddRef(std::string_view name) {
  ListHeld();
  const uint32_t index = refs_++;
  ChangedObject& object = Append(&list_.objects);
  object.kind = ObjectKind::kRefName;
  object.ref = index;
  if (index == list_.refs.size()) list_.refs.push_back(name);
  return index;
}

void ChangeBuilder::AddCommitLeft(const ObjectId& oid, uint32_t ref) {
  ListHeld();
  list_.is_cut = true;
  ++list_.commits_left;
  list_.commits.push_back({oid, ref});
}

ChangedObject& ChangeBuilder::Object(ObjectKind kind, const ObjectId& oid, uint64_t hash) {
  SlotTable& index = kind == ObjectKind::kTag ? tags_ : blobs_;
  const uint32_t known =
      index.Find(hash, [&](uint32_t object) { return list_.objects[object].oid == oid; });
  if (known != kNone) return list_.objects[known];
  index.Insert(hash, static_cast<uint32_t>(list_.objects.size()));
  ChangedObject& object = Append(&list_.objects);
  object.kind = kind;
  object.oid = oid;
  return object;
}

void ChangeBuilder::AddTag(const ObjectId& oid, uint32_t ref) {
  ListHeld();
  ChangedObject& tag = Object(ObjectKind::kTag, oid);
  if (tag.ref == kNone) tag.ref = ref;
}

void ChangeBuilder::AddRefBlob(const ObjectId& oid, uint32_t ref) {
  ListHeld();
  ChangedObject& blob = Object(ObjectKind::kBlob, oid);
  if (blob.ref == kNone) blob.ref = ref;
}

void ChangeBuilder::StartCommit(const ObjectId& oid, uint32_t ref) {
  ListHeld();
  CloseAttributes();
  commit_ = static_cast<uint32_t>(list_.commits.size());
  commit_hex_ = oid.ToHex();
  ref_ = kNone;
  list_.commits.push_back({oid, ref});
  ChangedObject& object = Append(&list_.objects);
  object.kind = ObjectKind::kCommit;
  object.oid = oid;
  object.places.push_back({commit_, kNone});
}

void ChangeBuilder::StartRefTree(uint32_t ref) {
  ListHeld();
  CloseAttributes();
  commit_ = kNone;
  commit_hex_.clear();
  ref_ = ref;
}

void ChangeBuilder::PutGap(Gap gap) {
  if (gaps_.size() >= limits_.gaps) {
    if (!gaps_.contains(gap)) ++more_gaps_;
    return;
  }
  gaps_.insert(std::move(gap));
}

uint32_t ChangeBuilder::PathIndex(std::string_view path, uint64_t hash) {
  const auto is_path = [&](uint32_t index) { return list_.paths[index] == path; };
  // A new path comes twice.
  if (last_path_ != kNone && is_path(last_path_)) return last_path_;
  last_path_ = path_index_.Find(hash, is_path);
  if (last_path_ != kNone) return last_path_;
  last_path_ = static_cast<uint32_t>(list_.paths.size());
  Append(&list_.paths) = path;
  names_.push_back(kNone);
  path_index_.Insert(hash, last_path_);
  path_bytes_ += path.size();
  return last_path_;
}

bool ChangeBuilder::TakePlace(std::string_view path) {
  if (places_ < limits_.places && path_bytes_ + path.size() <= limits_.path_bytes) {
    ++places_;
    return true;
  }
  // The path is left out, so that this is one gap for each commit and not one for each place.
  PutGap({commit_hex_, "", "",
          "the change has more places than picket lists; push it in smaller parts"});
  return false;
}

void ChangeBuilder::AddPlace(ChangedObject& object, Place place) {
  if (commit_ == kNone && object.ref == kNone) object.ref = ref_;
  if (object.places.empty() || object.places.back() != place) object.places.push_back(place);
}

ChangeBuilder::Held& ChangeBuilder::Hold(std::string_view path) {
  if (held_ == kHeld) ListOldest();
  Held& held = ring_[(oldest_ + held_++) % kHeld];
  held.path = path;
  held.path_hash = hash_(AsBytes(path));
  held.is_new = false;
  held.oid = ObjectId();
  path_index_.Fetch(held.path_hash);
  return held;
}

void ChangeBuilder::ListOldest() {
  const Held& held = ring_[oldest_];
  oldest_ = (oldest_ + 1) % kHeld;
  --held_;
  if (held.is_new) ListNewPath(held.path, held.path_hash);
  if (!held.oid.empty()) ListBlob(held.path, held.path_hash, held.oid, held.oid_hash);
}

void ChangeBuilder::OnBlob(std::string_view path, const ObjectId& oid) {
  Held* held = held_ == 0 ? nullptr : &ring_[(oldest_ + held_ - 1) % kHeld];
  // A new path comes twice.
  if (held == nullptr || !held->oid.empty() || held->path != path) held = &Hold(path);
  held->oid = oid;
  held->oid_hash = hash_(oid.raw());
  blobs_.Fetch(held->oid_hash);
}

void ChangeBuilder::ListBlob(std::string_view path, uint64_t path_hash, const ObjectId& oid,
                             uint64_t oid_hash) {
  if (!TakePlace(path)) return;
  uint32_t index = PathIndex(path, path_hash);
  AddPlace(Object(ObjectKind::kBlob, oid, oid_hash), {commit_, index});
}

void ChangeBuilder::OnLink(std::string_view path, const ObjectId& oid) {
  ListHeld();
  if (!TakePlace(path)) return;
  const uint32_t index = PathIndex(path, hash_(AsBytes(path)));
  ChangedObject& object = Object(ObjectKind::kBlob, oid);
  AddPlace(object, {commit_, index});
  list_.links.push_back({static_cast<uint32_t>(&object - list_.objects.data()), {commit_, index}});
}

void ChangeBuilder::OnAttributes(std::string_view folder, const ObjectId& oid) {
  ListHeld();
  // Trees that a ref points at have no commit, so nobody checks them out.
  if (commit_ == kNone || !TakePlace(folder)) return;
  AttributesEntry entry{std::string(folder), oid};
  if (!entry.folder.empty()) entry.folder.push_back('/');
  const auto index = static_cast<uint32_t>(list_.attribute_files.size());
  const auto [known, added] = attribute_files_.try_emplace(entry, index);
  if (added) list_.attribute_files.push_back(std::move(entry));
  attributes_.push_back(known->second);
}

void ChangeBuilder::CloseAttributes() {
  if (attributes_.empty()) return;
  std::sort(attributes_.begin(), attributes_.end(), [this](uint32_t a, uint32_t b) {
    return list_.attribute_files[a] < list_.attribute_files[b];
  });
  const auto index = static_cast<uint32_t>(list_.attribute_sets.size());
  const auto [known, added] = attribute_sets_.try_emplace(attributes_, index);
  if (added) list_.attribute_sets.push_back(attributes_);
  list_.commits[commit_].attributes = known->second;
  attributes_.clear();
}

void ChangeBuilder::OnNewPath(std::string_view path) { Hold(path).is_new = true; }

void ChangeBuilder::ListNewPath(std::string_view path, uint64_t path_hash) {
  if (!TakePlace(path)) return;
  uint32_t index = PathIndex(path, path_hash);
  if (names_[index] == kNone) {
    names_[index] = static_cast<uint32_t>(list_.objects.size());
    Append(&list_.objects).kind = ObjectKind::kPathName;
  }
  AddPlace(list_.objects[names_[index]], {commit_, index});
}

void ChangeBuilder::OnGitlink(std::string_view, const ObjectId&) { ++gitlinks_; }

void ChangeBuilder::OnUnreadable(std::string_view path, const ObjectId& oid, ReadStatus status,
                                 std::string_view why) {
  if (status == ReadStatus::kMissing && may_be_promised_) {
    ++promised_trees_;
    return;
  }
  std::string reason = status == ReadStatus::kMissing ? "the tree is missing from the repository"
                                                      : "the tree is damaged: " + std::string(why);
  AddGap({oid.ToHex(), std::string(path), "", reason});
}

void ChangeBuilder::OnTooLarge(std::string_view path, std::string_view why) {
  AddGap({commit_hex_, std::string(path), "", std::string(why)});
}

ChangeList ChangeBuilder::Finish() {
  ListHeld();
  CloseAttributes();
  if (gitlinks_ != 0)
    list_.skipped.push_back(
        {"gitlinks", "the commits of submodules are in repositories of their own", gitlinks_, 0});
  if (promised_trees_ != 0)
    list_.skipped.push_back(
        {"absent trees", "a promisor has them, so they are not new", promised_trees_, 0});
  list_.gaps.assign(gaps_.begin(), gaps_.end());
  if (more_gaps_ != 0)
    list_.gaps.push_back({"", "", "", std::to_string(more_gaps_) + " more gaps were not listed"});
  return std::move(list_);
}

}  // namespace picket
