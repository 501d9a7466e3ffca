// Which files .gitattributes give to Git LFS: the attribute "filter", as gitattributes(5) says.
//
// Of the tree only: what stands in $GIT_DIR/info/attributes and in the user's configuration is for
// one machine. Macros ([attr]) count where Git takes them, at the root.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "git/wildmatch.h"

namespace picket {

// One .gitattributes file.
class AttributesFile {
 public:
  // `folder`: "" for the root, else with a '/' at its end. Lines that Git does not read (over 2,048
  // bytes, negated patterns) are left out.
  AttributesFile(std::string_view text, std::string folder);

  const std::string& folder() const { return folder_; }
  // Some line may give something to Git LFS, or takes it away.
  bool speaks_of_filters() const { return speaks_; }

 private:
  friend class AttributesOfPath;

  struct Word {
    std::string name;
    // "": set; "lfs": filter=lfs; otherwise anything that is neither (unset, unspecified, other).
    enum class State : uint8_t { kSet, kLfs, kOther } state = State::kOther;
  };
  struct Line {
    WildPattern pattern;
    // The pattern is for the last component of the path.
    bool for_name = false;
    std::vector<Word> words;
  };

  static std::vector<Word> ReadWords(std::string_view text);
  void ReadLine(std::string_view line);

  std::string folder_;
  std::vector<Line> lines_;
  std::map<std::string, std::vector<Word>, std::less<>> macros_;
  bool speaks_ = false;
};

// Whether `path` is to be a pointer. `files` are those that count for it, those of outer folders
// first. Adds the steps that it took to `steps`.
bool IsGivenToLfs(const std::vector<const AttributesFile*>& files, std::string_view path,
                  uint64_t* steps);

}  // namespace picket
