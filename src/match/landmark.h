// Landmarks: what is cheap to find in a text and stands in every match of some rules, so that these
// need to be searched beside it only.
#pragma once

#include <cstdint>
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

// Replaces `found` by those of `text` of at most kLongestUserinfo bytes, in order. `text` has fewer
// than 2^32 bytes, here and below. Linear.
void FindUserinfo(Bytes text, std::vector<Landmark>* found);

// Words of the names that secrets are given, in either case: api, auth, bearer, cred, default, key,
// login, pass, pat, private, pwd, secret, token, value. Source text has one in 200 bytes. The byte
// behind pat belongs to it and is none of c, e, h, i and t, as in path or pattern.
//
// Replaces `names` by those of `text`, in order, and `passwords` by those of them that are pass or
// pwd. None stands within another. Several gigabytes a second.
void FindNames(Bytes text, std::vector<Landmark>* names, std::vector<Landmark>* passwords);

// The same without the instructions that FindNames chooses by the processor; its last choice.
void FindNamesPlainly(Bytes text, std::vector<Landmark>* names, std::vector<Landmark>* passwords);

// How long the name is that `text` begins with, in bytes; 0 for none.
uint32_t NameLength(Bytes text);
// Whether a name that begins so is pass or pwd.
bool IsPasswordName(uint8_t first, uint8_t second, uint8_t third);

// Whether `at` is where the first argument of a call begins: a parenthesis stands before it, with
// at most kBeforeArgument quotes, backslashes, blanks, line ends and braces between.
inline constexpr uint32_t kBeforeArgument = 8;
bool IsBeforeArgument(uint8_t byte);
bool IsFirstArgument(Bytes text, uint64_t at);

// Sets how far `runs` of `text`, in order, are from its `names`. A name counts that ends before the
// run does.
void NameRuns(Bytes text, const std::vector<Landmark>& names, std::vector<TokenRun>* runs);

}  // namespace picket
