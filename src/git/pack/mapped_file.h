// A whole file as bytes, mapped: only the page cache holds it.
#pragma once

#include <cstddef>
#include <string>

#include "core/bytes.h"

namespace picket {

class MappedFile {
 public:
  MappedFile() = default;
  explicit MappedFile(const std::string& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  // Valid as long as this; empty where why() is not.
  Bytes bytes() const { return {static_cast<const uint8_t*>(data_), size_}; }
  // "" or a clause that says why there are no bytes; an empty file has none either.
  const std::string& why() const { return why_; }
  // The file could be opened, whatever is in it.
  bool exists() const { return exists_; }

 private:
  void* data_ = nullptr;
  size_t size_ = 0;
  bool exists_ = false;
  std::string why_;
};

}  // namespace picket
