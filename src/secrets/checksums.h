// Checksums that vendors document, so that a token can be told from an invention without asking
// anybody.
#pragma once

#include <string>
#include <string_view>

namespace picket {

// Six base-62 digits of the CRC-32 of `body`, as GitHub and npm end their tokens
// (github.blog, "Behind GitHub's new authentication token formats").
std::string Crc32Base62(std::string_view body);

// True for a whole GitLab routable token: prefix, base64url payload, a dot, the payload's length in
// two base-36 digits and the CRC-32 of all that in seven (GitLab's "Routable tokens" design and its
// Authn::TokenField::Generator::RoutableToken).
bool IsGitlabRoutable(std::string_view token);
// What stands behind the payload of such a token: ".", length, checksum.
std::string GitlabRoutableTail(std::string_view prefix, std::string_view payload);

// True for a whole Bech32 string in one case, of any length (BIP 173; age's secret keys).
bool IsBech32(std::string_view text);
// The six characters that end the lower-case Bech32 string `human` + "1" + `data` + them.
std::string Bech32Checksum(std::string_view human, std::string_view data);
// The 32 characters of the data part.
std::string_view Bech32Alphabet();

}  // namespace picket
