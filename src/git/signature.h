// A person and a moment, as Git writes them into commits and tags: "Name <email> seconds zone".
#pragma once

#include <string>
#include <string_view>

namespace picket {

struct Signature {
  // Byte for byte as the object has them.
  std::string name;
  std::string email;
  // ISO 8601 with offset, "2026-01-31T12:00:00+01:00"; "" where it is no date from year 1 to 9999.
  std::string date;
};

// Never fails: a line without "<...>" is all name.
Signature ParseSignature(std::string_view line);

// What stands behind "<key> " in the headers of a commit or tag ("author", "tagger"); "" for none.
std::string_view FindHeader(std::string_view object, std::string_view key);

}  // namespace picket
