// What an expander says of a blob, kept for tests to look at.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "contents/expander.h"

namespace picket {

struct Child {
  std::string bytes;
  Origin origin;
};

class ExpandRecorder : public FindingSink, public ChildVisitor {
 public:
  void Add(Finding) override {}
  void Add(Gap gap) override {
    gaps.push_back(gap.reason);
    whole_gaps.push_back(std::move(gap));
  }
  void Add(EncodedHint) override {}
  void OnChild(const Blob& child) override {
    children.push_back({std::string(AsText(child.bytes)), child.origin});
  }

  std::vector<Child> children;
  std::vector<std::string> gaps;  // their reasons
  std::vector<Gap> whole_gaps;
};

}  // namespace picket
