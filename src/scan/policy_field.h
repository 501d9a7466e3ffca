// One key of a policy's section, told without JSON: a section of its own file lists its keys so,
// and scan/policy_parser.cc reads them.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace picket {

struct PolicyField {
  std::string name;
  // The words that the value may be; none: any text that is not blank.
  std::vector<std::string> words;
  // The value is a list, each item of which is taken.
  bool is_list = false;
  // Takes a value; returns what is wrong with it ("no absolute path"), "" for nothing.
  std::function<std::string(const std::string&)> take;
  // The value is a list of objects: begins one and lists its keys. `take` ends it, with "".
  std::function<std::vector<PolicyField>()> begin_item;
};

}  // namespace picket
