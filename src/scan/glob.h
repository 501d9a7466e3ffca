// Path patterns in the manner of .gitignore, without its character classes and negation:
//
//   *      any run of bytes but '/'          ?      one byte but '/'
//   **/    any number of folders, none too   /**    everything below
//
// A pattern without '/' (but for one at its end) matches a name at any depth; with one it is
// anchored at the root of the tree. A pattern that matches a folder covers all that is below it; a
// trailing '/' matches folders only. Bytes are compared as they are. Linear in path times pattern.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace picket {

class Glob {
 public:
  // Throws Error for an empty pattern, one over 1,024 bytes, and for '[', '\' and a leading '!',
  // which mean something in .gitignore and nothing here.
  explicit Glob(std::string_view pattern);

  bool Matches(std::string_view path) const;
  const std::string& pattern() const { return pattern_; }

 private:
  enum class Kind : uint8_t { kByte, kOne, kRun, kFolders, kAll };
  struct Token {
    Kind kind;
    char byte;
  };

  void Close(std::vector<char>* states, bool at_boundary) const;

  std::string pattern_;
  std::vector<Token> tokens_;
  bool folders_only_ = false;
};

}  // namespace picket
