// The lists of other tools that say which findings may stay: .gitleaksignore of gitleaks and
// .secrets.baseline of detect-secrets. They name findings by place or by a hash of their own, so
// each entry must be looked up again to learn our fingerprint (cli/allow_import.h).
//
// Sources: README.md of gitleaks ("commit:file:rule:line", and "file:rule:line" for any commit; "#"
// begins a comment); docs and README.md of detect-secrets (results -> file -> type, hashed_secret
// [SHA-1, hex], line_number, is_secret).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace picket {

struct ForeignIgnore {
  // What it is called when it is told: "line 12", "entry 3".
  std::string name;
  std::string commit;  // 40 or 64 hexadecimal digits; "" for the present state
  std::string path;    // as the list spells it, any bytes
  uint64_t line = 0;   // from 1
  std::string sha1;    // 40 hexadecimal digits of the secret's SHA-1; "" for none
  // Why it is not taken over; "" where it can be looked up.
  std::string complaint;
};

struct ForeignIgnores {
  std::string tool;  // "gitleaks", "detect-secrets"
  std::vector<ForeignIgnore> entries;
};

// Which of the two it is, the text tells. Throws Error, naming `file`, for what is neither: no
// JSON behind a "{", or more than a million entries.
ForeignIgnores ParseForeignIgnores(std::string_view text, std::string_view file);

}  // namespace picket
