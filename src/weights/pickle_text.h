// How the two CPython unpicklers read text operands: which lines each takes for a number, and what
// a string operand spells.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace picket {

// Which of the two readers take an operand. C reads up to a NUL and lets strtol take "0x1" and
// "010"; pickle.py hands the whole line to int() or float().
struct TextVerdict {
  bool c = false;
  bool python = false;

  bool any() const { return c || python; }
  bool differ() const { return c != python; }
};

// `line` is the operand without its newline.
// Sources: Modules/_pickle.c load_int, load_long, load_float; Lib/pickle.py; CPython 3.11.
TextVerdict JudgeIntLine(std::string_view line);
TextVerdict JudgeLongLine(std::string_view line);
TextVerdict JudgeFloatLine(std::string_view line);

// The operand of GET and PUT. `digits` is the decimal value without leading zeros, at most the
// first 4,096 digits; empty when both readers refuse it or it is negative.
struct IndexOperand {
  TextVerdict verdict;
  std::string digits;
};
IndexOperand ReadIndexLine(std::string_view line);

enum class PickleText : uint8_t {
  kUtf8,        // BINUNICODE and its kin
  kRawEscape,   // UNICODE: Latin-1 with \uXXXX
  kQuoted,      // STRING: between quotes, with C escapes, in the loader's encoding
  kByteString,  // BINSTRING, SHORT_BINSTRING: in the loader's encoding
};

struct DecodedText {
  std::string text;  // UTF-8
  // What it spells where the loader reads 8-bit strings as UTF-8; empty when that is the same.
  std::string other;
};
// nullopt: every reader refuses the operand.
std::optional<DecodedText> DecodePickleText(PickleText kind, std::string_view raw);

}  // namespace picket
