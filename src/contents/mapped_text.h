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
  explicit MappedText(const Origin& parent)
      : parent_(parent),
        in_step_(parent.steps.empty() && parent.inner_bytes == parent.outer_bytes &&
                 parent.inner_bytes != 0) {}

  // One byte of text that begins at `offset` of the parent.
  void Append(char byte, uint64_t offset) {
    if (!in_step_) return AppendAnywhere(byte, offset);
    BeginAt(offset);
    text_.push_back(byte);
    next_ = offset + 1;
  }
  // The parent's own bytes from `offset` on.
  void Append(std::string_view piece, uint64_t offset) {
    if (!in_step_) return AppendAnywhere(piece, offset);
    if (piece.empty()) return;
    BeginAt(offset);
    text_ += piece;
    next_ = offset + piece.size();
  }

  // Room for a text of so many bytes, and for a step in every 32 of them.
  void Reserve(uint64_t bytes) {
    text_.reserve(bytes);
    steps_.reserve(bytes / 32);
  }

  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  // What the text and its places take in memory, in bytes.
  uint64_t cost() const { return text_.size() + steps_.size() * sizeof(OffsetStep); }
  // Of a child named `name` that has this text; valid until the next change.
  Origin MakeOrigin(std::string_view name) const;
  void Clear();

 private:
  void BeginAt(uint64_t offset) {
    if (steps_.empty() || offset != next_) {
      steps_.push_back({text_.size(), parent_.offset + offset});
    }
  }
  void AppendAnywhere(char byte, uint64_t offset);
  void AppendAnywhere(std::string_view piece, uint64_t offset);

  const Origin& parent_;
  // The parent's bytes stand in the outermost blob side by side: most texts' do.
  bool in_step_ = false;
  std::string text_;
  std::vector<OffsetStep> steps_;
  uint64_t next_ = 0;  // the parent's offset that goes on without a step
};

}  // namespace picket
