// Where the quotes and backslashes of a JSON text stand. They are found ahead of its reader, many
// bytes at once: strings are so short that to look for the end of each by itself took longer than
// all else that is done with them.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/bytes.h"
#include "core/instructions.h"
#include "core/mark_list.h"

namespace picket {

// One reader's own, about 16 KiB. `text` outlives this.
class QuoteMarks {
 public:
  explicit QuoteMarks(Bytes text, Instructions with = BestInstructions())
      : text_(text), with_(with) {}

  // Where the first from `at` on stands, or the text's size. `at` is never less than before.
  uint64_t Next(uint64_t at) {
    // There is none between where a question was and the piece that answered it.
    at = std::max(at, begin_);
    while (true) {
      if (at < end_) {
        const auto from = static_cast<uint32_t>(at - begin_);
        while (*next_ < from) ++next_;
        if (*next_ != kNone) return begin_ + *next_;
      }
      at = std::max(at, end_);
      if (at >= text_.size()) return text_.size();
      List(at);
    }
  }

 private:
  // So many bytes are looked at together.
  static constexpr uint64_t kPiece = 4096;
  static constexpr uint32_t kNone = ~uint32_t{0};

  void List(uint64_t begin);

  Bytes text_;
  Instructions with_;
  // What is listed: from where the piece begins, and behind the last kNone.
  uint64_t begin_ = 0;
  uint64_t end_ = 0;
  const uint32_t* next_ = nullptr;
  std::array<uint32_t, kPiece + kMarksAtOnce> marks_;
};

}  // namespace picket
