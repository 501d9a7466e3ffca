// Words of the names that secrets are given: what is cheap to find and stands before the value of
// most rules that know a secret by its name.
#pragma once

#include <cstdint>
#include <vector>

#include "core/bytes.h"
#include "match/instructions.h"
#include "match/landmark.h"

namespace picket {

// Words of names, in either case: api, auth, bearer, cred, default, key, login, pass, pat, private,
// pwd, secret, token, value. Source text has one in 200 bytes. The byte behind pat belongs to it
// and is none of c, e, h, i and t, as in path or pattern.
//
// Replaces `names` by those of `text`, in order, and `passwords` by those of them that are pass or
// pwd. None stands within another. `text` has fewer than 2^32 bytes. Over ten gigabytes a second.
void FindNames(Bytes text, std::vector<Landmark>* names, std::vector<Landmark>* passwords,
               Instructions with = BestInstructions());

// How long the name is that `text` begins with, in bytes; 0 for none.
uint32_t NameLength(Bytes text);
// Whether a name that begins so is pass or pwd.
bool IsPasswordName(uint8_t first, uint8_t second, uint8_t third);

}  // namespace picket
