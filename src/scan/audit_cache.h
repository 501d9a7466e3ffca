// What earlier audits of a repository found nothing in: ids and numbers only, never a finding, a
// name, or anything else that a person wrote. An SQLite file that several audits share.
//
// What is remembered holds for one scope: one way of judging (rules, limits, program) and one
// repository. Every row carries a checksum; whatever is damaged, or was written by another version,
// is set aside with a sentence, and the audit goes on without it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/blob.h"
#include "core/bytes.h"
#include "core/object_id.h"

struct sqlite3;

namespace picket {

// Ids that are known to be clean, ascending.
struct CleanIds {
  size_t id_bytes = 20;
  std::string ids;    // id_bytes each
  std::string kinds;  // one ObjectKind each

  size_t size() const { return kinds.size(); }
  Bytes id(size_t index) const { return AsBytes(ids).subspan(index * id_bytes, id_bytes); }
  ObjectKind kind(size_t index) const { return static_cast<ObjectKind>(kinds[index]); }
};

class AuditCache {
 public:
  // Calls its argument for every id of a store, ascending, each once.
  using EachId = std::function<void(const std::function<void(Bytes)>&)>;

  // Opens or makes `file`; its folder exists. `scope` is 32 bytes. Null where it can't be used:
  // `why` gets a sentence. A file that is damaged or of another version is renamed, which `why`
  // tells too; one that is no cache at all is renamed only where `is_ours` says that the name is
  // picket's own.
  static std::unique_ptr<AuditCache> Open(const std::string& file, bool is_ours,
                                          const std::string& scope, std::string* why);
  virtual ~AuditCache();
  AuditCache(const AuditCache&) = delete;
  AuditCache& operator=(const AuditCache&) = delete;

  // What was found clean, this run's included once it is flushed; nothing where it can't be read.
  virtual CleanIds Load();
  // The value of a key; nullopt where there is none.
  virtual std::optional<std::string> Find(std::string_view key);

  // Nothing is to be said of this object. From any thread; written from time to time, so that an
  // audit that is interrupted goes on where it was.
  void AddClean(const ObjectId& oid, ObjectKind kind);
  void Flush();
  // False while every object that was added had been known, and nothing else was put.
  bool changed() const { return changed_; }

  using Rows = std::vector<std::pair<std::string, std::string>>;

  struct End {
    // The objects of the store: of what is known, only they are kept.
    EachId store;
    // More that is clean.
    std::vector<std::pair<ObjectId, ObjectKind>> clean;
    // Called with what is known in the end; returns rows to be kept: keys and values. The first
    // letter of a key is its kind; of each kind the latest few are kept.
    std::function<Rows(const CleanIds&)> rows;
  };
  // At the end of a whole audit, in one step: all of it is there afterwards, or nothing.
  void Finish(End end);
  // Adds or replaces rows, in one step.
  virtual void Put(const Rows& rows);

  // Finish() in its two steps: what is known, with the file held until EndFinish() says what stays.
  // nullopt where it can't be had.
  virtual std::optional<CleanIds> BeginFinish();
  virtual void EndFinish(const CleanIds& kept, const Rows& rows);
  // Ascending and distinct.
  virtual void AddBatch(const CleanIds& batch);

  // A sentence about what went wrong since it was opened; "" for nothing. What was not written is
  // examined again the next time.
  virtual const std::string& trouble() const { return trouble_; }

 protected:
  // Without a file: for one that is kept elsewhere.
  AuditCache();

 private:
  class Statement;
  class Transaction;

  AuditCache(std::string file, std::string scope);
  bool OpenFile(std::string* why);
  bool MakeTables();
  CleanIds LoadSegments();
  bool WriteSegment(const CleanIds& ids);
  bool WriteRow(const std::string& key, const std::string& value);
  bool DropOldRows(std::string_view kinds);
  void DropOldScopes();
  void Fail();
  void FlushLocked();

  std::string file_;
  std::string scope_;
  sqlite3* database_ = nullptr;
  std::string trouble_;
  bool is_open_ = false;  // and known to be a cache
  bool failed_ = false;
  bool changed_ = false;
  std::unique_ptr<Transaction> finishing_;

  std::mutex mutex_;  // what follows, and the database while workers add
  std::vector<std::pair<ObjectId, ObjectKind>> pending_;
};

}  // namespace picket
