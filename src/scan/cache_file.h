// The audit's cache as an SQLite file that several audits share. Every row carries a checksum;
// whatever is damaged, or was written by another version, is set aside with a sentence, and the
// audit goes on without it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "scan/audit_cache.h"

struct sqlite3;

namespace picket {

class CacheFile : public AuditCache {
 public:
  // Opens or makes `file`; its folder exists. `scope` is 32 bytes. Null where it can't be used:
  // `why` gets a sentence. A file that is damaged or of another version is renamed, which `why`
  // tells too; one that is no cache at all is renamed only where `is_ours` says that the name is
  // picket's own.
  static std::unique_ptr<AuditCache> Open(const std::string& file, bool is_ours,
                                          const std::string& scope, std::string* why);
  ~CacheFile() override;

  bool BeginStep(Step step) override;
  std::optional<CleanIds> NextKnown() override;
  void Keep(const CleanIds& ids) override;
  void PutPiece(std::string_view key, uint32_t piece, std::string_view value) override;
  std::optional<std::string> FindPiece(std::string_view key, uint32_t piece) override;
  void EndStep(bool gives_up) override;
  void AddBatch(const CleanIds& batch) override;
  const std::string& trouble() const override { return trouble_; }

 private:
  class Statement;
  class Transaction;
  class Merger;

  CacheFile(std::string file, std::string scope);
  bool OpenFile(std::string* why);
  bool MakeTables();
  bool CheckSegments();
  void SetDamaged();
  bool WriteSegment(const CleanIds& ids);
  bool DropOldRows();
  void DropOldScopes();
  void Fail();

  std::string file_;
  std::string scope_;
  sqlite3* database_ = nullptr;
  std::string trouble_;
  bool is_open_ = false;  // and known to be a cache
  bool failed_ = false;
  // Of the step that goes on.
  Step step_ = Step::kLook;
  std::unique_ptr<Transaction> transaction_;
  std::unique_ptr<Merger> merger_;
  int64_t last_segment_ = 0;  // that was there before it
  std::string row_kinds_;
};

}  // namespace picket
