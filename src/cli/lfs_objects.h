// Objects of Git LFS at a gate and in an audit: while blobs are scanned their pointers are noted,
// then what they point to is found, verified and scanned like any file.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "cli/engine.h"
#include "core/blob_source.h"
#include "git/lfs_memory.h"
#include "git/lfs_store.h"
#include "git/lfs_watch.h"
#include "git/object_source.h"
#include "git/repository.h"
#include "scan/policy.h"
#include "scan/prior.h"
#include "scan/scanner.h"

namespace picket {

class LfsObjects {
 public:
  // All must outlive this. `source` yields the objects of `list`, by position.
  LfsObjects(const Repository& repository, const Policy& policy, Gate gate,
             const BlobSource& source, const ObjectList& list, bool require_complete = false);

  // What is scanned first.
  const BlobSource& source() const { return watch_; }
  bool IsPointer(uint64_t position) const { return watch_.IsPointer(position); }

  // Once, when that is done: scans what the pointers point to, and adds what it says to `scan`, at
  // the positions of the pointers. `options` are those of the first scan.
  void Examine(const Engine& engine, const ScanOptions& options, ScanResult* scan);
  // Today's rules over a blob that stood in a parent, and over the object that it points to.
  Rescan RescanWith(BlobScanner* scanner);
  // How many pointers were met.
  size_t count() const { return met_.size(); }
  // Sentences for the report.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  class Source;
  class Reader;

  // Those of the policy and of the repository; opened when the first pointer is met.
  const LfsStores& stores();
  // Whether `found` is what `pointer` says; `said` gets the finding where it is not.
  bool Verify(const LfsFound& found, const LfsPointer& pointer, Bytes bytes, Finding* said);
  void Say(const MetPointer& met, Finding finding) const;

  const Repository& repository_;
  const Policy& policy_;
  Gate gate_;
  const ObjectList& list_;
  bool require_complete_;
  LfsWatch watch_;
  std::once_flag opened_;
  std::optional<LfsStores> stores_;
  std::optional<LfsMemory> memory_;
  const FingerprintKey* key_ = nullptr;
  std::stop_token stop_;
  std::vector<MetPointer> met_;
  mutable std::mutex mutex_;
  mutable std::vector<ScannedObject> said_;
  std::vector<std::string> notes_;
};

}  // namespace picket
