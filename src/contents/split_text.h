// Text that was broken into pieces in the source: a line continuation, adjacent string literals,
// literals joined by an operator.
#pragma once

#include <cstdint>
#include <vector>

#include "core/bytes.h"

namespace picket {

// Bytes of what joins two pieces at `at`, which is the first byte behind a piece; 0 for none.
//   \ CR? LF blanks              C, shell, Make, YAML
//   = CR? LF                     quoted-printable
//   "blanks"  "blanks op blanks" any of ' " ` and, before them, backslashes (a string in a string);
//                                op is + . .. & <> ~ or \ at the end of a line; the second quote
//                                may have one or two letters before it (f"", rb"")
// A letter or digit, - or _ stands behind it.
uint64_t JoinLength(Bytes bytes, uint64_t at);

// The pieces of the text that a literal begins at `offset`, with what stands kSplitBefore bytes
// before and kSplitAfter behind; empty when it is not split.
// Reach: local(kSplitBefore, kSplitAfter).
inline constexpr uint64_t kSplitBefore = 256;
inline constexpr uint64_t kSplitAfter = 2048;
std::vector<Span> FindSplitPieces(Bytes bytes, uint64_t offset);

// The cheap look: whether the word at `offset` ends where a joint may be.
bool MayBeSplit(Bytes bytes, uint64_t offset);

}  // namespace picket
