// How RE2 reads the dialect: bytes, quietly, and case only where the rule says so.
#pragma once

#include <re2/re2.h>

namespace picket {

inline re2::RE2::Options MakeRe2Options(bool ignore_case) {
  re2::RE2::Options options;
  options.set_encoding(re2::RE2::Options::EncodingLatin1);
  options.set_case_sensitive(!ignore_case);
  options.set_log_errors(false);
  return options;
}

}  // namespace picket
