#include "git/tree_nodes.h"

#include <algorithm>
#include <utility>

namespace picket {
namespace {

// What a block or a node takes beside what it lists.
constexpr uint64_t kOverhead = 112;

}  // namespace

bool TreeNodes::Charge(uint64_t bytes) {
  if (bytes > most_bytes_ - bytes_) return false;
  bytes_ += bytes;
  return true;
}

std::optional<uint32_t> TreeNodes::Add(std::span<const ProjectedEntry> entries, Refusal* refusal) {
  std::vector<uint32_t> blocks;
  for (size_t begin = 0, end = 1; end <= entries.size(); ++end) {
    if (end < entries.size() && !EndsBlock(entries[end - 1].name, entries[end].name)) continue;
    const std::optional<uint32_t> block = AddBlock({entries.begin() + static_cast<ptrdiff_t>(begin),
                                                    entries.begin() + static_cast<ptrdiff_t>(end)});
    if (!block) {
      *refusal = Refusal::kTooMuch;
      return std::nullopt;
    }
    blocks.push_back(*block);
    begin = end;
  }
  return AddNode(std::move(blocks), refusal);
}

std::optional<uint32_t> TreeNodes::AddBlock(std::vector<ProjectedEntry> entries) {
  std::lock_guard lock(mutex_);
  const auto known = block_numbers_.find(entries);
  if (known != block_numbers_.end()) return known->second;
  if (!Charge(kOverhead + entries.size() * sizeof(ProjectedEntry))) return std::nullopt;
  uint16_t levels = 0;
  for (const ProjectedEntry& entry : entries) levels = std::max(levels, node_levels_[entry.child]);
  const auto number = static_cast<uint32_t>(blocks_.size());
  blocks_.push_back(&block_numbers_.emplace(std::move(entries), number).first->first);
  block_levels_.push_back(levels);
  return number;
}

std::optional<uint32_t> TreeNodes::AddNode(std::vector<uint32_t> blocks, Refusal* refusal) {
  *refusal = Refusal::kNo;
  std::lock_guard lock(mutex_);
  const auto known = node_numbers_.find(blocks);
  if (known != node_numbers_.end()) return known->second;
  uint16_t levels = 0;
  for (const uint32_t block : blocks) levels = std::max(levels, block_levels_[block]);
  if (levels >= kMostLevels) {
    *refusal = Refusal::kTooDeep;
    return std::nullopt;
  }
  if (!Charge(kOverhead + blocks.size() * sizeof(uint32_t))) {
    *refusal = Refusal::kTooMuch;
    return std::nullopt;
  }
  const auto number = static_cast<uint32_t>(nodes_.size());
  // The empty one stands nowhere.
  node_levels_.push_back(blocks.empty() ? uint16_t{0} : static_cast<uint16_t>(levels + 1));
  nodes_.push_back(&node_numbers_.emplace(std::move(blocks), number).first->first);
  return number;
}

}  // namespace picket
