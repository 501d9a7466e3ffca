// Judges "name = value" where neither half has a format of its own.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/bytes.h"

namespace picket {

// The name that a match assigns to: from the start of the identifier that the match begins in, to
// the value, punctuation included.
std::string_view AssignedName(Bytes text, uint64_t match_offset, uint64_t value_offset);

// False for names that only speak of secrets: token_url, passwordField, publicKeyToken, nextToken,
// secret_name, tokenizer, max_tokens.
bool NamesSecret(std::string_view name);

// True for names of which a UUID may be the secret: apiKey, client_secret; other tokens count
// requests, pages and changes.
bool NamesKey(std::string_view name);

// True when nothing but chance explains the value: no words, no variable, no placeholder, no
// number, date or file name, no hash or certificate that says what it is. A random text of 16 or
// more characters of its alphabet, or a UUID, is refused a few times in a million.
bool LooksRandom(std::string_view value);

// True for LooksRandom, and for a password as people choose them: three kinds of characters, and
// not one of the words that everybody writes into an example.
bool LooksLikePassword(std::string_view value);

// 8-4-4-4-12 hexadecimal digits.
bool IsUuid(std::string_view value);

// True when user, password and host of a URL are worth a finding: no placeholder, no variable, no
// user whose name is the password, no host that is reserved for examples (RFC 2606), no well-known
// password on the machine itself.
bool IsUserInfo(std::string_view user, std::string_view password, std::string_view host);

// True when `base64` decodes to "user:password" of which IsUserInfo says so (RFC 7617).
bool IsBasicCredentials(std::string_view base64);

}  // namespace picket
