#include "scan/audit_cache.h"

#include <algorithm>
#include <cstring>

#include "core/byte_reader.h"
#include "core/byte_writer.h"
#include "core/fingerprint.h"

namespace picket {
namespace {

constexpr size_t kBatch = 65'536;
constexpr size_t kKeptAtOnce = 262'144;
// Of a row's value; the first piece of one that takes several is the value's size and its SHA-256.
constexpr size_t kPieceBytes = size_t{4} << 20;
constexpr uint64_t kMostReserved = uint64_t{64} << 20;
constexpr char kIsWhole = 0;
constexpr char kIsInPieces = 1;

}  // namespace

std::optional<std::string> AuditCache::Find(std::string_view key) {
  std::optional<std::string> first = FindPiece(key, 0);
  if (!first || first->empty()) return std::nullopt;
  const bool is_whole = first->front() == kIsWhole;
  first->erase(0, 1);
  if (is_whole) return first;
  ByteReader head(AsBytes(*first));
  const uint64_t size = head.U64Le();
  const std::string sum(AsText(head.Take(head.remaining())));
  if (!head.ok()) return std::nullopt;
  std::string value;
  for (uint32_t piece = 1; value.size() < size; ++piece) {
    const std::optional<std::string> more = FindPiece(key, piece);
    if (!more || more->size() != std::min<uint64_t>(kPieceBytes, size - value.size()))
      return std::nullopt;
    // What is said of the size is no reason to take memory; that a piece was read is.
    if (piece == 1) value.reserve(std::min(size, kMostReserved));
    value += *more;
  }
  // Another audit may have replaced it meanwhile.
  if (value.size() != size || Sha256(AsBytes(value)) != sum) return std::nullopt;
  return value;
}

void AuditCache::AddClean(const ObjectId& oid, ObjectKind kind) {
  std::lock_guard lock(mutex_);
  pending_.emplace_back(oid, kind);
  if (pending_.size() >= kBatch) FlushLocked();
}

void AuditCache::Flush() {
  std::lock_guard lock(mutex_);
  FlushLocked();
}

void AuditCache::FlushLocked() {
  if (pending_.empty()) return;
  const CleanIds batch = Sorted(std::move(pending_));
  pending_.clear();
  changed_ = true;
  AddBatch(batch);
}

void AuditCache::Finish(const End& end) {
  Flush();
  if (!BeginStep(Step::kFinish)) return;
  KnownReader known(*this);
  CleanIds kept;
  end.store([&](Bytes id) {
    std::optional<ObjectKind> kind = known.Find(id);
    if (!kind) kind = end.is_clean(id);
    end.on_id(id, kind);
    if (!kind) return;
    kept.id_bytes = id.size();
    kept.ids += AsText(id);
    kept.kinds.push_back(static_cast<char>(*kind));
    if (kept.size() < kKeptAtOnce) return;
    Keep(kept);
    kept.ids.clear();
    kept.kinds.clear();
  });
  if (!known.failed()) {
    if (kept.size() > 0) Keep(kept);
    kept = {};
    for (auto& [key, value] : end.rows()) {
      PutRow(key, value);
      value = std::string();
    }
  }
  EndStep(known.failed());
}

void AuditCache::Put(Rows rows) {
  if (!BeginStep(Step::kPut)) return;
  for (auto& [key, value] : rows) {
    PutRow(key, value);
    value = std::string();
  }
  EndStep(false);
}

void AuditCache::PutRow(std::string_view key, std::string_view value) {
  std::string first;
  if (value.size() <= kPieceBytes) {
    first.reserve(value.size() + 1);
    first.push_back(kIsWhole);
    first += value;
    PutPiece(key, 0, first);
    return;
  }
  first.push_back(kIsInPieces);
  AppendU64Le(value.size(), &first);
  first += Sha256(AsBytes(value));
  PutPiece(key, 0, first);
  for (uint32_t piece = 1; !value.empty(); ++piece) {
    PutPiece(key, piece, value.substr(0, kPieceBytes));
    value.remove_prefix(std::min(kPieceBytes, value.size()));
  }
}

bool KnownReader::has_any() {
  if (next_ == part_.size() && !at_end_) ReadMore();
  return part_.size() > 0;
}

std::optional<ObjectKind> KnownReader::Find(Bytes id) {
  for (;;) {
    for (; next_ < part_.size(); ++next_) {
      const Bytes here = part_.id(next_);
      const int order = std::memcmp(here.data(), id.data(), std::min(here.size(), id.size()));
      if (order > 0 || (order == 0 && here.size() != id.size())) return std::nullopt;
      if (order == 0) return part_.kind(next_);
    }
    if (at_end_) return std::nullopt;
    ReadMore();
  }
}

void KnownReader::ReadMore() {
  std::optional<CleanIds> more = cache_.NextKnown();
  failed_ = !more;
  at_end_ = !more || more->size() == 0;
  part_ = more ? std::move(*more) : CleanIds();
  next_ = 0;
}

}  // namespace picket
