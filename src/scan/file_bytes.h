// The bytes of one open file: read where it is small, else mapped.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/blob_source.h"
#include "core/bytes.h"

namespace picket {

// Where a file keeps numbers and nothing else, sorted and disjoint; empty where that can't be told
// beyond doubt. Safe from all threads.
using TensorFinder = std::function<std::vector<Span>(Bytes file)>;

// One thread's own; used for one file after the other.
class FileBytes {
 public:
  FileBytes() = default;
  ~FileBytes() { Unmap(); }
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;

  // Of a regular file that is `size` bytes long and stays open until Yield() is done. Up to
  // `memory_bytes` are read, and what is judged is what was read then; more is mapped. False, with
  // a clause in `why`, where it can't be read.
  bool Load(int fd, uint64_t size, uint64_t memory_bytes, std::string* why);
  Bytes bytes() const { return mapped_ ? mapping_ : Bytes(buffer_); }
  // Hands it out as `ref`. Of a mapped file the ranges of `find_tensors` (may be empty) are left
  // out of what is read byte by byte, and told as skipped under the first name of `ref`.
  void Yield(const BlobRef& ref, const TensorFinder& find_tensors, BlobVisitor& visitor) const;

 private:
  bool ReadAll(int fd, uint64_t expected, uint64_t most);
  void Unmap();
  // Whether what stands behind a page that is read is fetched too.
  void SetReadAhead(bool on) const;

  std::vector<uint8_t> buffer_;
  Bytes mapping_;
  bool mapped_ = false;
};

}  // namespace picket
