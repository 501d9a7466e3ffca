// Words of the names that secrets are given: what is cheap to find and stands before the value of
// most rules that know a secret by its name.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "match/landmark.h"

namespace picket {

// In either case. Source text has one in 200 bytes. The byte behind pat belongs to it and is none
// of c, e, h, i and t, as in path or pattern. No token is a tokenizer, nor what is tokenised: those
// are most that the code of models has. None stands within another.
inline constexpr std::array<std::string_view, 14> kNameWords = {
    "api",  "auth", "bearer",  "cred", "default", "key",   "login",
    "pass", "pat",  "private", "pwd",  "secret",  "token", "value"};

// How long the name is that stands at `at`, where kNameWords[word] does, in bytes; 0 for none.
uint32_t NameLength(Bytes text, size_t at, size_t word);
// ... that `text` begins with; 0 for none.
uint32_t NameLength(Bytes text);
bool IsPasswordName(size_t word);  // pass or pwd

// Replaces `names` by those of `text`, in order. Slow: for the few bytes of a match.
void FindNames(Bytes text, std::vector<Landmark>* names);

}  // namespace picket
