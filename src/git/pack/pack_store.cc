#include "git/pack/pack_store.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "core/door.h"
#include "git/pack/pack_entry.h"

namespace picket {
namespace {

// The stems of the packs in a folder that have an index; a folder that can't be listed has none,
// and then its objects are missing, which is for the caller to judge.
std::vector<std::string> StemsIn(const std::string& folder) {
  std::vector<std::string> stems;
  NameList names;
  TheDoor().ListNames(folder, &names);
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string_view name = names[i];
    if (name.starts_with("pack-") && name.ends_with(".idx")) {
      stems.push_back((folder + "/").append(name.substr(0, name.size() - 4)));
    }
  }
  std::sort(stems.begin(), stems.end());
  return stems;
}

}  // namespace

bool PackFile::Open() const {
  std::call_once(once_, [this] { OpenFiles(); });
  return why_.empty();
}

void PackFile::OpenFiles() const {
  failed_file_ = stem_ + ".idx";
  if (index_bytes_.empty()) {
    index_file_ = WholeFile(failed_file_);
    index_bytes_ = index_file_.bytes();
    why_ = index_file_.why();
  }
  if (why_.empty()) why_ = index_.Parse(index_bytes_, id_bytes_);
  if (!why_.empty()) return;
  failed_file_ = stem_ + ".pack";
  if (pack_bytes_.empty()) {
    pack_file_ = WholeFile(failed_file_);
    pack_bytes_ = pack_file_.bytes();
    why_ = pack_file_.why();
  }
  if (why_.empty()) why_ = CheckPackFile(pack_bytes_, index_.pack_checksum());
}

std::string PackFile::Damage(uint64_t offset) const {
  return "its entry at offset " + std::to_string(offset) + " of " + stem_ + ".pack is damaged";
}

std::shared_ptr<const PackStore::Packs> PackStore::packs() {
  std::lock_guard lock(mutex_);
  if (packs_ == nullptr) packs_ = List({});
  return packs_;
}

std::shared_ptr<const PackStore::Packs> PackStore::Refresh(
    const std::shared_ptr<const Packs>& held) {
  std::lock_guard lock(mutex_);
  if (packs_ == held && packs_ != nullptr) {
    bool changed = false;
    for (size_t i = 0; i < object_dirs_.size(); ++i) {
      changed |= TheDoor().ChangedAt(object_dirs_[i] + "/pack") != changed_ns_[i];
    }
    if (changed) packs_ = List(*packs_);
  }
  return packs_;
}

std::shared_ptr<const PackStore::Packs> PackStore::List(const Packs& known) {
  std::unordered_map<std::string_view, std::shared_ptr<const PackFile>> before;
  for (const auto& pack : known) before.emplace(pack->stem(), pack);
  auto packs = std::make_shared<Packs>();
  changed_ns_.clear();
  for (const std::string& directory : object_dirs_) {
    // Asked before the listing: what changes meanwhile is seen the next time.
    changed_ns_.push_back(TheDoor().ChangedAt(directory + "/pack"));
    for (std::string& stem : StemsIn(directory + "/pack")) {
      auto same = before.find(stem);
      packs->push_back(same != before.end()
                           ? same->second
                           : std::make_shared<const PackFile>(std::move(stem), id_bytes_));
    }
  }
  return packs;
}

}  // namespace picket
