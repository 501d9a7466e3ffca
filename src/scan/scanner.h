// Items -> workers -> one sorted result that does not depend on the number of workers.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "core/blob_source.h"
#include "core/detector.h"
#include "core/finding.h"
#include "scan/blob_scanner.h"

namespace picket {

struct Progress {
  uint64_t items_done = 0;
  uint64_t items = 0;
  uint64_t objects = 0;  // examined so far: blobs, and all else
  uint64_t blobs = 0;
  uint64_t bytes = 0;
  uint64_t findings = 0;
};

struct ScanOptions {
  // 0: one per processor that this process may use.
  unsigned threads = 0;
  OpenerFactory new_opener;
  BlobScanLimits limits;
  // Findings (and, apart, gaps) kept, or counted one by one, in the whole run: those of the objects
  // with the lowest positions. The rest is counted per object.
  size_t findings = 200'000;
  // Called for each object that has been examined and of which there is nothing to say; from any
  // worker's thread, also at once; may be empty.
  std::function<void(const BlobRef&)> on_silent;
  // Called on the caller's thread, at most every half second, and once when all is done; may be
  // empty.
  std::function<void(const Progress&)> on_progress;
  // Where there are a thousand items, small objects are looked at many at once, and by themselves
  // only where that tells to, if all detectors can do that. If one of them ends the process it is
  // not known which.
  bool together = false;
  // Once it is requested the run ends soon, and ScanResult says how much is left. The same one
  // stands in `limits`.
  std::stop_token stop = {};
};

struct ScanResult {
  // Those that have something to say, by position.
  std::vector<ScannedObject> objects;
  // Objects that could not be read at all; sorted.
  std::vector<Gap> gaps;
  // Sorted; the same words are added up.
  std::vector<Skipped> skipped;
  // The proof of work: blobs and files, and the bytes of every object that detectors saw.
  uint64_t blobs = 0;
  uint64_t bytes = 0;
  // Items that were not examined, or not to their end, when ScanOptions::stop was requested. What
  // was found in them by then is there; that they were left is no Gap of theirs.
  uint64_t left = 0;
};

// Examines every item of `source` with every detector. The caller's thread is the first worker;
// others are started only once the work has proved to be worth a thread. What a worker throws is
// thrown here after all have stopped; of several, that of the first item.
ScanResult ScanAll(const BlobSource& source, std::span<const Detector* const> detectors,
                   const ScanOptions& options);

// Adds up equal words, and counts instead of naming once a reason has more than 100 objects.
std::vector<Skipped> Aggregate(std::vector<Skipped> skipped);

}  // namespace picket
