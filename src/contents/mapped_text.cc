#include "contents/mapped_text.h"

#include "contents/child_origin.h"

namespace picket {

void MappedText::AppendAnywhere(char byte, uint64_t offset) {
  if (parent_.inner_bytes == 0) {
    text_.push_back(byte);
    return;
  }
  // Where the parent has steps of its own a run of bytes may end anywhere: each byte is asked for.
  if (steps_.empty() || offset != next_ || !parent_.steps.empty()) {
    uint64_t outer = MapOutward(parent_, offset, false);
    bool goes_on = false;
    if (!steps_.empty() && parent_.inner_bytes == parent_.outer_bytes) {
      const OffsetStep& last = steps_.back();
      goes_on = outer == last.outer + (text_.size() - last.inner);
    }
    if (!goes_on) steps_.push_back({text_.size(), outer});
  }
  text_.push_back(byte);
  next_ = offset + 1;
}

void MappedText::AppendAnywhere(std::string_view piece, uint64_t offset) {
  if (piece.empty()) return;
  AppendAnywhere(piece.front(), offset);
  // Without steps of the parent's the rest goes on from the first byte.
  const bool at_once = parent_.inner_bytes == 0 || parent_.steps.empty();
  for (size_t i = 1; !at_once && i < piece.size(); ++i) AppendAnywhere(piece[i], offset + i);
  if (!at_once) return;
  text_ += piece.substr(1);
  next_ = offset + piece.size();
}

Origin MappedText::MakeOrigin(std::string_view name) const {
  Origin origin = ChildOrigin(parent_, name, 0, 1, 1);
  if (origin.inner_bytes != 0) origin.steps = steps_;
  return origin;
}

void MappedText::Clear() {
  text_.clear();
  steps_.clear();
  next_ = 0;
}

}  // namespace picket
