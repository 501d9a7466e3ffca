// Files that decide what is judged - compiled rules, tables - and may be used only where nobody
// else could have written them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/bytes.h"

namespace picket {

// A file's bytes, mapped; they live as long as this. Who may write the file replaces it by another
// (WriteTrustedFile) and never cuts it, so the bytes stay as they were.
class TrustedBytes {
 public:
  explicit TrustedBytes(Bytes bytes, std::string path = "")
      : bytes_(bytes), path_(std::move(path)) {}
  TrustedBytes(TrustedBytes&& other) noexcept
      : bytes_(std::exchange(other.bytes_, {})), path_(std::move(other.path_)) {}
  TrustedBytes& operator=(TrustedBytes&&) = delete;
  ~TrustedBytes();
  // In pages of their own. Throws std::bad_alloc.
  static TrustedBytes Copy(Bytes bytes);

  Bytes bytes() const { return bytes_; }
  // "" for a copy.
  const std::string& path() const { return path_; }

 private:
  Bytes bytes_;
  std::string path_;
};

// As ReadTrustedFile, without a copy, and read where it is looked at: for the megabytes of the
// compiled rules, which a hook would otherwise read, copy and drop in 3 ms.
std::optional<TrustedBytes> MapTrustedFile(const std::string& path, std::string* why);

// The bytes of a regular file, no link, that belongs with its folder to root or to the effective
// user and that nobody else may write; else nullopt, with a clause in `why`.
std::optional<std::string> ReadTrustedFile(const std::string& path, std::string* why);

// Replaces `path` in one step by a file of mode 0644 that holds `bytes`. Throws Error.
void WriteTrustedFile(const std::string& path, std::string_view bytes);

}  // namespace picket
