// Landmarks: what is cheap to find in a text and stands in every match of some rules, so that these
// need to be searched beside it only.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/bytes.h"
#include "match/token_run.h"

namespace picket {

struct Landmark {
  uint32_t begin = 0;
  uint32_t end = 0;
};

// A URL that names a user: "://" and, before anything that ends an authority, "@" (RFC 3986,
// section 3.2.1). It begins at the colon and ends behind the at sign.
inline constexpr uint32_t kLongestUserinfo = 256;

// Printable ASCII but for / @ " < >. More than the RFC allows: a password that stands there is
// often not encoded.
bool IsUserinfoByte(uint8_t byte);

// Replaces `found` by those of `text` of at most kLongestUserinfo bytes, in order. `at_signs` says
// where in `text` each "@" stands (match/text_signs.h). Linear.
void FindUserinfo(Bytes text, std::span<const uint32_t> at_signs, std::vector<Landmark>* found);

// Whether `at` is where the first argument of a call begins: a parenthesis stands before it, with
// at most kBeforeArgument quotes, backslashes, blanks, line ends and braces between.
inline constexpr uint32_t kBeforeArgument = 8;
bool IsBeforeArgument(uint8_t byte);
bool IsFirstArgument(Bytes text, uint64_t at);

// Replaces `named` by those of the `runs` of `text`, in order, that are first arguments or no
// further than kFurthestName from one of its `names`, and says how far and whether they are
// hexadecimal. A name counts that ends before the run does. Of runs of more than twice `widest`
// bytes (a picture in base64 has a name by chance every few KiB) come the parts that are no further
// than that from a name or from their start, which may overlap.
inline constexpr uint32_t kFurthestName = 192;
void NameRuns(Bytes text, const std::vector<Landmark>& names, std::span<const TokenRun> runs,
              uint32_t widest, std::vector<TokenRun>* named);

}  // namespace picket
