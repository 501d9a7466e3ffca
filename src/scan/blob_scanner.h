// Everything that is said about one outermost blob: its findings and those of what stands inside
// it, at places in the outermost blob wherever they can be told.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "contents/expander.h"
#include "core/blob.h"
#include "core/detector.h"
#include "core/finding.h"
#include "core/fingerprint.h"
#include "core/sieve.h"
#include "scan/inline_mark.h"

namespace picket {

// Opens a blob into its children, one level down: the seam to contents/expander.h, which has one
// implementation in the product (scan/expander_opener.h). One thread's own.
class Opener {
 public:
  virtual ~Opener() = default;
  // Fills the budget again; called before each outermost blob.
  virtual void Reset() = 0;
  // Expander::ExpandInstead().
  virtual bool OpenInstead(const Blob& blob, FindingSink& sink, ChildVisitor& visitor) = 0;
  virtual void Open(const Blob& blob, std::span<const EncodedHint> hints, FindingSink& sink,
                    ChildVisitor& visitor, bool instead) = 0;
};

// Called once per thread; safe from several at once. An empty one opens nothing.
using OpenerFactory = std::function<std::unique_ptr<Opener>()>;

struct BlobScanLimits {
  // Findings kept in full per blob and tier; the rest is counted, never dropped in silence.
  size_t findings = 1000;
  // Distinct findings that are counted one by one beyond those; of the rest only the number is
  // known.
  size_t counted = 50'000;
  // Gaps kept per blob; the last of them says how many more there were.
  size_t gaps = 100;
  // Marks of encoded text kept per view; more of them is a gap.
  size_t hints = 65'536;
  // Levels of content inside content; deeper is a gap.
  int depth = 8;
  // For what the opener finds, which has no key: it gets the fingerprint of the file that it speaks
  // of, as a weight finding has it. Null: none. Outlives the scanner.
  const FingerprintKey* key = nullptr;
  // Once it is requested, a blob is left where it is: what was found in it stays.
  std::stop_token stop = {};
};

struct ScannedFinding {
  Finding finding;
  // `span` and `match` lie in the outermost blob. False in a compressed member: they lie in it.
  bool in_outermost = true;
  // The member's name ends with a line that a person sees (Origin::sections).
  bool names_line = false;
  // What comments beside it say; for secrets in the text of a file.
  InlineMarks marks;
};

// A finding over BlobScanLimits::findings: what it is, without message and place.
struct CountedFinding {
  Finding finding;
  uint64_t count = 0;
};

// What one object said. Only objects that say something are kept.
struct ScannedObject {
  uint64_t position = 0;  // BlobRef::position
  ObjectKind kind = ObjectKind::kBlob;
  ObjectId oid;
  // A NUL stands in the first 8 KiB: no lines, no columns.
  bool binary = false;
  // Sorted by offset, then rule.
  std::vector<ScannedFinding> findings;
  std::vector<Gap> gaps;
  // Matches over BlobScanLimits::findings: their number in all, and each distinct one - by rule,
  // fingerprint and subject, sorted - as far as BlobScanLimits::counted goes.
  uint64_t precise_overflow = 0;
  uint64_t contextual_overflow = 0;
  std::vector<CountedFinding> counted;

  bool silent() const {
    return findings.empty() && gaps.empty() && precise_overflow == 0 && contextual_overflow == 0;
  }
  // Matches of `tier` of which nothing but the number is known.
  uint64_t uncounted(Tier tier) const;
};

// One thread's own: the sessions of all detectors and an opener.
class BlobScanner {
 public:
  // The detectors outlive this.
  BlobScanner(std::span<const Detector* const> detectors, const OpenerFactory& new_opener,
              const BlobScanLimits& limits);

  // `derivation` may be null. Throws only where the run can't go on.
  ScannedObject Scan(const Blob& blob, const Derivation* derivation);
  // Whether all detectors can tell of many blobs at once.
  bool can_sift() const { return sieves_.size() == sessions_.size(); }
  // Only where it can. Sets (*speaks)[i] for each blob of the group of which Scan() may have
  // something to say, and clears it for all others; there are as many as blobs.
  void Sift(const BlobGroup& group, std::vector<bool>* speaks);

 private:
  class View;
  struct Tally;

  std::vector<std::unique_ptr<Session>> sessions_;
  std::vector<Sieve*> sieves_;  // those of the sessions that are one
  std::unique_ptr<Opener> opener_;
  BlobScanLimits limits_;
};

// True when a NUL stands in the first 8 KiB: Git's own idea of binary content.
bool IsBinary(Bytes bytes);

}  // namespace picket
