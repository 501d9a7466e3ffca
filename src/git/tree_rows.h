// The entries of every tree of a store, as a walk over the trees of deltas meets them: a tree that
// is a version of another is told as runs of that one's entries and the few that are its own, so
// that what a history of folders leads to can be asked again and again without inflating it again.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "core/change_list.h"

namespace picket {

struct TreeRow {
  uint32_t name = 0;  // a number, see TreeRows::NamePosition()
  // Of a folder its position in ObjectInventory::trees, of a file its position in
  // ObjectInventory::objects; kNone for a gitlink, and for what is not in the store.
  uint32_t object = kNone;
  uint8_t type = 0;  // the file type bits of the mode, shifted right by 12

  static constexpr uint8_t kDirectory = 0040000 >> 12;
  static constexpr uint8_t kGitlink = 0160000 >> 12;
  bool operator==(const TreeRow&) const = default;
};

// Trees that follow each other in a walk. One thread's own while it is written.
class TreeRowChunk {
 public:
  // A tree that was read by itself: it is nobody's base.
  static constexpr uint32_t kAlone = UINT32_MAX;

  // The tree `label` (kNone: it only stands between others), `depth` deltas below the root of its
  // tree of deltas. Its base is the tree that came last at depth - 1.
  void Begin(uint32_t label, uint32_t depth);
  // `count` entries of the base, from its entry `first` on.
  void Copy(uint32_t first, uint32_t count);
  // An entry of its own, but for its object; a folder's, or a file's, is told after that of the
  // last folder, or file.
  void Add(uint32_t name, uint8_t type);
  void AddFolder(uint32_t tree) { folders_.push_back(tree); }
  void AddFile(uint32_t object) { files_.push_back(object); }
  void End();

  uint64_t bytes() const { return bytes_.size() + 4 * (folders_.size() + files_.size()); }
  // The trees that stand in entries of their own.
  const std::vector<uint32_t>& folders() const { return folders_; }

 private:
  friend class TreeRowCursor;
  friend class TreeRows;
  void Put(uint64_t number);
  void Flush();

  std::vector<uint8_t> bytes_;
  std::vector<uint32_t> folders_;
  std::vector<uint32_t> files_;
  uint32_t next_label_ = 0;  // where labels ascend one by one
  // A run that may go on, and where the last one ended.
  uint32_t first_ = 0;
  uint32_t count_ = 0;
  uint32_t expected_ = 0;
};

// What TreeRowChunk holds, in the same order.
class TreeRowCursor {
 public:
  explicit TreeRowCursor(const TreeRowChunk& chunk)
      : rest_(chunk.bytes_), folder_(chunk.folders_.data()), file_(chunk.files_.data()) {}

  bool NextTree();
  uint32_t label() const { return label_; }
  uint32_t depth() const { return depth_; }
  // False at the end of the tree; to be called until then.
  bool NextPart();
  // A run of the base's entries; else row().
  bool is_copy() const { return is_copy_; }
  uint32_t first() const { return first_; }
  uint32_t count() const { return count_; }
  const TreeRow& row() const { return row_; }

 private:
  uint64_t Take();

  Bytes rest_;
  const uint32_t* folder_;
  const uint32_t* file_;
  uint32_t label_ = kNone;
  uint32_t next_label_ = 0;
  uint32_t depth_ = 0;
  bool is_copy_ = false;
  uint32_t first_ = 0;
  uint32_t count_ = 0;
  uint32_t expected_ = 0;
  TreeRow row_;
};

// Of a whole store. Filled by any number of threads, each chunk by one.
class TreeRows {
 public:
  // More than this is not kept; bytes.
  static constexpr uint64_t kMostBytes = uint64_t{96} << 20;

  TreeRows(size_t trees, size_t chunks) : whole_(trees, 0), chunks_(chunks) {}

  // Counts what chunks have grown by; false, and what there is is of no use, where all together are
  // too many.
  bool Charge(uint64_t bytes) {
    return bytes_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= kMostBytes;
  }
  bool is_full() const { return bytes_.load(std::memory_order_relaxed) > kMostBytes; }
  void Keep(size_t position, TreeRowChunk chunk);
  // Every entry of the tree was told.
  void SetWhole(uint32_t tree) { whole_[tree] = 1; }
  bool IsWhole(uint32_t tree) const { return whole_[tree] != 0; }
  size_t tree_count() const { return whole_.size(); }
  const std::vector<TreeRowChunk>& chunks() const { return chunks_; }

  // By the number of a name, which it got when it was met first, its position in TreeNames::names.
  void SetNamePositions(std::vector<uint32_t> positions) { name_positions_ = std::move(positions); }
  uint32_t NamePosition(uint32_t number) const { return name_positions_[number]; }

 private:
  std::vector<uint8_t> whole_;
  std::vector<TreeRowChunk> chunks_;
  std::atomic<uint64_t> bytes_{0};
  std::vector<uint32_t> name_positions_;
};

}  // namespace picket
