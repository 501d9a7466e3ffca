#include "weights/pickle_operand.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

#include "weights/pickle_opcodes.h"

namespace picket {
namespace {

// What follows an opcode. kNumber, kSigned, kDouble: `width` bytes. kText, kBytes, kLong: a length
// of `width` bytes, then as many. kLine: up to a newline; kLines: two of them.
enum class Form : uint8_t { kNone, kNumber, kSigned, kDouble, kText, kBytes, kLong, kLine, kLines };

struct Opcode {
  uint8_t opcode;
  std::string_view name;
  Form form = Form::kNone;
  uint8_t width = 0;
};

constexpr Opcode kOpcodes[] = {{kOpMark, "MARK"},
                               {kOpStop, "STOP"},
                               {kOpPop, "POP"},
                               {kOpPopMark, "POP_MARK"},
                               {kOpDup, "DUP"},
                               {kOpFloat, "FLOAT", Form::kLine},
                               {kOpInt, "INT", Form::kLine},
                               {kOpBinInt, "BININT", Form::kSigned, 4},
                               {kOpBinInt1, "BININT1", Form::kNumber, 1},
                               {kOpLong, "LONG", Form::kLine},
                               {kOpBinInt2, "BININT2", Form::kNumber, 2},
                               {kOpNone, "NONE"},
                               {kOpPersId, "PERSID", Form::kLine},
                               {kOpBinPersId, "BINPERSID"},
                               {kOpReduce, "REDUCE"},
                               {kOpString, "STRING", Form::kLine},
                               {kOpBinString, "BINSTRING", Form::kText, 4},
                               {kOpShortBinString, "SHORT_BINSTRING", Form::kText, 1},
                               {kOpUnicode, "UNICODE", Form::kLine},
                               {kOpBinUnicode, "BINUNICODE", Form::kText, 4},
                               {kOpAppend, "APPEND"},
                               {kOpBuild, "BUILD"},
                               {kOpGlobal, "GLOBAL", Form::kLines},
                               {kOpDict, "DICT"},
                               {kOpEmptyDict, "EMPTY_DICT"},
                               {kOpAppends, "APPENDS"},
                               {kOpGet, "GET", Form::kLine},
                               {kOpBinGet, "BINGET", Form::kNumber, 1},
                               {kOpInst, "INST", Form::kLines},
                               {kOpLongBinGet, "LONG_BINGET", Form::kNumber, 4},
                               {kOpList, "LIST"},
                               {kOpEmptyList, "EMPTY_LIST"},
                               {kOpObj, "OBJ"},
                               {kOpPut, "PUT", Form::kLine},
                               {kOpBinPut, "BINPUT", Form::kNumber, 1},
                               {kOpLongBinPut, "LONG_BINPUT", Form::kNumber, 4},
                               {kOpSetItem, "SETITEM"},
                               {kOpTuple, "TUPLE"},
                               {kOpEmptyTuple, "EMPTY_TUPLE"},
                               {kOpSetItems, "SETITEMS"},
                               {kOpBinFloat, "BINFLOAT", Form::kDouble, 8},
                               {kOpProto, "PROTO", Form::kNumber, 1},
                               {kOpNewObj, "NEWOBJ"},
                               {kOpExt1, "EXT1", Form::kNumber, 1},
                               {kOpExt2, "EXT2", Form::kNumber, 2},
                               {kOpExt4, "EXT4", Form::kSigned, 4},
                               {kOpTuple1, "TUPLE1"},
                               {kOpTuple2, "TUPLE2"},
                               {kOpTuple3, "TUPLE3"},
                               {kOpNewTrue, "NEWTRUE"},
                               {kOpNewFalse, "NEWFALSE"},
                               {kOpLong1, "LONG1", Form::kLong, 1},
                               {kOpLong4, "LONG4", Form::kLong, 4},
                               {kOpBinBytes, "BINBYTES", Form::kBytes, 4},
                               {kOpShortBinBytes, "SHORT_BINBYTES", Form::kBytes, 1},
                               {kOpShortBinUnicode, "SHORT_BINUNICODE", Form::kText, 1},
                               {kOpBinUnicode8, "BINUNICODE8", Form::kText, 8},
                               {kOpBinBytes8, "BINBYTES8", Form::kBytes, 8},
                               {kOpEmptySet, "EMPTY_SET"},
                               {kOpAddItems, "ADDITEMS"},
                               {kOpFrozenSet, "FROZENSET"},
                               {kOpNewObjEx, "NEWOBJ_EX"},
                               {kOpStackGlobal, "STACK_GLOBAL"},
                               {kOpMemoize, "MEMOIZE"},
                               {kOpFrame, "FRAME", Form::kNumber, 8},
                               {kOpByteArray8, "BYTEARRAY8", Form::kBytes, 8},
                               {kOpNextBuffer, "NEXT_BUFFER"},
                               {kOpReadonlyBuffer, "READONLY_BUFFER"}};

const Opcode* Find(uint8_t opcode) {
  static const std::array<uint8_t, 256> rows = [] {
    std::array<uint8_t, 256> table{};
    for (size_t i = 0; i < std::size(kOpcodes); ++i) {
      table[kOpcodes[i].opcode] = static_cast<uint8_t>(i + 1);
    }
    return table;
  }();
  return rows[opcode] == 0 ? nullptr : &kOpcodes[rows[opcode] - 1];
}

uint64_t Number(Bytes bytes, size_t width) {
  uint64_t value = 0;
  for (size_t i = std::min(width, bytes.size()); i > 0; --i) value = value << 8 | bytes[i - 1];
  return value;
}

std::string SignedText(Bytes bytes, size_t width) {
  uint64_t value = Number(bytes, width);
  bool negative = width > 0 && (value >> (8 * width - 1) & 1) != 0;
  if (!negative) return std::to_string(value);
  if (width < 8) value |= ~uint64_t{0} << (8 * width);
  return std::to_string(static_cast<int64_t>(value));
}

std::string DoubleText(Bytes bytes) {
  uint64_t bits = 0;
  for (uint8_t byte : bytes) bits = bits << 8 | byte;
  double value = 0;
  std::memcpy(&value, &bits, sizeof value);
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.17g", value);
  return text.data();
}

// Bytes up to the end of `lines` lines.
uint64_t LinesLength(Bytes bytes, int lines) {
  uint64_t at = 0;
  for (int i = 0; i < lines && at < bytes.size(); ++i) {
    const void* end = std::memchr(bytes.data() + at, '\n', bytes.size() - at);
    if (end == nullptr) return bytes.size();
    at = static_cast<uint64_t>(static_cast<const uint8_t*>(end) - bytes.data()) + 1;
  }
  return at;
}

}  // namespace

std::string_view PickleOpcodeName(uint8_t opcode) {
  const Opcode* row = Find(opcode);
  return row == nullptr ? std::string_view("no opcode") : row->name;
}

Bytes PickleOperand(Bytes bytes, uint64_t offset) {
  if (offset >= bytes.size()) return {};
  const Opcode* row = Find(bytes[offset]);
  if (row == nullptr) return {};
  Bytes rest = bytes.subspan(offset + 1);
  uint64_t length = row->width;
  switch (row->form) {
    case Form::kText:
    case Form::kBytes:
    case Form::kLong:
      if (row->width > rest.size()) return rest;
      length = Number(rest, row->width);
      length = std::min<uint64_t>(length, rest.size() - row->width) + row->width;
      break;
    case Form::kLine: length = LinesLength(rest, 1); break;
    case Form::kLines: length = LinesLength(rest, 2); break;
    default: break;
  }
  return rest.first(std::min<uint64_t>(length, rest.size()));
}

std::string PickleOperandText(uint8_t opcode, Bytes operand) {
  const Opcode* row = Find(opcode);
  if (row == nullptr || row->form == Form::kNone || operand.size() < row->width) return {};
  Bytes body = operand.subspan(row->width);
  switch (row->form) {
    case Form::kNumber: return std::to_string(Number(operand, row->width));
    case Form::kSigned: return SignedText(operand, row->width);
    case Form::kDouble: return DoubleText(operand);
    case Form::kLong:
      return body.size() <= 8 ? SignedText(body, body.size())
                              : "a number of " + std::to_string(body.size()) + " bytes";
    case Form::kText: return "'" + EscapePickleText(AsText(body)) + "'";
    case Form::kBytes: return "b'" + EscapePickleText(AsText(body)) + "'";
    default: break;
  }
  std::string_view line = AsText(operand);
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (opcode == kOpString && line.size() >= 2 && line.front() == line.back()) {
    return "'" + EscapePickleText(line.substr(1, line.size() - 2)) + "'";
  }
  size_t cut = line.find('\n');
  if (row->form == Form::kLine || cut == std::string_view::npos) {
    bool bare = opcode != kOpUnicode && opcode != kOpPersId;
    return bare ? EscapePickleText(line) : "'" + EscapePickleText(line) + "'";
  }
  return EscapePickleText(line.substr(0, cut)) + " " + EscapePickleText(line.substr(cut + 1));
}

std::string EscapePickleText(std::string_view text) {
  std::string out;
  for (char c : text.substr(0, kPickleTextKept)) {
    auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '\\' && c != '\'') {
      out.push_back(c);
      continue;
    }
    std::array<char, 8> code{};
    std::snprintf(code.data(), code.size(), "\\x%02x", byte);
    out += code.data();
  }
  return text.size() > kPickleTextKept ? out + "..." : out;
}

}  // namespace picket
