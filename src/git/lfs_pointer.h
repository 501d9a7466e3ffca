// The text that Git LFS keeps in Git in the place of a file.
//
// The format is git-lfs docs/spec.md's: lines "key value", "version" first, then "oid sha256:<64
// digits>" and "size <bytes>", less than 1,024 bytes, one way to write it. What git-lfs reads is
// more, and who checks out a commit gets whatever git-lfs reads as a pointer, so that is what
// counts here (observed with git-lfs 3.3: `git lfs smudge`): blanks around it, Unicode's too; empty
// lines; CR LF; "ext-<digit>-<name>" lines anywhere before the size; a sign and zeros before the
// size; older versions' addresses; and of a longer blob only the first 1,024 bytes (512 in the
// first versions), so that anything may stand behind blanks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/bytes.h"
#include "core/object_id.h"

namespace picket {

struct LfsPointer {
  // SHA-256 of the object, 32 bytes.
  ObjectId oid;
  // Bytes, as the pointer says.
  uint64_t size = 0;
  // Programs of the reader's own change the object when it is checked out ("ext-0-name" lines).
  bool has_extensions = false;
  // The blob goes on where git-lfs stops to read: what scans for pointers by their size misses it.
  bool has_more = false;
};

// As git-lfs, nobody looks at more of a blob.
inline constexpr size_t kLfsPointerBytes = 1024;

// nullopt for what git-lfs does not read as a pointer, and for an empty blob, which stands for
// itself. Looks at the first kLfsPointerBytes only.
std::optional<LfsPointer> TryParseLfsPointer(Bytes blob);

}  // namespace picket
