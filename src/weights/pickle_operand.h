// Opcodes and their operands as words, for people.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/bytes.h"

namespace picket {

// More of one text than is ever shown, so that a mask still sees the secret that a cut would halve.
inline constexpr size_t kPickleTextKept = 512;

// "STACK_GLOBAL"; "no opcode" for a byte that is none.
std::string_view PickleOpcodeName(uint8_t opcode);

// The bytes behind the opcode at `offset` that are its operand: lengths and the newlines that end
// lines included, cut where `bytes` ends. Empty for a byte that is no opcode.
Bytes PickleOperand(Bytes bytes, uint64_t offset);

// What an operand says: numbers in decimal, texts in quotes without their length, lines without
// their newline; as EscapePickleText, and "" where there is none.
std::string PickleOperandText(uint8_t opcode, Bytes operand);

// Printable ASCII as it is, the rest as \xNN; of more than kPickleTextKept bytes, the first, and
// "...".
std::string EscapePickleText(std::string_view text);

}  // namespace picket
