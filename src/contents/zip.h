// Our own zip reader: it shows every member that any loader could reach, and where loaders would
// disagree.
//
// Each entry of each central directory that some reader finds is followed by its offset to its
// local header and its data; names, flags, sizes and checksums that lie don't stop that. What
// stands between members and is not only padding is visited too. Stored members keep their place in
// the outer bytes; compressed ones are unpacked under the budget.
//
// A member whose name ends in "data.pkl", in any case and under any prefix, gets the route
// "torch.record". Names are hostile bytes: nothing here cleans them.
//
// A finding zip.reader-disagreement (kAmbiguous, no fingerprint) is added only where it matters to
// judgement: two directories that list different members, or one name - without regard to case -
// that means different bytes to different loaders, when it names a model part.
// A gap is added for what can't be read: encryption, methods other than those of zip_methods.h,
// bytes that are not there, damage, an exhausted budget.
//
// Sources: APPNOTE.TXT 6.3.10; CPython's zipfile; miniz as PyTorch uses it.
#pragma once

#include "contents/expander.h"

namespace picket {

// Does nothing when `blob` is no zip file. Linear in the number of members and bytes.
void ExpandZip(const Blob& blob, ExpandBudget& budget, FindingSink& sink, ChildVisitor& visitor);

}  // namespace picket
