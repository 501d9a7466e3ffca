// The opcodes of a pickle, for people.
#include <algorithm>
#include <memory>

#include "weights/explain.h"
#include "weights/pickle_machine.h"
#include "weights/pickle_operand.h"
#include "weights/pickle_trail.h"
#include "weights/pickle_value.h"

namespace picket {

using namespace pickle_value;

namespace {

constexpr size_t kStackShown = 4;
constexpr int kMaxNested = 4;

class Lister : public PickleObserver {
 public:
  // `lines` are left for this pickle and those inside it.
  Lister(Bytes bytes, int nesting, uint64_t& lines, const OnDisassembled& line)
      : bytes_(bytes), nesting_(nesting), lines_(lines), line_(line) {
    machine_.set_tracing(true);
  }

  PickleRun Run(uint64_t start, FrameRule frames) {
    frames_ = frames;
    return machine_.Run(bytes_, start, frames, uint64_t{bytes_.size()} + 1, *this);
  }

  bool OnGlobal(uint32_t, const PickleGlobal&) override { return false; }
  void OnCall(const PickleCall&) override {}

  std::optional<uint64_t> OnNested(uint64_t offset) override {
    if (nesting_ >= kMaxNested) return std::nullopt;
    auto inner = std::make_unique<Lister>(bytes_, nesting_ + 1, lines_, line_);
    PickleRun run = inner->Run(offset, frames_);
    if (run.end != PickleEnd::kStop) return std::nullopt;
    return run.offset;
  }

  void OnOpcode(uint64_t offset) override {
    if (lines_ == 0) return;
    --lines_;
    DisassembledOpcode line;
    line.offset = offset;
    line.opcode = PickleOpcodeName(bytes_[offset]);
    line.operand = PickleOperandText(bytes_[offset], PickleOperand(bytes_, offset));
    line.stack = machine_.StackTop(kStackShown);
    line_(line);
  }

 private:
  Bytes bytes_;
  int nesting_;
  uint64_t& lines_;
  const OnDisassembled& line_;
  FrameRule frames_ = FrameRule::kLinear;
  PickleMachine machine_;
};

}  // namespace

std::optional<uint32_t> PickleMachine::top_global() const {
  if (stack_.size() <= fence_) return std::nullopt;
  uint64_t kind = KindOf(stack_.back());
  if (kind != kGlobal && kind != kResult) return std::nullopt;
  return static_cast<uint32_t>(PayloadOf(stack_.back()));
}

std::vector<std::string> PickleMachine::StackTop(size_t count) const {
  uint64_t from =
      stack_.size() -
      std::min<uint64_t>(count, stack_.size() - std::min<uint64_t>(fence_, stack_.size()));
  std::vector<std::string> words;
  for (uint64_t i = from; i < stack_.size(); ++i) {
    Value value = stack_[i];
    auto named = [&] {
      const PickleGlobal& global = globals_[PayloadOf(value)];
      return global.computed
                 ? std::string("a computed name")
                 : EscapePickleText(global.module) + "." + EscapePickleText(global.name);
    };
    switch (KindOf(value)) {
      case kGlobal: words.push_back("global " + named()); break;
      case kResult: words.push_back("result of " + named()); break;
      case kTuple: words.push_back("tuple of " + std::to_string(SizeOf(value))); break;
      case kBytes: words.push_back(std::to_string(SizeOf(value)) + " bytes"); break;
      case kLongBytes:
        words.push_back(std::to_string(long_bytes_[PayloadOf(value)].length) + " bytes");
        break;
      case kNumber:
        words.push_back(PayloadOf(value) == 0 ? std::string("number")
                                              : "number " + std::to_string(PayloadOf(value) - 1));
        break;
      case kPlain: words.push_back("plain value"); break;
      default: {
        auto text = IsText(value) ? TextOf(value) : std::nullopt;
        words.push_back(text ? "'" + EscapePickleText(text->text) + "'" : "?");
      }
    }
  }
  return words;
}

std::string DisassemblePickle(Bytes bytes, uint64_t start, uint64_t max_lines,
                              const OnDisassembled& line) {
  uint64_t lines = max_lines;
  Lister lister(bytes, 0, lines, line);
  PickleRun run = lister.Run(start, FramesOf(bytes, start));
  std::string cut = lines == 0 ? "not every opcode is listed; " : "";
  return cut + (run.end == PickleEnd::kStop
                    ? "ends behind offset " + std::to_string(run.offset - 1)
                    : "can't be read beyond offset " + std::to_string(run.offset) + ": " +
                          std::string(run.reason));
}

}  // namespace picket
