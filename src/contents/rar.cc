// RAR archives, of which none of the libraries here reads all: that they are there is said, so that
// nothing packed in one passes unseen. Source: rarlab's technote on RAR 5.0, "RAR signature".
#include "contents/rar.h"

#include <string_view>

#include "contents/expand_gap.h"

namespace picket {

void ExpandRar(const Blob& blob, ExpandBudget&, FindingSink& sink, ChildVisitor&) {
  constexpr std::string_view kSignature = "Rar!\x1a\x07";
  if (AsText(blob.bytes).starts_with(kSignature)) {
    AddExpandGap(blob, "it is a RAR archive, which is not opened", sink);
  }
}

}  // namespace picket
