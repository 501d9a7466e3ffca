// Loose objects, read by ourselves: libgit2 1.5 never returns from one that is cut short.
//
// A loose object is one zlib stream of "<type> SP <size> NUL <content>" (gitformat-loose(5); Git's
// own object-file.c). All of it is checked: type, size, the end of the stream and of the file.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "core/bytes.h"
#include "git/object_type.h"
#include "git/zlib_stream.h"

namespace picket {

// The header of the loose object whose file of `file_bytes` begins with `beginning`. False, with a
// clause in `why`, where it is damaged or needs more than that of the file. A size that the file
// can't hold, however well it packs, is damage too.
bool ReadLooseHeader(Bytes beginning, uint64_t file_bytes, ObjectHeader* header, std::string* why);

// Of a whole file: `early` gets the first bytes of the content, and `stream`, which `file`
// has to outlive, makes those behind.
bool OpenLoose(Bytes file, ZlibStream* stream, ObjectHeader* header, std::string* early,
               std::string* why);

// All of its content; `allocate` gives the room for it once its size is known, or null.
bool ReadLoose(Bytes file, const std::function<uint8_t*(uint64_t)>& allocate, ObjectHeader* header,
               std::string* why);

}  // namespace picket
