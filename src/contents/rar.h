// RAR archives, versions 1.5 to 7: recognised, not opened.
#pragma once

#include "contents/expander.h"

namespace picket {

// A gap where `blob` begins as a RAR archive; nothing else.
void ExpandRar(const Blob& blob, ExpandBudget& budget, FindingSink& sink, ChildVisitor& visitor);

}  // namespace picket
