// Git's patterns for paths, as .gitattributes has them: what wildmatch.c of Git matches.
//
//   *  a run of bytes      ?  one byte      [a-z] [!a-z] [[:alpha:]]  one of a set      \x  itself
//
// Over a path none of them crosses '/', but between slashes or ends ** stands for any folders.
#pragma once

#include <bitset>
#include <cstdint>
#include <string_view>
#include <vector>

namespace picket {

class WildPattern {
 public:
  // `over_path`: '/' is more than a byte.
  WildPattern(std::string_view pattern, bool over_path);

  // Takes time proportional to text times pattern, in steps that are added to `steps`.
  bool Matches(std::string_view text, uint64_t* steps) const;

 private:
  enum class Kind : uint8_t {
    kByte,     // one byte of `set`
    kRun,      // any run of bytes of `set`
    kFolders,  // nothing, or anything that ends in '/'
  };
  struct Token {
    Kind kind = Kind::kByte;
    std::bitset<256> set;
  };

  void Add(Kind kind, const std::bitset<256>& set) { tokens_.push_back({kind, set}); }
  bool AddSet(std::string_view* rest);

  bool over_path_;
  // No text matches: a set that does not end, a '\' at the end.
  bool broken_ = false;
  std::vector<Token> tokens_;
};

}  // namespace picket
