#include "git/tree_rows.h"

#include <utility>

namespace picket {

// A tree: how far its label is from the one that follows the last, sign in the lowest bit, depth +
// 1, its parts, 0. A run: twice its length, and how far behind the end of the last one it begins,
// sign in the lowest bit. A row: twice its name plus 1, then object + 1 and the type in the lowest
// four bits. All of it base 128, the lowest digits first.

void TreeRowChunk::Put(uint64_t number) {
  for (; number >= 0x80; number >>= 7) bytes_.push_back(static_cast<uint8_t>(number | 0x80));
  bytes_.push_back(static_cast<uint8_t>(number));
}

void TreeRowChunk::Begin(uint32_t label, uint32_t depth) {
  const auto step = static_cast<int32_t>(label - next_label_);
  Put(step >= 0 ? uint64_t{static_cast<uint32_t>(step)} << 1
                : (uint64_t{0} - static_cast<uint64_t>(int64_t{step})) << 1 | 1);
  next_label_ = label + 1;
  Put(depth + uint32_t{1});
  expected_ = 0;
}

void TreeRowChunk::Copy(uint32_t first, uint32_t count) {
  if (count_ != 0 && first == first_ + count_) {
    count_ += count;
    return;
  }
  Flush();
  first_ = first;
  count_ = count;
}

void TreeRowChunk::Flush() {
  if (count_ == 0) return;
  Put(uint64_t{count_} << 1);
  Put(first_ >= expected_ ? uint64_t{first_ - expected_} << 1
                          : uint64_t{expected_ - first_} << 1 | 1);
  expected_ = first_ + count_;
  count_ = 0;
}

void TreeRowChunk::Add(uint32_t name, uint8_t type) {
  Flush();
  Put(uint64_t{name} << 5 | (type & 15U) << 1 | 1);
}

void TreeRowChunk::End() {
  Flush();
  Put(0);
}

uint64_t TreeRowCursor::Take() {
  uint64_t number = 0;
  for (unsigned shift = 0; !rest_.empty(); shift += 7) {
    const uint8_t byte = rest_.front();
    rest_ = rest_.subspan(1);
    number |= uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) break;
  }
  return number;
}

bool TreeRowCursor::NextTree() {
  if (rest_.empty()) return false;
  const uint64_t step = Take();
  const auto distance = static_cast<uint32_t>(step >> 1);
  label_ = (step & 1) == 0 ? next_label_ + distance : next_label_ - distance;
  next_label_ = label_ + 1;
  depth_ = static_cast<uint32_t>(Take() - 1);
  expected_ = 0;
  return true;
}

bool TreeRowCursor::NextPart() {
  const uint64_t head = Take();
  if (head == 0) return false;
  is_copy_ = (head & 1) == 0;
  if (is_copy_) {
    const uint64_t second = Take();
    count_ = static_cast<uint32_t>(head >> 1);
    const uint32_t distance = static_cast<uint32_t>(second >> 1);
    first_ = (second & 1) == 0 ? expected_ + distance : expected_ - distance;
    expected_ = first_ + count_;
  } else {
    row_.name = static_cast<uint32_t>(head >> 5);
    row_.type = static_cast<uint8_t>(head >> 1 & 15);
    if (row_.type == TreeRow::kDirectory) {
      row_.object = *folder_++;
    } else {
      row_.object = row_.type == TreeRow::kGitlink ? kNone : *file_++;
    }
  }
  return true;
}

void TreeRows::Keep(size_t position, TreeRowChunk chunk) {
  chunk.bytes_.shrink_to_fit();
  chunk.folders_.shrink_to_fit();
  chunk.files_.shrink_to_fit();
  chunks_[position] = std::move(chunk);
}

}  // namespace picket
