// Every pack of a repository's object directories: .keep, .promisor and cruft packs are packs like
// others, and a multi-pack-index changes nothing, since the packs keep their own.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/object_id.h"
#include "git/pack/pack_index.h"
#include "git/pack/whole_file.h"

namespace picket {

// One pack and its index, mapped when they are first needed. Shared by all threads.
class PackFile {
 public:
  // `stem` is the path without ".pack"; `id_bytes` 20 or 32.
  PackFile(std::string stem, size_t id_bytes) : stem_(std::move(stem)), id_bytes_(id_bytes) {}
  // Both files are in memory already, and outlive this.
  PackFile(Bytes index, Bytes pack, size_t id_bytes)
      : stem_("pack"), id_bytes_(id_bytes), index_bytes_(index), pack_bytes_(pack) {}

  // Maps and checks both files, once; false where why() says what is wrong with failed_file().
  bool Open() const;
  const std::string& why() const { return why_; }
  const std::string& failed_file() const { return failed_file_; }

  // After Open() was true.
  const PackIndex& index() const { return index_; }
  Bytes bytes() const { return pack_bytes_; }
  // Where the last entry has to end.
  uint64_t end() const { return bytes().size() - id_bytes_; }

  const std::string& stem() const { return stem_; }
  size_t id_bytes() const { return id_bytes_; }
  // "its entry at offset 12 of /path/pack-1.pack is damaged".
  std::string Damage(uint64_t offset) const;

 private:
  void OpenFiles() const;

  std::string stem_;
  size_t id_bytes_;
  mutable std::once_flag once_;
  mutable WholeFile index_file_;
  mutable WholeFile pack_file_;
  mutable Bytes index_bytes_;
  mutable Bytes pack_bytes_;
  mutable PackIndex index_;
  mutable std::string failed_file_;
  mutable std::string why_;
};

// Every method may be called from any thread. Nothing is listed, and nothing mapped, before it is
// asked for.
class PackStore {
 public:
  using Packs = std::vector<std::shared_ptr<const PackFile>>;

  PackStore(std::vector<std::string> object_dirs, size_t id_bytes)
      : object_dirs_(std::move(object_dirs)), id_bytes_(id_bytes) {}

  // Just this pack.
  PackStore(std::shared_ptr<const PackFile> pack, size_t id_bytes)
      : id_bytes_(id_bytes), packs_(std::make_shared<const Packs>(Packs{std::move(pack)})) {}

  const std::vector<std::string>& object_dirs() const { return object_dirs_; }
  size_t id_bytes() const { return id_bytes_; }

  // The packs that have both files, directory by directory, each by name.
  std::shared_ptr<const Packs> packs();
  // For an object that was not found in `held`: newer packs, if a folder of packs has changed since
  // they were listed (a push, a repack); else `held` again. Packs in both keep their mappings.
  std::shared_ptr<const Packs> Refresh(const std::shared_ptr<const Packs>& held);

 private:
  std::shared_ptr<const Packs> List(const Packs& known);

  const std::vector<std::string> object_dirs_;
  const size_t id_bytes_;
  std::mutex mutex_;  // all below
  std::shared_ptr<const Packs> packs_;
  std::vector<int64_t> changed_ns_;
};

}  // namespace picket
