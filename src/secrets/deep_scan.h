// Scans a short text and everything decoded from it, for masks and rule checks; the run itself is
// the scanner's work.
#pragma once

#include <string_view>
#include <vector>

#include "contents/expander.h"
#include "core/detector.h"

namespace picket {

// Every finding in `text`, spans mapped to it, sorted by place; gaps are left out. A finding in
// decoded text covers at least the characters that encode it.
std::vector<Finding> DeepScan(std::string_view text, ObjectKind kind, Session& session,
                              Expander& expander);

}  // namespace picket
