#include "git/loose_ahead.h"

#include <algorithm>
#include <utility>

namespace picket {
namespace {

// The tables of a first block that is compressed well, and the header behind them.
constexpr uint32_t kHeaderBytes = 512;
constexpr uint32_t kWholeBytes = uint32_t{1} << 14;

}  // namespace

std::string LoosePath(const std::string& directory, const ObjectId& oid) {
  const std::string hex = oid.ToHex();
  return directory + "/" + hex.substr(0, 2) + "/" + hex.substr(2);
}

void LooseAhead::Expect(std::vector<ObjectId> oids, Part part) {
  expected_.clear();
  starts_.clear();
  next_ = fetched_ = 0;
  part_ = part;
  if (TheDoor().is_shut()) expected_ = std::move(oids);
}

const FileStart* LooseAhead::Find(const ObjectId& oid) {
  if (expected_.empty()) return nullptr;
  const auto next = expected_.begin() + static_cast<ptrdiff_t>(next_);
  auto at = std::find(next, expected_.end(), oid);
  if (at == expected_.end()) at = std::find(expected_.begin(), next, oid);
  if (at == next && oid != *at) return nullptr;
  next_ = static_cast<size_t>(at - expected_.begin());
  if (next_ >= fetched_) Fetch();
  const size_t first = fetched_ - starts_.size();
  if (next_ < first || !starts_[next_ - first]) return nullptr;
  const FileStart& start = *starts_[next_ - first];
  return part_ == Part::kWhole && start.bytes.size() != start.size ? nullptr : &start;
}

// From the next on.
void LooseAhead::Fetch() {
  const size_t count = std::min(Door::kFilesAtOnce, expected_.size() - next_);
  fetched_ = next_ + count;
  starts_.assign(count, std::nullopt);
  std::vector<size_t> loose;
  for (size_t i = 0; i < count; ++i) {
    if (i == 0 || !packs_.Contains(expected_[next_ + i])) loose.push_back(i);
  }
  for (const std::string& directory : object_dirs_) {
    std::vector<std::string> paths;
    for (const size_t i : loose) paths.push_back(LoosePath(directory, expected_[next_ + i]));
    std::vector<FileStart> starts =
        TheDoor().ReadStarts(paths, part_ == Part::kHeader ? kHeaderBytes : kWholeBytes);
    std::vector<size_t> rest;
    for (size_t k = 0; k < loose.size(); ++k) {
      if (starts[k].error == 0) {
        starts_[loose[k]] = std::move(starts[k]);
      } else {
        rest.push_back(loose[k]);
      }
    }
    if (rest.empty()) return;
    loose = std::move(rest);
  }
}

}  // namespace picket
