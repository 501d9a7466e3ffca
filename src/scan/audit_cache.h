// What earlier audits of a repository found nothing in: ids and numbers only, never a finding, a
// name, or anything else that a person wrote. It is a file (scan/cache_file.h), which a process
// that may open none asks its keeper for (scan/kept_cache.h).
//
// What is remembered holds for one scope: one way of judging (rules, limits, program) and one
// repository.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "core/object_id.h"
#include "scan/clean_ids.h"

namespace picket {

class AuditCache {
 public:
  // Calls its argument for every id of a store, ascending, each once.
  using EachId = std::function<void(const std::function<void(Bytes)>&)>;

  virtual ~AuditCache() = default;
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
  virtual bool BeginStep(Step step) = 0;
  // The next ids that are known, this run's included once it is flushed: distinct from call to
  // call too, none at the end; nullopt where they can't be read.
  virtual std::optional<CleanIds> NextKnown() = 0;
  // Distinct from call to call too.
  virtual void Keep(const CleanIds& ids) = 0;
  // Of a row that begins with piece 0, which takes the place of all that the key had.
  virtual void PutPiece(std::string_view key, uint32_t piece, std::string_view value) = 0;
  // nullopt where there is none.
  virtual std::optional<std::string> FindPiece(std::string_view key, uint32_t piece) = 0;
  // Of a step that changes something all is there afterwards, or, where it is given up, nothing.
  virtual void EndStep(bool gives_up) = 0;
  // From one thread at a time, and not while a step goes on.
  virtual void AddBatch(const CleanIds& batch) = 0;

  // A sentence about what went wrong since it was opened; "" for nothing. What was not written is
  // examined again the next time.
  virtual const std::string& trouble() const = 0;

 protected:
  AuditCache() = default;

 private:
  void FlushLocked();

  bool changed_ = false;

  std::mutex mutex_;  // what follows, and AddBatch
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
