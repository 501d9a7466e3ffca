// A whole file as bytes. A large one is mapped, so that only the page cache holds it; a small one
// is read, since whoever unmaps it makes every other thread of the process stop for that: with two
// threads over nine thousand loose objects most of the time went into it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "core/bytes.h"

namespace picket {

class WholeFile {
 public:
  WholeFile() = default;
  explicit WholeFile(const std::string& path);
  WholeFile(WholeFile&& other) noexcept;
  WholeFile& operator=(WholeFile&& other) noexcept;
  ~WholeFile();

  // Valid as long as this or what it was moved to; empty where why() is not.
  Bytes bytes() const { return {data_, size_}; }
  // "" or a clause that says why there are no bytes; an empty file has none either.
  const std::string& why() const { return why_; }
  // The file could be opened, whatever is in it.
  bool exists() const { return exists_; }

 private:
  void Take(int fd);
  bool Read(int fd);

  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
  std::unique_ptr<uint8_t[]> read_;  // null: mapped, or nothing
  bool exists_ = false;
  std::string why_;
};

}  // namespace picket
