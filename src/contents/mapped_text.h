// Text that is put together from pieces of other text, with the place of every piece.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/blob.h"

namespace picket {

// Pieces are appended in the order of their places in `parent`, whose steps (if it has any) are
// looked through: the steps made here count in the outermost blob. Where the parent's own place
// can't be told there are none. `parent` outlives this.
class MappedText {
 public:
  explicit MappedText(const Origin& parent) : parent_(parent) {}

  // One byte of text that begins at `offset` of the parent.
  void Append(char byte, uint64_t offset);
  // The parent's own bytes from `offset` on.
  void Append(std::string_view piece, uint64_t offset);
  // Another text of the same parent.
  void Append(const MappedText& other);

  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  // What the text and its places take in memory, in bytes.
  uint64_t cost() const { return text_.size() + steps_.size() * sizeof(OffsetStep); }
  // Of a child named `name` that has this text; valid until the next change.
  Origin MakeOrigin(std::string_view name) const;
  void Clear();

 private:
  const Origin& parent_;
  std::string text_;
  std::vector<OffsetStep> steps_;
  uint64_t next_ = 0;  // the parent's offset that goes on without a step
};

}  // namespace picket
