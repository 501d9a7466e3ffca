// The audit's cache for a process that may open no file: SQLite and its file stay with the keeper
// (core/door.h), which takes ids and rows in a fixed format, and checks it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/door.h"
#include "scan/audit_cache.h"

namespace picket {

class KeptCache : public AuditCache {
 public:
  // Asks for the one that was agreed on. Null where it can't be used: `why` gets a sentence.
  static std::unique_ptr<AuditCache> Open(std::string* why);

  std::optional<std::string> FindPiece(std::string_view key, uint32_t piece) override;
  bool BeginStep(Step step) override;
  std::optional<CleanIds> NextKnown() override;
  void Keep(const CleanIds& ids) override;
  void PutPiece(std::string_view key, uint32_t piece, std::string_view value) override;
  void EndStep(bool gives_up) override;
  void AddBatch(const CleanIds& batch) override;
  const std::string& trouble() const override;

 private:
  KeptCache() = default;
  mutable std::string told_trouble_;
};

// The other side. A question that makes no sense changes nothing and is an Error.
class CacheKeeper {
 public:
  // `file`, `is_ours` and `scope` are for kCacheOpen, which comes first: see CacheFile::Open.
  Answer Do(Errand errand, const std::string& file, bool is_ours, const std::string& scope,
            std::string_view question);
  // Closes the file.
  void Forget() { cache_.reset(); }

 private:
  std::unique_ptr<AuditCache> cache_;
};

}  // namespace picket
