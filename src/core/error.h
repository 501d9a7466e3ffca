// Errors end the run. Throw for the run, record a Gap for the blob, stay failed for the byte.
#pragma once

#include <stdexcept>
#include <string>

namespace picket {

// The run can't go on. what() is a complete sentence that says what happened, to which thing, and
// what to do; main prints it and exits with 2. Never thrown through a C library's frames.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& sentence) : std::runtime_error(sentence) {}
};

}  // namespace picket
