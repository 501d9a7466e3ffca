// Tells a private key from text that stands between the same two lines: documentation, tests of
// parsers, keys with their middle cut out.
#pragma once

#include "match/measure.h"

namespace picket {

// True when the body decodes to what a private key is made of: PKCS #1 (RFC 8017), SEC 1 (RFC
// 5915), DSA as OpenSSL writes it, PKCS #8 (RFC 5958), encrypted PKCS #8, an OpenSSH key
// (PROTOCOL.key), an OpenPGP secret key packet (RFC 4880), or anything that a legacy PEM header
// says is encrypted. Numbers are not looked into. A body that is cut off is judged by its start.
bool IsPrivateKey(const PemBody& body);

}  // namespace picket
