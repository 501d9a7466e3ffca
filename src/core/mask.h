// Nothing leaves with a secret in it: every path, ref, author, message and policy error passes
// here.
#pragma once

#include <string>
#include <string_view>

namespace picket {

class Mask {
 public:
  virtual ~Mask() = default;
  // `text` with every secret in it replaced by its masked form. Safe from one thread at a time.
  virtual std::string Apply(std::string_view text) = 0;
};

}  // namespace picket
