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
  // Small: a file may have a hundred thousand patterns.
  enum class Kind : uint8_t {
    kByte,     // `value`
    kAny,      // one byte
    kSet,      // one byte of sets_[value]
    kRun,      // any run of bytes
    kFolders,  // nothing, or anything that ends in '/'
  };
  struct Token {
    Kind kind = Kind::kByte;
    // kAny and kRun: not '/'.
    bool stops = false;
    uint16_t value = 0;
  };

  void Add(Kind kind, bool stops) { tokens_.push_back({kind, stops, 0}); }
  void AddByte(char byte) { tokens_.push_back({Kind::kByte, false, static_cast<uint8_t>(byte)}); }
  bool AddSet(std::string_view* rest);
  bool Holds(const Token& token, char c) const;

  bool over_path_;
  // No text matches: a set that does not end, more of them than 65,535, a '\' at the end.
  bool broken_ = false;
  std::vector<Token> tokens_;
  std::vector<std::bitset<256>> sets_;
};

}  // namespace picket
