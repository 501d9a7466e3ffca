// A walk over JSON as Python's json module reads it (NaN and Infinity included), for the formats
// that describe Python objects in it. Nothing is built: each object is handed out when it ends.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace picket {

// Templates are long, and what is looked for may stand at their end: of more than this much, the
// rest is cut off.
inline constexpr size_t kMaxJsonTemplate = size_t{1} << 20;

// One JSON object, of its own members only.
struct JsonFrame {
  // String members whose key is one that some format asks for (json_frames.cc lists them). A key
  // that comes twice is in it twice: which one counts differs by reader.
  struct Member {
    std::string key;
    std::string value;  // at most 4 KiB, of a template 1 MiB
  };
  std::vector<Member> strings;
  // Such keys whose value is an object, an array, a number, a boolean or null.
  std::vector<std::string> others;
  // The key in the parent that leads here; "" in an array or at the top.
  std::string key;
  // The string members of the object at this object's key "config".
  std::vector<Member> config_strings;

  bool Has(std::string_view name) const;
  // The first string member of that name; nullptr when there is none.
  const std::string* Find(std::string_view name) const;
};

class JsonFrameVisitor {
 public:
  virtual ~JsonFrameVisitor() = default;
  virtual void OnObject(const JsonFrame& frame) = 0;
};

struct JsonWalk {
  // A whole document was read; false: it is broken, nested deeper than 512, or names one key
  // more than 64 times in an object.
  bool whole = false;
  // How many bytes were looked at, from the start of `text`.
  uint64_t bytes = 0;
  uint64_t objects = 0;
};

// Reads one document that begins at the start of `text`; what follows it is left alone. Linear.
JsonWalk WalkJson(std::string_view text, JsonFrameVisitor& visitor);

}  // namespace picket
