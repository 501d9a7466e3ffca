// Files outside Git as blobs: what `picket scan` reads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/blob_source.h"
#include "scan/file_bytes.h"

namespace picket {

struct FileList {
  // Regular files, sorted by path; paths as given on the command line plus what stands below.
  std::vector<std::string> paths;
  std::vector<Gap> gaps;
  std::vector<Skipped> skipped;
};

// Every regular file at or below `paths`. Folders named ".git" and symbolic links below the paths
// given are left out and counted; what can't be read is a gap. Throws Error for a path that does
// not exist.
FileList ListFiles(const std::vector<std::string>& paths);

// `list` must outlive the source. A file up to `memory_bytes` is read, a larger one is mapped; what
// `find_tensors` says of that is left out of what is read byte by byte, and told as skipped.
class FileSource : public BlobSource {
 public:
  FileSource(const FileList& list, uint64_t memory_bytes, TensorFinder find_tensors = {});
  size_t item_count() const override { return list_.paths.size(); }
  std::unique_ptr<BlobReader> NewReader() const override;

 private:
  const FileList& list_;
  uint64_t memory_bytes_;
  TensorFinder find_tensors_;
};

}  // namespace picket
