// The formats of secrets/formats.def, and secrets made of them: a second account of what each
// precise rule is for, which knows nothing of the patterns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "secrets/template.h"

namespace picket {

enum class Shape : uint8_t {
  kAlone,   // found wherever it stands
  kNamed,   // found where it is given to `around`
  kPhrase,  // found inside the text `around`, of one line without quotes
  kBlock,   // found inside the text `around`
};

struct SecretFormat {
  std::string rule;
  Shape shape = Shape::kAlone;
  std::string around;
  std::string secret;
};

// In the table's order.
const std::vector<SecretFormat>& SecretFormats();

// Whether `found` may tell a secret of `rule`.
bool TellsSame(std::string_view rule, std::string_view found);

// Whether the table takes `rule` out of the place of that name.
bool IsNotIn(std::string_view rule, std::string_view place);

// Rules whose secrets are not looked for in encodings.
const std::set<std::string>& RulesWithoutHint();

// Rules of which the table tells nothing, because nothing is known but the rule itself.
const std::set<std::string>& UntoldRules();

// How many bytes too many a finding of `rule` may have.
size_t OpenEnd(std::string_view rule);

// A rule that is known to lose what the table describes.
struct KnownLoss {
  std::string rule;
  std::string part;   // of SecretFormat::secret or ::around
  std::string place;  // empty: every place
  std::string what;

  bool Covers(const SecretFormat& format, std::string_view at) const;
};
const std::vector<KnownLoss>& KnownLosses();

// Expands one format. `variant` chooses the alternatives and, by its remainder of three, any
// length, the shortest or the longest: Variants() of them see all that a format can be.
class SecretMaker {
 public:
  SecretMaker(uint64_t seed, unsigned variant)
      : random_(seed), choice_(variant / 3), lengths_(variant % 3) {}

  // Throws std::logic_error for a format that is not well formed.
  std::string Make(std::string_view format);

  static unsigned Variants(std::string_view format);

 private:
  std::string Sequence(std::string_view stops);
  std::string Alternatives();
  std::string Set();
  size_t Count();
  bool AtFunction() const;
  std::string Function();
  std::string Pem(std::string_view kind, std::string_view line_break);
  std::string Bytes(size_t count);

  SeededRandom random_;
  unsigned choice_;
  unsigned lengths_;
  unsigned alternatives_ = 1;
  std::string_view format_;
  size_t at_ = 0;
  std::string last_set_;
  std::string made_;
};

}  // namespace picket
