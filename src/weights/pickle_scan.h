// Finds and reads the pickles of one blob: what claims to be one, one stream behind the other,
// every reader of readers.def.
//
// What is claimed as a pickle. Evidence is a global whose module and name are identifiers and that
// is called, changed, or known dangerous.
//   - Without PROTO (0x80 0x00..0x05) at the start, a route or a weight's name: only with evidence,
//     in the stream that begins at the start. Honest text "looks up" names all the time.
//   - With PROTO: any lookup of a printable name, or a STOP that is reached.
//   - With a weight's name (.pt, .pkl, .bin ...): any lookup of a printable name, or a STOP that is
//     reached at the end of the file or after eight opcodes or more. With both name and PROTO, also
//     a stream of opcodes that the end of the file cuts off.
//   - With a route (a loader reads this as a pickle): always.
// Firmware, GGML and other binaries named .bin look nothing up and stop at no STOP, so they are not
// claimed. A claimed stream that no reader can follow to STOP is a gap; so is a stream, claimed or
// not, on which the machine gave up, because what follows was not looked at.
//
// Behind STOP, of a claimed stream or not, the next byte may begin another stream, and PROTO
// anywhere behind a claimed stream may; those count with evidence only (with PROTO and STOP: with
// any importable lookup), since tensors, padding and array bytes stand there too.
//
// Not found: a stream without PROTO that begins at neither place, and one that begins with PERSID
// (no reader of the table gets beyond it, and "P" begins every zip file). A sequence of extension
// codes is no evidence: what they stand for is the loader's own registry.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "weights/pickle_judge.h"
#include "weights/pickle_machine.h"

namespace picket {

enum class PickleSuspicion : uint8_t { kNone, kNamed, kRouted };

struct PickleStream {
  uint64_t start = 0;  // in the blob
  uint64_t end = 0;    // behind STOP, or where reading ended
  PickleEnd ending = PickleEnd::kFailed;
  // A clause, where `ending` is not kStop.
  std::string reason;
  std::vector<JudgedGlobal> globals;
  // Readers part ways: a clause and where; empty when they agree.
  std::string disagreement;
  uint64_t disagreement_offset = 0;
  bool computed_call = false;
  uint64_t computed_call_offset = 0;
  uint64_t opcodes = 0;
  // Where joblib keeps array bytes in it, in order.
  std::vector<Span> arrays;
};

struct PickleScan {
  bool claimed = false;
  // How many streams in a row, from the start on, were read to STOP.
  uint64_t complete = 0;
  std::vector<PickleStream> streams;
  // Clauses that complete "could not be examined: ".
  std::vector<std::string> gaps;
};

// One thread's own.
class PickleScanner {
 public:
  // `imports` outlives the scanner.
  explicit PickleScanner(const ImportSource& imports);

  // The cheap question: false when no stream can begin at `start` of `bytes`.
  static bool MayBegin(Bytes bytes, uint64_t start);

  const ImportSource& imports() const { return imports_; }

  // Once it is requested, what runs gives up soon, and says so as a gap.
  void StopWith(std::stop_token stop) { stop_ = std::move(stop); }

  PickleScan Scan(Bytes bytes, uint64_t start, PickleSuspicion suspicion);
  // The stream at `start` alone, which a loader reads as a pickle. It takes from the budget of the
  // last Scan.
  PickleStream ScanOne(Bytes bytes, uint64_t start) { return ReadStream(bytes, start, 0); }

 private:
  class StreamJudge;
  PickleMachine& MachineAt(int depth);
  PickleStream ReadStream(Bytes bytes, uint64_t start, int depth);
  void ReadNested(Bytes bytes, const std::vector<Span>& spans, PickleStream& stream, int depth);
  void ReadFurther(Bytes bytes, PickleScan& scan);

  const ImportSource& imports_;
  // One for each depth of nesting, made when it is first needed.
  std::vector<std::unique_ptr<PickleMachine>> machines_;
  uint64_t opcodes_left_ = 0;
  std::stop_token stop_;
};

}  // namespace picket
