#include "scan/kept_cache.h"

#include <cerrno>
#include <utility>

#include "core/byte_reader.h"
#include "core/byte_writer.h"
#include "core/error.h"
#include "scan/cache_file.h"

namespace picket {
namespace {

std::string TakeText(ByteReader* reader) {
  return std::string(AsText(reader->Take(reader->U64Le())));
}

void PutIds(const CleanIds& ids, std::string* out) {
  AppendU64Le(ids.id_bytes, out);
  AppendSized(ids.ids, out);
  AppendSized(ids.kinds, out);
}

bool TakeIds(ByteReader* reader, CleanIds* ids) {
  ids->id_bytes = reader->U64Le();
  ids->ids = TakeText(reader);
  ids->kinds = TakeText(reader);
  return reader->ok() && AreCleanIds(ids->id_bytes, ids->ids, ids->kinds);
}

[[noreturn]] void Refuse() {
  throw Error(
      "The cache of the audit was asked in a way in which nobody asks it, so that nothing was "
      "judged; please report this as a defect.");
}

uint32_t TakePiece(ByteReader* reader) {
  const uint64_t piece = reader->U64Le();
  if (!reader->ok() || piece > UINT32_MAX) Refuse();
  return static_cast<uint32_t>(piece);
}

}  // namespace

std::unique_ptr<AuditCache> KeptCache::Open(std::string* why) {
  const Answer answer = TheDoor().Ask(Errand::kCacheOpen, "");
  *why = answer.text;
  if (answer.error != 0) return nullptr;
  return std::unique_ptr<AuditCache>(new KeptCache);
}

std::optional<std::string> KeptCache::FindPiece(std::string_view key, uint32_t piece) {
  std::string question;
  AppendU64Le(piece, &question);
  question += key;
  Answer answer = TheDoor().Ask(Errand::kCacheFind, question);
  if (answer.error != 0) return std::nullopt;
  return std::move(answer.text);
}

bool KeptCache::BeginStep(Step step) {
  return TheDoor().Ask(Errand::kCacheBegin, std::string(1, static_cast<char>(step))).error == 0;
}

std::optional<CleanIds> KeptCache::NextKnown() {
  const Answer answer = TheDoor().Ask(Errand::kCacheNext, "");
  ByteReader reader(AsBytes(answer.text));
  CleanIds ids;
  if (answer.error != 0 || !TakeIds(&reader, &ids)) return std::nullopt;
  return ids;
}

void KeptCache::Keep(const CleanIds& ids) {
  std::string question;
  PutIds(ids, &question);
  TheDoor().Ask(Errand::kCacheKeep, question);
}

void KeptCache::PutPiece(std::string_view key, uint32_t piece, std::string_view value) {
  std::string question;
  question.reserve(2 * sizeof(uint64_t) + key.size() + value.size());
  AppendU64Le(piece, &question);
  AppendSized(key, &question);
  question += value;
  TheDoor().Ask(Errand::kCacheRow, question);
}

void KeptCache::EndStep(bool gives_up) { TheDoor().Ask(Errand::kCacheEnd, gives_up ? "x" : ""); }

void KeptCache::AddBatch(const CleanIds& batch) {
  std::string question;
  PutIds(batch, &question);
  TheDoor().Ask(Errand::kCacheAdd, question);
}

const std::string& KeptCache::trouble() const {
  told_trouble_ = TheDoor().Ask(Errand::kCacheTrouble, "").text;
  return told_trouble_;
}

Answer CacheKeeper::Do(Errand errand, const std::string& file, bool is_ours,
                       const std::string& scope, std::string_view question) {
  Answer answer;
  if (errand == Errand::kCacheOpen) {
    if (file.empty()) Refuse();
    cache_ = CacheFile::Open(file, is_ours, scope, &answer.text);
    answer.error = cache_ == nullptr ? ENOENT : 0;
    return answer;
  }
  if (cache_ == nullptr) Refuse();
  ByteReader reader(AsBytes(question));
  CleanIds ids;
  switch (errand) {
    case Errand::kCacheFind: {
      const uint32_t piece = TakePiece(&reader);
      if (std::optional<std::string> value =
              cache_->FindPiece(AsText(reader.Take(reader.remaining())), piece)) {
        answer.text = std::move(*value);
      } else {
        answer.error = ENOENT;
      }
      return answer;
    }
    case Errand::kCacheAdd:
      if (!TakeIds(&reader, &ids) || !reader.at_end()) Refuse();
      cache_->AddBatch(ids);
      return answer;
    case Errand::kCacheBegin: {
      const uint8_t step = reader.U8();
      if (!reader.ok() || !reader.at_end() || step > static_cast<uint8_t>(AuditCache::Step::kPut))
        Refuse();
      answer.error = cache_->BeginStep(static_cast<AuditCache::Step>(step)) ? 0 : ENOENT;
      return answer;
    }
    case Errand::kCacheNext:
      if (const std::optional<CleanIds> known = cache_->NextKnown()) {
        PutIds(*known, &answer.text);
      } else {
        answer.error = ENOENT;
      }
      return answer;
    case Errand::kCacheKeep:
      if (!TakeIds(&reader, &ids) || !reader.at_end()) Refuse();
      cache_->Keep(ids);
      return answer;
    case Errand::kCacheRow: {
      const uint32_t piece = TakePiece(&reader);
      const std::string_view key = AsText(reader.Take(reader.U64Le()));
      if (!reader.ok() || key.empty()) Refuse();
      cache_->PutPiece(key, piece, AsText(reader.Take(reader.remaining())));
      return answer;
    }
    case Errand::kCacheEnd:
      if (!question.empty() && question != "x") Refuse();
      cache_->EndStep(!question.empty());
      return answer;
    case Errand::kCacheTrouble: answer.text = cache_->trouble(); return answer;
    default: break;
  }
  Refuse();
}

}  // namespace picket
