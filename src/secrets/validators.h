// Offline tests of captured bytes: what a format's shape alone does not say. Each of them rejects
// at most 10 of a million random bodies of the rules that name it.
#pragma once

#include <span>
#include <string_view>

#include "core/bytes.h"
#include "match/matcher.h"
#include "match/rule.h"

namespace picket {

// Views into the text that is being scanned.
struct Captured {
  Bytes text;
  const RawMatch& match;
  // What the rule captured.
  std::string_view secret;
  // `secret` after the rule's own literal at its start.
  std::string_view body;
};

Captured MakeCaptured(Bytes text, const RawMatch& match);

//   crc32              the body's last six characters are the CRC-32 of those before, in base 62
//   gitlab_routable    the secret is a whole routable token, its CRC-32 included
//   bech32             the secret is a whole Bech32 string, its checksum included
//   entropy            at least `number` bits for each character of the body (Shannon, its own
//                      counts)
//   mixed_case         at least `number` letters of either case
//   needs_digit        a digit stands in the body
//   not_words          the body is no identifier: under a model of words its likelihood is below
//                      e^13 times that of a random text over `number` characters (0: as many as its
//                      alphabet seems to have). A random body fails with a probability of at most
//                      e^-13 (Markov), whatever the model
//   not_placeholder    no "example", "placeholder", ..., no run of 8 equal or ascending characters,
//                      no period; see IsPlaceholder for long bodies, which hold them by chance
//   not_variable       no shell, template or format variable
//   not_uuid           the secret is no UUID
//   jwt                the first part decodes to a JSON object with "alg", the second to one too
//   private_key        the PEM body decodes to a private key, or is encrypted
//   secret_name        what stands before the secret names it, and not its file, field or address;
//                      a UUID needs the name of a key
//   random             nothing but chance explains the body
//   password           the same, or a password as people choose them
//   userinfo           the match is "user:password@host" of a URL, the secret its password, and
//                      none of them is a placeholder or a well-known default
//   basic_credentials  the secret decodes to "user:password" (RFC 7617)
//
// Beside these no secret passes that its vendor has published (secrets/placeholder.h).
std::span<const std::string_view> ValidatorNames();

// Whether the validator of that name looks at what stands around the secret, too.
bool LooksAround(std::string_view validator);

// The first of the rule's validators that refuses, or has a name that is not known; "" when none
// does. Points into the rule.
std::string_view RefusedBy(const Captured& captured);

// True when no validator refuses and the secret is not published.
bool PassesValidators(const Captured& captured);

}  // namespace picket
