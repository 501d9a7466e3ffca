// The files of a rule folder, and what tells whether they are those that were read before.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace picket {

struct RuleFile {
  std::string name;  // without the folder
  std::string bytes;
};

// Every *.json of `dir`, sorted by name. Throws Error when the folder can't be read or holds none.
std::vector<RuleFile> ReadRuleFiles(const std::string& dir);

// SHA-256 over names and contents, 32 bytes.
std::string HashRuleFiles(std::span<const RuleFile> files);

// What the file system says of every *.json of `dir`: name, device, inode, size, times of change.
// Two equal stamps are of equal contents, as with the entries of Git's index, and cost a tenth of
// reading them. "" where nothing can be told: a file can't be looked at, or changed so lately
// that a second change could bear the same time.
std::string StampRuleFiles(const std::string& dir);

}  // namespace picket
