#include "weights/pickle_scan.h"

#include <algorithm>
#include <cstring>
#include <set>

#include "weights/pickle_opcodes.h"

namespace picket {
namespace {

constexpr int kMaxDepth = 4;
constexpr uint64_t kSpareOpcodes = uint64_t{1} << 16;
constexpr size_t kMaxStreams = 4096;
constexpr uint64_t kConvincingOpcodes = 8;
constexpr std::string_view kZipMagic = "PK\x03\x04";

bool HasProto(Bytes bytes, uint64_t at) {
  return bytes.size() - at >= 2 && bytes[at] == kOpProto && bytes[at + 1] <= 5;
}

bool HasEvidence(const PickleStream& stream) {
  return std::any_of(stream.globals.begin(), stream.globals.end(), [](const JudgedGlobal& global) {
    return global.importable && (global.called() || global.verdict == ImportVerdict::kDangerous);
  });
}

bool LooksUp(const PickleStream& stream, bool importable) {
  return std::any_of(stream.globals.begin(), stream.globals.end(), [&](const JudgedGlobal& global) {
    return importable ? global.importable : global.printable;
  });
}

bool Claims(const PickleStream& stream, Bytes bytes, PickleSuspicion suspicion) {
  if (suspicion == PickleSuspicion::kRouted || HasEvidence(stream)) return true;
  bool proto = HasProto(bytes, stream.start);
  if (!proto && suspicion == PickleSuspicion::kNone) return false;
  if (LooksUp(stream, false)) return true;
  // Nothing but opcodes up to where the data ends: cut off.
  bool named = suspicion == PickleSuspicion::kNamed;
  bool cut = stream.ending == PickleEnd::kFailed && stream.end == bytes.size();
  if (stream.ending != PickleEnd::kStop) return proto && named && cut;
  return proto || stream.end == bytes.size() || stream.opcodes >= kConvincingOpcodes;
}

using GlobalKey = std::tuple<std::string, std::string, uint16_t>;

std::set<GlobalKey> KeysOf(const PickleMachine& machine) {
  std::set<GlobalKey> keys;
  for (const PickleGlobal& global : machine.globals()) {
    keys.insert({global.module, global.name, global.uses});
  }
  return keys;
}

std::string GapOf(const PickleStream& stream) {
  std::string gap = "the pickle at offset " + std::to_string(stream.start) +
                    " can't be read beyond offset " + std::to_string(stream.end) + ": " +
                    stream.reason;
  for (const JudgedGlobal& global : stream.globals) {
    if (global.canonical == "joblib.numpy_pickle.NumpyArrayWrapper") {
      return gap + " (joblib keeps array bytes there, which are not followed)";
    }
  }
  return gap;
}

}  // namespace

bool PickleScanner::MayBegin(Bytes bytes, uint64_t start) {
  return start < bytes.size() && PickleMachine::CanStart(bytes[start]);
}

// The judge of one stream, which has the pickles that stand between its opcodes read too.
class PickleScanner::StreamJudge : public PickleJudge {
 public:
  StreamJudge(PickleScanner& scanner, Bytes bytes, int depth)
      : PickleJudge(scanner.imports_), scanner_(scanner), bytes_(bytes), depth_(depth) {}

  std::optional<uint64_t> OnNested(uint64_t offset) override {
    if (depth_ >= kMaxDepth || nested_streams_.size() >= kMaxStreams) return std::nullopt;
    PickleStream stream = scanner_.ReadStream(bytes_, offset, depth_ + 1);
    bool whole = stream.ending == PickleEnd::kStop;
    uint64_t end = stream.end;
    nested_streams_.push_back(std::move(stream));
    return whole ? std::optional<uint64_t>(end) : std::nullopt;
  }

  // Hands over what was met in them.
  void MoveInto(PickleStream& stream) {
    for (PickleStream& nested : nested_streams_) {
      stream.computed_call = stream.computed_call || nested.computed_call;
      if (stream.disagreement.empty() && !nested.disagreement.empty()) {
        stream.disagreement = nested.disagreement;
        stream.disagreement_offset = nested.disagreement_offset;
      }
      stream.globals.insert(stream.globals.end(), std::make_move_iterator(nested.globals.begin()),
                            std::make_move_iterator(nested.globals.end()));
    }
  }

 private:
  PickleScanner& scanner_;
  Bytes bytes_;
  int depth_;
  std::vector<PickleStream> nested_streams_;
};

PickleScanner::PickleScanner(const ImportSource& imports) : imports_(imports) {}

PickleMachine& PickleScanner::MachineAt(int depth) {
  auto index = static_cast<size_t>(depth);
  if (machines_.size() <= index) machines_.resize(index + 1);
  if (!machines_[index]) machines_[index] = std::make_unique<PickleMachine>();
  return *machines_[index];
}

PickleStream PickleScanner::ReadStream(Bytes bytes, uint64_t start, int depth) {
  StreamJudge judge(*this, bytes, depth);
  PickleMachine& machine = MachineAt(depth);
  PickleStream stream;
  stream.start = start;
  auto run = [&](FrameRule frames) {
    machine.StopWith(stop_);
    PickleRun result = machine.Run(bytes, start, frames, opcodes_left_, judge);
    if (frames == FrameRule::kLinear && result.joblib) {
      judge.CollectBeyond(machine, result.joblib_offset);
    } else {
      judge.Collect(machine);
    }
    opcodes_left_ -= std::min(opcodes_left_, result.opcodes);
    return result;
  };
  PickleRun linear = run(FrameRule::kLinear);
  // Behind the first array, only joblib reads what was written.
  if (linear.joblib) linear = run(FrameRule::kJoblib);
  stream.arrays = machine.arrays();
  stream.end = linear.offset;
  stream.ending = linear.end;
  stream.reason = linear.reason;
  stream.opcodes = linear.opcodes;
  stream.computed_call = linear.computed_call;
  stream.computed_call_offset = linear.computed_call_offset;
  if (linear.disagreement) {
    stream.disagreement = linear.divergence;
    stream.disagreement_offset = linear.divergence_offset;
  }
  if (linear.straddled) {
    std::set<GlobalKey> before = KeysOf(machine);
    PickleRun dropped = run(FrameRule::kDropTail);
    if (KeysOf(machine) != before) {
      stream.disagreement = "an opcode crosses the end of a frame";
      stream.disagreement_offset = start;
    }
    if (dropped.end == PickleEnd::kLimit) {
      stream.ending = PickleEnd::kLimit;
      stream.reason = dropped.reason;
    }
    if (dropped.computed_call && !stream.computed_call) {
      stream.computed_call = true;
      stream.computed_call_offset = dropped.computed_call_offset;
    }
  }
  stream.globals = judge.Globals();
  judge.MoveInto(stream);
  if (!judge.nested().empty()) ReadNested(bytes, judge.nested(), stream, depth);
  return stream;
}

// The bytes that torch.storage._load_from_bytes is given are a torch file: legacy ones are read
// here, all five pickles and whatever else follows; anything else leaves the call unknown.
void PickleScanner::ReadNested(Bytes bytes, const std::vector<Span>& spans, PickleStream& stream,
                               int depth) {
  std::set<Span> read;
  bool examined = true;
  std::vector<JudgedGlobal> found;
  for (const Span& span : spans) {
    if (!read.insert(span).second) continue;
    Bytes inner = bytes.subspan(span.offset, span.length);
    if (depth >= kMaxDepth || AsText(inner).starts_with(kZipMagic)) {
      examined = false;
      break;
    }
    uint64_t at = 0;
    for (int i = 0; i < 5 && examined; ++i) {
      if (!MayBegin(inner, at)) {
        examined = false;
        break;
      }
      PickleStream nested = ReadStream(inner, at, depth + 1);
      examined = nested.ending == PickleEnd::kStop && nested.disagreement.empty();
      stream.computed_call = stream.computed_call || nested.computed_call;
      at = nested.end;
      for (JudgedGlobal& global : nested.globals) {
        global.offset += span.offset;
        found.push_back(std::move(global));
      }
    }
    if (!examined) break;
  }
  for (JudgedGlobal& global : stream.globals) {
    if (!examined && global.canonical == "torch.storage._load_from_bytes") {
      global.verdict = std::max(global.verdict, ImportVerdict::kUnknown);
    }
  }
  stream.globals.insert(stream.globals.end(), std::make_move_iterator(found.begin()),
                        std::make_move_iterator(found.end()));
}

void PickleScanner::ReadFurther(Bytes bytes, PickleScan& scan) {
  bool claimed = scan.claimed;
  uint64_t at = scan.streams.back().end;
  bool behind_stop = scan.streams.back().ending == PickleEnd::kStop;
  bool in_a_row = behind_stop;
  while (at < bytes.size()) {
    if (!behind_stop) {
      if (!claimed) return;
      const void* hit = std::memchr(bytes.data() + at, kOpProto, bytes.size() - at);
      if (hit == nullptr) return;
      at = static_cast<uint64_t>(static_cast<const uint8_t*>(hit) - bytes.data());
    }
    bool proto = HasProto(bytes, at);
    bool tried = proto || (behind_stop && MayBegin(bytes, at));
    behind_stop = false;
    if (!tried) {
      in_a_row = false;
      // What stands here begins no stream; from now on only PROTO does.
      if (bytes[at] == kOpProto) ++at;
      continue;
    }
    if (scan.streams.size() >= kMaxStreams) {
      scan.gaps.push_back("it holds more than 4,096 pickles");
      return;
    }
    PickleStream stream = ReadStream(bytes, at, 0);
    bool stopped = stream.ending == PickleEnd::kStop;
    if (stream.ending == PickleEnd::kLimit) {
      scan.gaps.push_back(GapOf(stream));
      scan.streams.push_back(std::move(stream));
      return;
    }
    bool counts = HasEvidence(stream) || (proto && stopped && LooksUp(stream, true));
    claimed = claimed || counts;
    if (stopped) {
      if (in_a_row) ++scan.complete;
      behind_stop = true;
      at = stream.end;
      if (counts) scan.streams.push_back(std::move(stream));
    } else {
      ++at;
      in_a_row = false;
      if (counts) {
        scan.gaps.push_back(GapOf(stream));
        scan.streams.push_back(std::move(stream));
      }
    }
  }
}

PickleScan PickleScanner::Scan(Bytes bytes, uint64_t start, PickleSuspicion suspicion) {
  PickleScan scan;
  bool routed = suspicion == PickleSuspicion::kRouted;
  if (!routed && !MayBegin(bytes, start)) return scan;
  // Every opcode takes a byte, so the budget covers three readers of the whole and then some.
  opcodes_left_ = 4 * static_cast<uint64_t>(bytes.size()) + kSpareOpcodes;
  PickleStream first = ReadStream(bytes, std::min<uint64_t>(start, bytes.size()), 0);
  scan.claimed = Claims(first, bytes, suspicion);
  if (first.ending == PickleEnd::kLimit || (scan.claimed && first.ending != PickleEnd::kStop)) {
    scan.gaps.push_back(GapOf(first));
  }
  if (!scan.claimed && first.ending != PickleEnd::kStop) return scan;
  scan.complete = first.ending == PickleEnd::kStop ? 1 : 0;
  scan.streams.push_back(std::move(first));
  ReadFurther(bytes, scan);
  // A stream too short to be a claim of its own ("N.") does not hide what a second load() reads.
  scan.claimed = scan.claimed || scan.streams.size() > 1;
  if (!scan.claimed) scan.streams.clear();
  return scan;
}

}  // namespace picket
