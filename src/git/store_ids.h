// Which objects a store holds, by id alone: from pack indexes and the names of loose files. No
// pack's entries are looked at, so that it costs milliseconds where listing costs a second.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/object_id.h"
#include "git/loose_ids.h"
#include "git/pack/pack_store.h"
#include "git/repository.h"

namespace picket {

// What a listing found at one moment; const after construction, from any thread.
class StoreIds {
 public:
  // A pack that can't be opened, or whose index is not in order, is left out: ListObjects() tells
  // it. The packs stay mapped as long as this.
  explicit StoreIds(const Repository& repository, unsigned threads = 1);

  // Each id once, ascending: 20 bytes in SHA-1 repositories and 32 in SHA-256 ones, valid during
  // the call.
  void ForEach(const std::function<void(Bytes)>& visit) const;
  // SHA-256 over all of them: the same for the same objects, however they are packed.
  std::string Digest() const;

  // The packs that were not left out.
  const std::vector<std::shared_ptr<const PackFile>>& packs() const { return packs_; }
  const LooseIds& loose() const { return loose_; }
  // What tells one pack from another: the checksum that its index names, its size, and how many
  // objects the index lists.
  static std::string KeyOf(const PackFile& pack);

 private:
  std::vector<std::shared_ptr<const PackFile>> packs_;
  LooseIds loose_;
};

}  // namespace picket
