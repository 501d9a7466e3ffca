// Landmarks of a text, as tests compare them.
#pragma once

#include <string>
#include <vector>

#include "match/landmark.h"

namespace picket {

// What stands at each of `landmarks` in `text`.
inline std::vector<std::string> Texts(const std::string& text,
                                      const std::vector<Landmark>& landmarks) {
  std::vector<std::string> texts;
  for (const Landmark& landmark : landmarks) {
    texts.push_back(text.substr(landmark.begin, landmark.end - landmark.begin));
  }
  return texts;
}

}  // namespace picket
