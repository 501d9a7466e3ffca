// 7z archives. Each folder - files that are packed as one - is unpacked under the budget and cut
// into its members. Coders: Copy, LZMA, LZMA2, bzip2, Deflate, Zstandard, and the filters that
// stand behind LZMA; a list of members that is packed itself is unpacked first.
//
// A gap is added for what can't be read, by member where its name is known: encryption, other
// coders, damage, an exhausted budget. Checksums of members are not compared.
// Archives that extract themselves stand behind a program (MZ or ELF); behind anything else none is
// looked for.
#pragma once

#include "contents/expander.h"

namespace picket {

// Does nothing when `blob` begins neither as a 7z archive nor as a program with one behind it.
void ExpandSevenZip(const Blob& blob, ExpandBudget& budget, FindingSink& sink,
                    ChildVisitor& visitor);

}  // namespace picket
