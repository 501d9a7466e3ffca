// Loose objects that are read soon, fetched many at once where the door is shut (core/door.h): one
// by one the headers of 9,155 took 660 ms, and 85 so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/door.h"
#include "core/object_id.h"
#include "git/pack/pack_reader.h"

namespace picket {

// One thread's own.
class LooseAhead {
 public:
  // Both outlive this.
  LooseAhead(const std::vector<std::string>& object_dirs, PackReader& packs)
      : object_dirs_(object_dirs), packs_(packs) {}

  enum class Part { kHeader, kWhole };
  // These are read next, in this order; what was expected before is not any more. What is in a pack
  // is passed over.
  void Expect(std::vector<ObjectId> oids, Part part);

  // The beginning of the object's file, which is all of it where it was expected whole; null where
  // it was not expected, or has to be opened. Valid until the next call.
  const FileStart* Find(const ObjectId& oid);

 private:
  void Fetch();

  const std::vector<std::string>& object_dirs_;
  PackReader& packs_;
  Part part_ = Part::kWhole;
  std::vector<ObjectId> expected_;
  size_t next_ = 0;     // where the object that is asked for next is looked for first
  size_t fetched_ = 0;  // those in `starts_` end before this one
  std::vector<std::optional<FileStart>> starts_;
};

// The file of a loose object.
std::string LoosePath(const std::string& directory, const ObjectId& oid);

}  // namespace picket
