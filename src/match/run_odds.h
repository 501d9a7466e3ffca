// How likely random text of a pattern's steps is no token run that counts.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "match/pattern_path.h"
#include "match/search_group.h"

namespace picket {

struct RunPart {
  ByteKinds kinds;
  uint32_t count = 0;  // 0: bytes that may stand here and need not

  auto operator<=>(const RunPart&) const = default;
};

// Remembers what it worked out. Of patterns with very many runs that differ it says 1.
class RunOdds {
 public:
  // `reach` has to live as long.
  explicit RunOdds(const SearchReach& reach) : reach_(reach) {}

  // Of the parts side by side, from 0 to 1. More bytes than the parts are sure of only make a run
  // likelier.
  double OfMiss(const std::vector<RunPart>& parts);

 private:
  double Compute(const std::vector<RunPart>& parts) const;

  const SearchReach& reach_;
  std::map<std::vector<RunPart>, double> known_;
};

}  // namespace picket
