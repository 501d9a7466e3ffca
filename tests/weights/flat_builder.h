// Writes FlatBuffers for tests, front to back: every offset leads forward.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "weights/weight_test.h"

namespace picket {

// Appends something to a buffer and says where in it that stands.
using FlatWriter = std::function<uint64_t(std::string&)>;

struct FlatField {
  unsigned number = 0;
  std::string scalar = {};     // or else
  FlatWriter child = nullptr;  // what the field leads to
};

inline void PatchOffset(std::string& out, uint64_t at, uint64_t target) {
  out.replace(at, 4, LittleEndian(target - at, 4));
}

inline FlatWriter FlatTable(std::vector<FlatField> fields) {
  return [fields](std::string& out) {
    constexpr uint64_t kSlot = 8;
    unsigned count = 0;
    for (const FlatField& field : fields) count = std::max(count, field.number + 1);
    std::vector<uint64_t> slots(count, 0);
    for (size_t i = 0; i < fields.size(); ++i) slots[fields[i].number] = 4 + kSlot * i;
    const uint64_t vtable = out.size();
    out += LittleEndian(4 + 2 * uint64_t{count}, 2) + LittleEndian(4 + kSlot * fields.size(), 2);
    for (uint64_t slot : slots) out += LittleEndian(slot, 2);
    const uint64_t table = out.size();
    out += LittleEndian(table - vtable, 4);
    for (const FlatField& field : fields) {
      out += field.scalar;
      out.append(kSlot - field.scalar.size(), '\0');
    }
    for (size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].child) PatchOffset(out, table + 4 + kSlot * i, fields[i].child(out));
    }
    return table;
  };
}

inline FlatWriter FlatText(const std::string& text) {
  return [text](std::string& out) {
    const uint64_t at = out.size();
    out += LittleEndian(text.size(), 4) + text;
    return at;
  };
}

inline FlatWriter FlatTables(std::vector<FlatWriter> tables) {
  return [tables](std::string& out) {
    const uint64_t at = out.size();
    out += LittleEndian(tables.size(), 4) + std::string(4 * tables.size(), '\0');
    for (size_t i = 0; i < tables.size(); ++i) PatchOffset(out, at + 4 + 4 * i, tables[i](out));
    return at;
  };
}

// The root's offset, four letters, `behind_identifier`, then the root.
inline std::string FlatFile(const std::string& identifier, const FlatWriter& root,
                            const std::string& behind_identifier = {}) {
  std::string out = std::string(4, '\0') + identifier + behind_identifier;
  PatchOffset(out, 0, root(out));
  return out;
}

}  // namespace picket
