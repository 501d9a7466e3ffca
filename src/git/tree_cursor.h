// Walks the entries of a raw tree object: "<octal mode> <name>\0<raw id>", again and again.
// A tree may be hostile: order, repeated names and names that no file can have are for the caller
// to judge; what can't be cut into entries ends the walk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/bytes.h"
#include "core/object_id.h"

namespace picket {

class TreeCursor {
 public:
  static constexpr uint32_t kTypeMask = 0170000;
  static constexpr uint32_t kDirectory = 0040000;
  static constexpr uint32_t kGitlink = 0160000;

  // `tree` must outlive the cursor and every name taken from it. `id_bytes` is 20 in SHA-1
  // repositories and 32 in SHA-256 ones: ObjectDatabase::id_bytes().
  TreeCursor(Bytes tree, size_t id_bytes) : rest_(AsText(tree)), id_bytes_(id_bytes) {}

  // False at the end, and at an entry that is broken: see broken().
  bool Next() {
    if (rest_.empty() || broken_) return false;
    size_t space = rest_.find(' ');
    size_t end = space == std::string_view::npos ? space : rest_.find('\0', space + 1);
    if (space == 0 || end == std::string_view::npos || rest_.size() - end - 1 < id_bytes_) {
      broken_ = true;
      return false;
    }
    mode_ = 0;
    // As in Git, a mode has no fixed width, and digits past 32 bits fall off.
    for (char digit : rest_.substr(0, space)) {
      if (digit < '0' || digit > '7') {
        broken_ = true;
        return false;
      }
      mode_ = mode_ << 3 | static_cast<uint32_t>(digit - '0');
    }
    name_ = rest_.substr(space + 1, end - space - 1);
    id_ = AsBytes(rest_.substr(end + 1, id_bytes_));
    rest_.remove_prefix(end + 1 + id_bytes_);
    return !broken_;
  }

  bool broken() const { return broken_; }
  uint32_t mode() const { return mode_; }
  bool is_directory() const { return (mode_ & kTypeMask) == kDirectory; }
  bool is_gitlink() const { return (mode_ & kTypeMask) == kGitlink; }
  std::string_view name() const { return name_; }
  Bytes raw_id() const { return id_; }
  ObjectId id() const { return ObjectId::FromRaw(id_); }

 private:
  std::string_view rest_;
  size_t id_bytes_;
  std::string_view name_;
  Bytes id_;
  uint32_t mode_ = 0;
  bool broken_ = false;
};

}  // namespace picket
