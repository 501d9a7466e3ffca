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

  // The value of a key; nullopt where there is none, or not the whole of it.
  std::optional<std::string> Find(std::string_view key);

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
    // More that is clean: told of an id that is not known, says what it is; nullopt: it is not.
    std::function<std::optional<ObjectKind>(Bytes)> is_clean;
    // Told of every id of the store, ascending, and what it is where it is kept.
    std::function<void(Bytes, std::optional<ObjectKind>)> on_id;
    // Called after that; rows to be kept: keys and values. The first letter of a key is its kind;
    // of each kind the latest few are kept.
    std::function<Rows()> rows;
  };
  // At the end of a whole audit, in one step: all of it is there afterwards, or nothing. Holds a
  // few thousand ids at a time.
  void Finish(const End& end);
  // Adds or replaces rows, in one step.
  void Put(Rows rows);
  // Of the step that goes on. A long value is kept in pieces, so that nobody holds it a second
  // time.
  void PutRow(std::string_view key, std::string_view value);

  // What those are made of, and KnownReader. One step goes on at a time, with the file held.
  enum class Step : uint8_t {
    kLook,    // NextKnown(), until EndStep()
    kFinish,  // NextKnown(), Keep() of all that is to be known then, PutPiece(), EndStep()
    kPut,     // PutPiece(), EndStep()
  };
  // False where the step can't be done.
  virtual bool BeginStep(Step step);
  // The next ids that are known, this run's included once it is flushed: ascending and distinct
  // from call to call, none at the end; nullopt where they can't be read.
  virtual std::optional<CleanIds> NextKnown();
  // Ascending and distinct, and distinct from call to call.
  virtual void Keep(const CleanIds& ids);
  // Of a row that begins with piece 0, which takes the place of all that the key had.
  virtual void PutPiece(std::string_view key, uint32_t piece, std::string_view value);
  // nullopt where there is none.
  virtual std::optional<std::string> FindPiece(std::string_view key, uint32_t piece);
  // Of a step that changes something all is there afterwards, or, where it is given up, nothing.
  virtual void EndStep(bool gives_up);
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
  class Merger;

  AuditCache(std::string file, std::string scope);
  bool OpenFile(std::string* why);
  bool MakeTables();
  bool CheckSegments();
  void SetDamaged();
  bool WriteSegment(const CleanIds& ids);
  bool DropOldRows();
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
  // Of the step that goes on.
  Step step_ = Step::kLook;
  std::unique_ptr<Transaction> transaction_;
  std::unique_ptr<Merger> merger_;
  int64_t last_segment_ = 0;  // that was there before it
  std::string row_kinds_;

  std::mutex mutex_;  // what follows, and the database while workers add
  std::vector<std::pair<ObjectId, ObjectKind>> pending_;
};

// Which of many ids are known; asked in ascending order, it holds a few thousand at a time.
class KnownReader {
 public:
  // The step of `cache` that goes on is its own as long as it lives.
  explicit KnownReader(AuditCache& cache) : cache_(cache) {}

  // Something is known; before the first Find().
  bool has_any();
  // What the id is, where it is known.
  std::optional<ObjectKind> Find(Bytes id);
  // The end came too soon, so that what was said does not count.
  bool failed() const { return failed_; }

 private:
  void ReadMore();

  AuditCache& cache_;
  CleanIds part_;
  size_t next_ = 0;
  bool at_end_ = false;
  bool failed_ = false;
};

}  // namespace picket
