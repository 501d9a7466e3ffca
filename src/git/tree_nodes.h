// Trees reduced to the entries that lead to what is being looked for, each kept once.
//
// A node is a list of blocks of entries, and both are known by number: equal ones are one. Where a
// block ends is told by a name in it alone, so that two versions of a folder of thousands share all
// blocks but those in which they differ.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "core/change_list.h"

namespace picket {

// An entry that is wanted or leads to something wanted.
struct ProjectedEntry {
  uint32_t name = 0;             // see TreeProjection::name()
  uint32_t object = kNone;       // index of the wanted object that it is
  uint32_t wanted_name = kNone;  // index of the wanted name that it has
  uint32_t child = 0;            // node of the subtree that it is; 0: nothing in it is wanted
  uint32_t type = 0;             // the file type bits of the mode

  auto operator<=>(const ProjectedEntry&) const = default;

  bool leads_nowhere() const { return object == kNone && wanted_name == kNone && child == 0; }
};

// Filled from any number of threads; numbers depend on which came first, content does not.
class TreeNodes {
 public:
  // Levels of nodes below each other; Git's own default for core.maxTreeDepth since 2.43.
  static constexpr size_t kMostLevels = 2048;

  // They take no more than that; bytes.
  explicit TreeNodes(uint64_t most_bytes) : most_bytes_(most_bytes) { AddNode({}); }

  enum class Refusal : uint8_t { kNo, kTooMuch, kTooDeep };
  // The number of a node of these entries, in a tree's order; 0 for none of them. nullopt with a
  // refusal.
  std::optional<uint32_t> Add(std::span<const ProjectedEntry> entries, Refusal* refusal);
  // The same in steps. A block is not empty; each ends where EndsBlock() says so of two neighbours.
  // nullopt where there is too much.
  std::optional<uint32_t> AddBlock(std::vector<ProjectedEntry> entries);
  std::optional<uint32_t> AddNode(std::vector<uint32_t> blocks, Refusal* refusal);
  // Entries of one name stay together.
  static bool EndsBlock(uint32_t name, uint32_t next_name) {
    constexpr uint32_t kFactor = 0x9e3779b1U;
    constexpr int kOneIn32 = 27;
    return name != next_name && (name * kFactor) >> kOneIn32 == 0;
  }

  // Once all are added.
  std::span<const uint32_t> blocks(uint32_t node) const { return *nodes_[node]; }
  std::span<const ProjectedEntry> entries(uint32_t block) const { return *blocks_[block]; }

 private:
  void AddNode(std::vector<uint32_t> blocks) {
    Refusal refusal = Refusal::kNo;
    AddNode(std::move(blocks), &refusal);
  }
  bool Charge(uint64_t bytes);

  uint64_t most_bytes_;
  std::mutex mutex_;  // all below
  uint64_t bytes_ = 0;
  std::map<std::vector<ProjectedEntry>, uint32_t> block_numbers_;
  std::deque<const std::vector<ProjectedEntry>*> blocks_;  // the keys of block_numbers_
  std::map<std::vector<uint32_t>, uint32_t> node_numbers_;
  std::deque<const std::vector<uint32_t>*> nodes_;  // the keys of node_numbers_
  // How many nodes stand below each other at most, by block and by node.
  std::deque<uint16_t> block_levels_;
  std::deque<uint16_t> node_levels_;
};

}  // namespace picket
