// Where HDF5 begins in a file.
#pragma once

#include <cstdint>
#include <vector>

#include "core/blob.h"

namespace picket {

struct Hdf5Superblock {
  uint64_t offset = 0;  // in the file; addresses count from here
  // Bytes that an address and a length take: 2, 4 or 8.
  uint32_t address_bytes = 8;
  uint32_t length_bytes = 8;
};

// Every place where the library looks for a superblock - 0, 512, 1024, 2048 and so on - and there
// is one. More than one: tools choose differently. Of a blob that is left out only its first page
// is looked at. Source: HDF5 File Format Specification, II.A.
std::vector<Hdf5Superblock> FindHdf5Superblocks(const Blob& blob);

}  // namespace picket
