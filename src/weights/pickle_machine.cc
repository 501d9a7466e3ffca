#include "weights/pickle_machine.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/utf8.h"
#include "weights/pickle_opcodes.h"
#include "weights/pickle_value.h"
#include "weights/python_names.h"

namespace picket {

using namespace pickle_value;

namespace {

uint64_t LittleEndian(const uint8_t* at, int width) {
  uint64_t value = 0;
  for (int i = width - 1; i >= 0; --i) value = value << 8 | at[i];
  return value;
}

// Opcodes that need nothing on the stack. INST is one: pickle.py looks its name up before it misses
// the mark. PERSID is none: no reader of the table has a persistent_load that takes a string, and
// "P" begins every zip file and much text.
constexpr std::string_view kStarters =
    "(FIJKLMNSTUVXc})]GBCi\x80\x82\x83\x84\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x95\x96\x97";

// A number that is not negative and fits, plus one; 0 stands for any other.
uint64_t KeptNumber(uint64_t number) { return number < kNumberMax ? number + 1 : 0; }

uint64_t NumberValue(const uint8_t* at, int width, bool signed_number) {
  uint64_t number = LittleEndian(at, width);
  bool negative = signed_number && width > 0 && (number >> (8 * width - 1)) != 0;
  return Pack(kNumber, negative ? 0 : KeptNumber(number));
}

// Of the line of an INT or LONG that all readers read alike; else 0.
uint64_t PlainNumber(std::string_view line) {
  if (!line.empty() && line.back() == 'L') line.remove_suffix(1);
  if (line.empty() || line.size() > 12 || (line.size() > 1 && line.front() == '0')) return 0;
  uint64_t number = 0;
  for (char c : line) {
    if (c < '0' || c > '9') return 0;
    number = number * 10 + static_cast<uint64_t>(c - '0');
  }
  return KeptNumber(number);
}

constexpr std::array<bool, 256> kCanStart = [] {
  std::array<bool, 256> table{};
  for (char c : kStarters) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

}  // namespace

bool PickleMachine::CanStart(uint8_t opcode) { return kCanStart[opcode]; }

void PickleMachine::Reset(Bytes bytes, uint64_t start, PickleObserver& observer) {
  bytes_ = bytes;
  position_ = std::min<uint64_t>(start, bytes.size());
  frame_end_ = kNoFrame;
  protocol_ = 0;
  running_ = true;
  watching_ = false;
  observer_ = &observer;
  run_ = {};
  stack_.clear();
  marks_.clear();
  fence_ = 0;
  memo_.clear();
  if (!sparse_memo_.empty()) sparse_memo_.clear();
  giant_indexes_.clear();
  memo_entries_ = 0;
  if (!carried_.empty()) carried_.clear();
  long_bytes_.clear();
  globals_.clear();
  dtypes_.clear();
  array_state_ = {};
  arrays_.clear();
  aligned_before_ = false;
  dict_changes_ = 0;
  changes_at_wrapper_ = 0;
  watched_.clear();
  if (!interned_.empty()) interned_.clear();
}

PickleRun PickleMachine::Run(Bytes bytes, uint64_t start, FrameRule frames, uint64_t max_opcodes,
                             PickleObserver& observer) {
  Reset(bytes, start, observer);
  joblib_ = frames == FrameRule::kJoblib;
  if (frames == FrameRule::kDropTail) {
    Loop<true>(max_opcodes);
  } else {
    Loop<false>(max_opcodes);
  }
  run_.offset = position_;
  return run_;
}

void PickleMachine::Fail(std::string_view reason) {
  if (!running_) return;
  running_ = false;
  run_.end = PickleEnd::kFailed;
  run_.reason = reason;
}

void PickleMachine::GiveUp(std::string_view reason) {
  if (!running_) return;
  running_ = false;
  run_.end = PickleEnd::kLimit;
  run_.reason = reason;
}

void PickleMachine::Diverge(std::string_view reason) {
  if (!run_.divergence.empty()) return;
  run_.divergence = reason;
  run_.divergence_offset = position_;
}

void PickleMachine::NoteEvent() {
  if (!run_.divergence.empty()) run_.disagreement = true;
}

// --- operands ---

template <bool kDropTail>
const uint8_t* PickleMachine::Fixed(uint64_t count) {
  if constexpr (kDropTail) {
    if (frame_end_ != kNoFrame && count > frame_end_ - position_) {
      position_ = frame_end_;
      frame_end_ = kNoFrame;
    }
  }
  if (count > bytes_.size() - position_) {
    position_ = bytes_.size();
    Fail("the data ends inside an opcode");
    return nullptr;
  }
  const uint8_t* at = bytes_.data() + position_;
  position_ += count;
  return at;
}

template <bool kDropTail>
bool PickleMachine::Line(std::string_view& line) {
  auto find = [&](uint64_t end) -> const uint8_t* {
    if (end == position_) return nullptr;
    return static_cast<const uint8_t*>(
        std::memchr(bytes_.data() + position_, '\n', end - position_));
  };
  const uint8_t* newline = nullptr;
  if (kDropTail && frame_end_ != kNoFrame) {
    newline = find(std::min<uint64_t>(frame_end_, bytes_.size()));
    if (newline == nullptr) {
      position_ = frame_end_;
      frame_end_ = kNoFrame;
    }
  }
  if (newline == nullptr) newline = find(bytes_.size());
  if (newline == nullptr) {
    line = AsText(bytes_.subspan(position_));
    line_bytes_ += bytes_.size() - position_;
    position_ = bytes_.size();
    Fail("the data ends inside a line");
    return false;
  }
  auto length = static_cast<uint64_t>(newline - (bytes_.data() + position_));
  line = AsText(bytes_.subspan(position_, length));
  position_ += length + 1;
  return true;
}

uint64_t PickleMachine::TextValue(PickleText kind, uint64_t offset, uint64_t length) {
  if (length >= kSizeMax) return Pack(kLongText, offset);
  return Pack(kText + static_cast<uint64_t>(kind), offset, length);
}

template <bool kDropTail>
void PickleMachine::CountedText(uint64_t length, PickleText kind) {
  const uint8_t* at = Fixed<kDropTail>(length);
  if (at == nullptr) return;
  Push(TextValue(kind, static_cast<uint64_t>(at - bytes_.data()), length));
}

void PickleMachine::CountedBytes(uint64_t length) {
  // The C reader copies what is left of the frame and reads on behind it, so this is linear for
  // all.
  if (length > bytes_.size() - position_) {
    position_ = bytes_.size();
    Fail("the data ends inside an opcode");
    return;
  }
  Span span{position_, length};
  position_ += length;
  if (length < kSizeMax) {
    Push(Pack(kBytes, span.offset, length));
  } else if (long_bytes_.size() < kMaxLongBytes) {
    long_bytes_.push_back(span);
    Push(Pack(kLongBytes, long_bytes_.size() - 1));
  } else {
    Push(Pack(kUnknown));
  }
}

template <bool kDropTail>
void PickleMachine::Frame() {
  const uint8_t* at = Fixed<kDropTail>(8);
  if (at == nullptr) return;
  uint64_t length = LittleEndian(at, 8);
  if (length > static_cast<uint64_t>(INT64_MAX)) return Fail("a frame of impossible length");
  if (frame_end_ != kNoFrame) {
    if (position_ <= frame_end_ && length <= frame_end_ - position_) {
      if (position_ < frame_end_) Diverge("a frame begins inside another");
      return;
    }
    run_.straddled = true;
    if (kDropTail) position_ = frame_end_;
    frame_end_ = kNoFrame;
  }
  if (length > bytes_.size() - position_) {
    if (kDropTail) {
      position_ = bytes_.size();
      return Fail("a frame is longer than the data");
    }
    // pickle.py takes what there is.
    return Diverge("a frame is longer than the data");
  }
  frame_end_ = position_ + length;
}

template <bool kDropTail>
void PickleMachine::GlobalLines(uint64_t offset, bool instance) {
  std::string_view module;
  std::string_view name;
  bool whole = Line<kDropTail>(module);
  if (whole) whole = Line<kDropTail>(name);
  auto decodes = [&](std::string_view text) {
    if (!instance) return IsUtf8(text, false);
    return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
  };
  if (!whole) {
    // pickle.py reads an unfinished last line and drops its last byte, whatever that is.
    std::string_view& last = name.empty() && name.data() == nullptr ? module : name;
    if (!last.empty()) last.remove_suffix(1);
    if (decodes(module) && decodes(name)) {
      Diverge("the last line has no end");
      Intern(std::string(module), std::string(name), false, offset);
    }
    return;
  }
  if (!decodes(module) || !decodes(name)) return Fail("a name that no reader can decode");
  if (module.empty() || name.empty()) {
    Diverge("an empty name");
  }
  uint32_t global = Intern(std::string(module), std::string(name), false, offset);
  if (!instance) return Push(Pack(kGlobal, global));
  uint64_t from = 0;
  if (running_ && PopMark(from)) CallItems(Pack(kGlobal, global), from, kUseInst, offset);
}

// --- the opcodes ---

constexpr uint64_t kStepsAtOnce = uint64_t{1} << 16;

template <bool kDropTail>
void PickleMachine::Loop(uint64_t max_opcodes) {
  uint64_t opcodes = 0;
  // Where it looks up: whether it has gone far enough, or nobody waits any more.
  uint64_t pause = 0;
  std::string_view line;
  uint64_t from = 0;
  const uint8_t* at = nullptr;
  while (running_) {
    if (position_ >= frame_end_) {
      if (position_ > frame_end_) run_.straddled = true;
      frame_end_ = kNoFrame;
    }
    if (opcodes >= pause) {
      if (opcodes >= max_opcodes || stop_.stop_requested()) {
        GiveUp("it takes more steps than are spent on one file");
        break;
      }
      pause = std::min(max_opcodes, opcodes + kStepsAtOnce);
    }
    const uint64_t offset = position_;
    at = Fixed<kDropTail>(1);
    if (at == nullptr) break;
    ++opcodes;
    switch (*at) {
      case kOpProto:
        if ((at = Fixed<kDropTail>(1)) == nullptr) break;
        if (*at > 5) {
          Fail("a protocol above 5");
        } else {
          protocol_ = *at;
        }
        break;
      case kOpFrame: Frame<kDropTail>(); break;
      case kOpStop:
        if (!HasTop()) break;
        running_ = false;
        run_.end = PickleEnd::kStop;
        break;
      case kOpMark:
        if (marks_.size() >= kMaxMarks) {
          GiveUp("it nests deeper than 1,048,576 marks");
          break;
        }
        marks_.push_back(fence_ = stack_.size());
        break;
      case kOpPop:
        if (!marks_.empty() && marks_.back() == stack_.size()) {
          PopMark(from);
        } else if (HasTop()) {
          stack_.pop_back();
        }
        break;
      case kOpPopMark:
        if (PopMark(from)) stack_.resize(from);
        break;
      case kOpDup:
        if (!HasTop()) break;
        EscapeCarried(stack_.back());
        Push(stack_.back());
        break;

      case kOpNone: Push(kNone); break;
      case kOpEmptyDict:
      case kOpEmptyList:
      case kOpEmptySet: Push(Pack(kPlain)); break;
      case kOpNewTrue:
      case kOpNewFalse: Push(Pack(kNumber)); break;
      case kOpInt:
      case kOpLong:
      case kOpFloat: {
        uint8_t opcode = *at;
        if (!Line<kDropTail>(line)) break;
        TextVerdict verdict = opcode == kOpInt    ? JudgeIntLine(line)
                              : opcode == kOpLong ? JudgeLongLine(line)
                                                  : JudgeFloatLine(line);
        if (!verdict.any()) {
          Fail("a line that is no number");
          break;
        }
        if (verdict.differ()) Diverge("a number that only some readers take");
        Push(Pack(kNumber, opcode == kOpFloat ? 0 : PlainNumber(line)));
        break;
      }
      case kOpBinInt:
        if ((at = Fixed<kDropTail>(4)) != nullptr) Push(NumberValue(at, 4, true));
        break;
      case kOpBinInt1:
        if ((at = Fixed<kDropTail>(1)) != nullptr) Push(NumberValue(at, 1, false));
        break;
      case kOpBinInt2:
        if ((at = Fixed<kDropTail>(2)) != nullptr) Push(NumberValue(at, 2, false));
        break;
      case kOpBinFloat:
        if (Fixed<kDropTail>(8) != nullptr) Push(Pack(kNumber));
        break;
      case kOpLong1:
        if ((at = Fixed<kDropTail>(1)) != nullptr) {
          int width = *at;
          if ((at = Fixed<kDropTail>(*at)) != nullptr) {
            Push(width <= 8 ? NumberValue(at, width, true) : Pack(kNumber));
          }
        }
        break;
      case kOpLong4:
        if ((at = Fixed<kDropTail>(4)) == nullptr) break;
        if (LittleEndian(at, 4) > INT32_MAX) {
          Fail("an integer of negative length");
        } else if (Fixed<kDropTail>(LittleEndian(at, 4)) != nullptr) {
          Push(Pack(kNumber));
        }
        break;

      case kOpString:
        if (!Line<kDropTail>(line)) break;
        if (line.size() < 2 || line.front() != line.back() ||
            (line.front() != '"' && line.front() != '\'')) {
          Fail("a string without its quotes");
          break;
        }
        Push(TextValue(PickleText::kQuoted,
                       static_cast<uint64_t>(AsBytes(line).data() - bytes_.data()) + 1,
                       line.size() - 2));
        break;
      case kOpUnicode:
        if (!Line<kDropTail>(line)) break;
        Push(TextValue(PickleText::kRawEscape,
                       static_cast<uint64_t>(AsBytes(line).data() - bytes_.data()), line.size()));
        break;
      case kOpShortBinString:
        if ((at = Fixed<kDropTail>(1)) != nullptr) {
          CountedText<kDropTail>(*at, PickleText::kByteString);
        }
        break;
      case kOpBinString:
        if ((at = Fixed<kDropTail>(4)) == nullptr) break;
        if (LittleEndian(at, 4) > INT32_MAX) Diverge("a string of 2 GiB or more");
        CountedText<kDropTail>(LittleEndian(at, 4), PickleText::kByteString);
        break;
      case kOpShortBinUnicode:
        if ((at = Fixed<kDropTail>(1)) != nullptr) {
          CountedText<kDropTail>(*at, PickleText::kUtf8);
        }
        break;
      case kOpBinUnicode:
        if ((at = Fixed<kDropTail>(4)) != nullptr) {
          CountedText<kDropTail>(LittleEndian(at, 4), PickleText::kUtf8);
        }
        break;
      case kOpBinUnicode8:
        if ((at = Fixed<kDropTail>(8)) != nullptr) {
          CountedText<kDropTail>(LittleEndian(at, 8), PickleText::kUtf8);
        }
        break;
      case kOpShortBinBytes:
        if ((at = Fixed<kDropTail>(1)) != nullptr) CountedBytes(*at);
        break;
      case kOpBinBytes:
        if ((at = Fixed<kDropTail>(4)) != nullptr) CountedBytes(LittleEndian(at, 4));
        break;
      case kOpBinBytes8:
      case kOpByteArray8:
        if ((at = Fixed<kDropTail>(8)) != nullptr) CountedBytes(LittleEndian(at, 8));
        break;
      case kOpNextBuffer: Push(Pack(kUnknown)); break;
      case kOpReadonlyBuffer: HasTop(); break;

      case kOpEmptyTuple: MakeTuple(stack_.size()); break;
      case kOpTuple1:
        if (HasTop(1)) MakeTuple(stack_.size() - 1);
        break;
      case kOpTuple2:
        if (HasTop(2)) MakeTuple(stack_.size() - 2);
        break;
      case kOpTuple3:
        if (HasTop(3)) MakeTuple(stack_.size() - 3);
        break;
      case kOpTuple:
        if (PopMark(from)) MakeTuple(from);
        break;
      case kOpList:
      case kOpFrozenSet:
        if (PopMark(from)) MakePlain(from);
        break;
      case kOpDict:
        if (!PopMark(from)) break;
        if ((stack_.size() - from) % 2 != 0) {
          Fail("a key without a value");
        } else {
          MakePlain(from);
        }
        break;
      case kOpAppend:
        if (!HasTop(2)) break;
        EscapeValue(Pop());
        Fill(stack_.size() - 1);
        break;
      case kOpSetItem:
        if (!HasTop(3)) break;
        ++dict_changes_;
        EscapeValue(Pop());
        EscapeValue(Pop());
        Fill(stack_.size() - 1);
        break;
      case kOpAppends:
      case kOpSetItems:
      case kOpAddItems: {
        uint8_t opcode = *at;
        if (!PopMark(from)) break;
        if (from <= fence_) {
          Fail("an opcode takes more than the stack holds");
          break;
        }
        if (opcode == kOpSetItems && (stack_.size() - from) % 2 != 0) {
          Fail("a key without a value");
          break;
        }
        if (from == stack_.size()) {
          uint64_t kind = KindOf(stack_.back());
          if (kind != kPlain && kind != kResult && kind != kUnknown) {
            Diverge("items for something that holds none");
          }
          if (kind == kResult || kind == kGlobal) Fill(from - 1);
          break;
        }
        Escape(from);
        if (opcode == kOpSetItems) NoteState(from);
        stack_.resize(from);
        Fill(from - 1);
        break;
      }

      case kOpGet:
      case kOpPut: {
        uint8_t opcode = *at;
        if (!Line<kDropTail>(line)) break;
        IndexOperand operand = ReadIndexLine(line);
        if (!operand.verdict.any()) {
          Fail("a memo index that is no number");
          break;
        }
        if (operand.verdict.differ()) Diverge("a memo index that only some readers take");
        auto key = IndexKey(operand.digits);
        if (!key) {
          GiveUp("it uses too many giant memo indexes");
        } else if (opcode == kOpGet) {
          PushMemo(*key);
        } else {
          PutTop(*key);
        }
        break;
      }
      case kOpBinGet:
        if ((at = Fixed<kDropTail>(1)) != nullptr) PushMemo(*at);
        break;
      case kOpLongBinGet:
        if ((at = Fixed<kDropTail>(4)) != nullptr) PushMemo(LittleEndian(at, 4));
        break;
      case kOpBinPut:
        if ((at = Fixed<kDropTail>(1)) != nullptr) PutTop(*at);
        break;
      case kOpLongBinPut:
        if ((at = Fixed<kDropTail>(4)) != nullptr) PutTop(LittleEndian(at, 4));
        break;
      case kOpMemoize: PutTop(memo_entries_); break;

      case kOpGlobal: GlobalLines<kDropTail>(offset, false); break;
      case kOpInst: GlobalLines<kDropTail>(offset, true); break;
      case kOpStackGlobal: StackGlobal(offset); break;
      case kOpExt1:
        if ((at = Fixed<kDropTail>(1)) != nullptr) Extension(*at, offset);
        break;
      case kOpExt2:
        if ((at = Fixed<kDropTail>(2)) != nullptr) {
          Extension(static_cast<int64_t>(LittleEndian(at, 2)), offset);
        }
        break;
      case kOpExt4:
        if ((at = Fixed<kDropTail>(4)) != nullptr) {
          Extension(static_cast<int32_t>(LittleEndian(at, 4)), offset);
        }
        break;
      case kOpObj:
        if (!PopMark(from)) break;
        if (from == stack_.size()) {
          Fail("an opcode takes more than the stack holds");
          break;
        }
        CallItems(stack_[from], from + 1, kUseObj, offset);
        if (running_) {
          Value made = Pop();
          stack_.back() = made;
        }
        break;
      case kOpReduce:
      case kOpNewObj:
      case kOpNewObjEx: {
        uint8_t opcode = *at;
        if (!HasTop(opcode == kOpNewObjEx ? 3 : 2)) break;
        bool keywords = opcode == kOpNewObjEx;
        if (keywords) EscapeValue(Pop());
        Value arguments = Pop();
        Value callee = Pop();
        // Keywords can't be told.
        if (keywords && KindOf(arguments) == kTuple) arguments = Pack(kTuple, 0, kSizeMax);
        Call(callee, arguments,
             keywords              ? kUseNewObjEx
             : opcode == kOpNewObj ? kUseNewObj
                                   : kUseReduce,
             offset);
        break;
      }
      case kOpBuild: Build(offset); break;

      case kOpPersId:
        if (!Line<kDropTail>(line)) break;
        Push(Pack(kUnknown));
        break;
      case kOpBinPersId:
        if (HasTop()) Push(Persistent(Pop()));
        break;
      default: position_ = offset; Fail("a byte that is no opcode");
    }
    if (tracing_) observer_->OnOpcode(offset);
  }
  // The opcode that ended it may be the one that crosses the end of its frame.
  if (frame_end_ != kNoFrame && position_ > frame_end_) run_.straddled = true;
  // A stream that ends in the search for a line's end has read all that is left: 64 bytes of that
  // search are charged like one opcode, or restarts behind it would be quadratic.
  run_.opcodes = opcodes + line_bytes_ / 64;
  line_bytes_ = 0;
}

}  // namespace picket
