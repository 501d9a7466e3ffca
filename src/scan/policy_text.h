// Edits the allowances in the text of a policy file and leaves every other byte as it is: the file
// is kept by people, under version control.
#pragma once

#include <string>
#include <string_view>

#include "scan/allowance.h"

namespace picket {

struct PolicyEdit {
  std::string text;
  // kSame: the very allowance stands there already, and `text` is what it was.
  enum class What : uint8_t { kAdded, kRenewed, kSame } what = What::kSame;
};

// `text` with `one` among its "allow", as one line before the first allowance that sorts behind it;
// a file that keeps them sorted stays so. An allowance for the same fingerprint is replaced.
// An empty `text` becomes a policy of its own. `text` is otherwise one that ParsePolicy accepts;
// throws Error, naming `file`, where it is not, or where the fingerprint stands there twice.
// The strings of `one` are valid UTF-8.
PolicyEdit AllowIn(std::string_view text, const Allowance& one, std::string_view file);

}  // namespace picket
