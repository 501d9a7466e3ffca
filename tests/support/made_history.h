// Histories of made-up texts in which secrets come, go, move and are put together, and packs in
// which each text is the delta that it was made by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/blob.h"
#include "match/rule.h"

namespace picket::test {

// Some rules of those that ship: the widest of each search group, some others of each, and all that
// measure a body. All of one standing and without validators, so that a detector reports whatever
// is matched.
struct ChosenRules {
  std::vector<Rule> rules;
  // Texts that they match, and near misses.
  std::vector<std::string> secrets;
};
ChosenRules ChooseRules();

inline constexpr size_t kNoText = SIZE_MAX;

struct MadeText {
  std::string text;
  // The index of the text that it was made from.
  size_t base = kNoText;
  std::vector<CopiedRange> copies;
};

class HistoryMaker {
 public:
  // `secrets` are put into the texts: whole, in halves, and beside each other.
  HistoryMaker(std::vector<std::string> secrets, uint64_t seed)
      : secrets_(std::move(secrets)), random_(seed) {}

  // Bases before what is made from them, depth first; no text stands twice in all that this maker
  // makes.
  std::vector<MadeText> Make();

 private:
  // A byte of a text, and where it stood in the base; kNoText for one that is new.
  struct Cell {
    char byte = 0;
    size_t from = kNoText;
  };
  using Cells = std::vector<Cell>;

  size_t Below(size_t bound) { return random_() % bound; }
  std::string Letters(std::string_view alphabet, size_t length);
  std::string Fragment();
  std::string Root();
  Cells Edit(const std::string& base);
  void EditOnce(Cells* cells);
  size_t Place(const Cells& cells);
  void Grow(size_t parent, size_t depth, std::vector<MadeText>* texts);

  std::vector<std::string> secrets_;
  std::mt19937_64 random_;
  uint64_t made_ = 0;
};

// As Git writes them.
std::string DeltaOf(const MadeText& made, uint64_t base_size);
// A pack of all texts of all histories, with its checksum; git index-pack makes the index.
std::string PackOf(const std::vector<std::vector<MadeText>>& histories);

}  // namespace picket::test
