// What Hyperscan says of a text before anything is confirmed, kept for texts that are made from it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace picket {

struct Hit {
  // The index of a rule, or of a literal plus the number of rules.
  uint32_t id = 0;
  // It ends at each offset from the first to the last.
  uint64_t first_end = 0;
  uint64_t last_end = 0;

  bool operator==(const Hit&) const = default;
};

// The hits of one text. Every match that a matcher accepts has its end among them, and every
// encoded literal that it reports; there may be more.
class HitList {
 public:
  // Hits are cut to as many ends, so that those which reach a place are found by where they begin.
  static constexpr uint64_t kMostEnds = 64;
  // More hits than these are not kept, and a text that has them is searched as a whole.
  static constexpr uint64_t Most(uint64_t text_size) {
    return 64 + std::min<uint64_t>(text_size / 16, uint64_t{1} << 18);
  }

  // Begins the list of a text.
  void Reset(uint64_t text_size);
  // Once there are too many the list lets go of all.
  void Add(std::span<const Hit> hits);
  // After the last: sorts them.
  void Finish();
  // Lets go of everything.
  void Drop();
  // The text has a word of a rule in SearchGroup::kFarWord; without one it has no match of these.
  void NoteFarWord() { has_far_word_ = true; }

  // False before Finish() and where there were too many: nothing is known of the text.
  bool whole() const { return whole_; }
  uint64_t text_size() const { return text_size_; }
  // By first end, then id; none stands twice.
  std::span<const Hit> hits() const { return hits_; }
  // False only where there is none.
  bool has_far_word() const { return has_far_word_; }
  uint64_t memory_bytes() const { return hits_.capacity() * sizeof(Hit); }

 private:
  std::vector<Hit> hits_;
  uint64_t text_size_ = 0;
  bool has_far_word_ = false;
  bool full_ = false;
  bool whole_ = false;
};

}  // namespace picket
