// The opcodes of a pickle, for people.
#include <algorithm>
#include <array>
#include <cstdio>

#include "weights/explain.h"
#include "weights/pickle_machine.h"
#include "weights/pickle_opcodes.h"
#include "weights/pickle_value.h"

namespace picket {

using namespace pickle_value;

namespace {

constexpr size_t kShown = 80;
constexpr size_t kStackShown = 4;

struct OpcodeName {
  uint8_t opcode;
  std::string_view name;
};
constexpr OpcodeName kNames[] = {{kOpMark, "MARK"},
                                 {kOpStop, "STOP"},
                                 {kOpPop, "POP"},
                                 {kOpPopMark, "POP_MARK"},
                                 {kOpDup, "DUP"},
                                 {kOpFloat, "FLOAT"},
                                 {kOpInt, "INT"},
                                 {kOpBinInt, "BININT"},
                                 {kOpBinInt1, "BININT1"},
                                 {kOpLong, "LONG"},
                                 {kOpBinInt2, "BININT2"},
                                 {kOpNone, "NONE"},
                                 {kOpPersId, "PERSID"},
                                 {kOpBinPersId, "BINPERSID"},
                                 {kOpReduce, "REDUCE"},
                                 {kOpString, "STRING"},
                                 {kOpBinString, "BINSTRING"},
                                 {kOpShortBinString, "SHORT_BINSTRING"},
                                 {kOpUnicode, "UNICODE"},
                                 {kOpBinUnicode, "BINUNICODE"},
                                 {kOpAppend, "APPEND"},
                                 {kOpBuild, "BUILD"},
                                 {kOpGlobal, "GLOBAL"},
                                 {kOpDict, "DICT"},
                                 {kOpEmptyDict, "EMPTY_DICT"},
                                 {kOpAppends, "APPENDS"},
                                 {kOpGet, "GET"},
                                 {kOpBinGet, "BINGET"},
                                 {kOpInst, "INST"},
                                 {kOpLongBinGet, "LONG_BINGET"},
                                 {kOpList, "LIST"},
                                 {kOpEmptyList, "EMPTY_LIST"},
                                 {kOpObj, "OBJ"},
                                 {kOpPut, "PUT"},
                                 {kOpBinPut, "BINPUT"},
                                 {kOpLongBinPut, "LONG_BINPUT"},
                                 {kOpSetItem, "SETITEM"},
                                 {kOpTuple, "TUPLE"},
                                 {kOpEmptyTuple, "EMPTY_TUPLE"},
                                 {kOpSetItems, "SETITEMS"},
                                 {kOpBinFloat, "BINFLOAT"},
                                 {kOpProto, "PROTO"},
                                 {kOpNewObj, "NEWOBJ"},
                                 {kOpExt1, "EXT1"},
                                 {kOpExt2, "EXT2"},
                                 {kOpExt4, "EXT4"},
                                 {kOpTuple1, "TUPLE1"},
                                 {kOpTuple2, "TUPLE2"},
                                 {kOpTuple3, "TUPLE3"},
                                 {kOpNewTrue, "NEWTRUE"},
                                 {kOpNewFalse, "NEWFALSE"},
                                 {kOpLong1, "LONG1"},
                                 {kOpLong4, "LONG4"},
                                 {kOpBinBytes, "BINBYTES"},
                                 {kOpShortBinBytes, "SHORT_BINBYTES"},
                                 {kOpShortBinUnicode, "SHORT_BINUNICODE"},
                                 {kOpBinUnicode8, "BINUNICODE8"},
                                 {kOpBinBytes8, "BINBYTES8"},
                                 {kOpEmptySet, "EMPTY_SET"},
                                 {kOpAddItems, "ADDITEMS"},
                                 {kOpFrozenSet, "FROZENSET"},
                                 {kOpNewObjEx, "NEWOBJ_EX"},
                                 {kOpStackGlobal, "STACK_GLOBAL"},
                                 {kOpMemoize, "MEMOIZE"},
                                 {kOpFrame, "FRAME"},
                                 {kOpByteArray8, "BYTEARRAY8"},
                                 {kOpNextBuffer, "NEXT_BUFFER"},
                                 {kOpReadonlyBuffer, "READONLY_BUFFER"}};

std::string_view NameOf(uint8_t opcode) {
  auto row = std::find_if(std::begin(kNames), std::end(kNames),
                          [&](const OpcodeName& known) { return known.opcode == opcode; });
  return row == std::end(kNames) ? "no opcode" : row->name;
}

// Printable ASCII as it is, the rest as \xNN; at most kShown bytes of it.
std::string Escaped(std::string_view text) {
  std::string out;
  for (char c : text.substr(0, kShown)) {
    auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '\\' && c != '\'') {
      out.push_back(c);
      continue;
    }
    std::array<char, 8> code{};
    std::snprintf(code.data(), code.size(), "\\x%02x", byte);
    out += code.data();
  }
  return text.size() > kShown ? out + "..." : out;
}

class Lister : public PickleObserver {
 public:
  Lister(Bytes bytes, uint64_t max_lines, const std::function<void(const std::string&)>& line)
      : bytes_(bytes), max_lines_(max_lines), line_(line) {}

  PickleMachine& machine() { return machine_; }

  bool OnGlobal(uint32_t, const PickleGlobal&) override { return false; }
  void OnCall(const PickleCall&) override {}
  std::optional<uint64_t> OnNested(uint64_t) override { return std::nullopt; }

  void OnOpcode(uint64_t offset) override {
    if (lines_ >= max_lines_) return;
    ++lines_;
    if (lines_ == max_lines_) return line_("(further opcodes are not listed)");
    std::array<char, 32> place{};
    std::snprintf(place.data(), place.size(), "%8llu: ", static_cast<unsigned long long>(offset));
    std::string text = place.data();
    text += NameOf(bytes_[offset]);
    uint64_t end = std::min<uint64_t>(machine_.position(), bytes_.size());
    if (end > offset + 1) {
      text += " '" + Escaped(AsText(bytes_.subspan(offset + 1, end - offset - 1))) + "'";
    }
    text += "  [";
    const char* separator = "";
    for (const std::string& value : machine_.StackTop(kStackShown)) {
      text += separator + value;
      separator = ", ";
    }
    line_(text + "]");
  }

 private:
  Bytes bytes_;
  uint64_t max_lines_;
  const std::function<void(const std::string&)>& line_;
  uint64_t lines_ = 0;
  PickleMachine machine_;
};

}  // namespace

std::vector<std::string> PickleMachine::StackTop(size_t count) const {
  uint64_t from =
      stack_.size() -
      std::min<uint64_t>(count, stack_.size() - std::min<uint64_t>(fence_, stack_.size()));
  std::vector<std::string> words;
  for (uint64_t i = from; i < stack_.size(); ++i) {
    Value value = stack_[i];
    auto named = [&] {
      const PickleGlobal& global = globals_[PayloadOf(value)];
      return global.computed ? std::string("a computed name")
                             : Escaped(global.module) + "." + Escaped(global.name);
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
        words.push_back(text ? "'" + Escaped(text->text) + "'" : "?");
      }
    }
  }
  return words;
}

void DisassemblePickle(Bytes bytes, uint64_t start, uint64_t max_lines,
                       const std::function<void(const std::string&)>& line) {
  Lister lister(bytes, max_lines, line);
  lister.machine().set_tracing(true);
  PickleRun run = lister.machine().Run(bytes, start, FrameRule::kLinear,
                                       uint64_t{4} * bytes.size() + 1024, lister);
  line(run.end == PickleEnd::kStop ? "ends behind offset " + std::to_string(run.offset - 1)
                                   : "can't be read beyond offset " + std::to_string(run.offset) +
                                         ": " + std::string(run.reason));
}

}  // namespace picket
