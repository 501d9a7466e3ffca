#include "contents/child_origin.h"

#include <numeric>

namespace picket {

Origin ChildOrigin(const Origin& parent, std::string_view name, uint64_t offset,
                   uint64_t outer_bytes, uint64_t inner_bytes) {
  Origin child;
  child.member = parent.member;
  if (!child.member.empty()) child.member += ':';
  child.member += name;
  child.depth = parent.depth + 1;
  if (inner_bytes == 0 || parent.inner_bytes == 0) {
    child.inner_bytes = 0;
    return child;
  }
  child.offset = parent.offset + offset * parent.outer_bytes / parent.inner_bytes;
  // 2^32 squared does not fit; halving both keeps the quotient to within a part in 2^31.
  auto shorten = [](uint64_t& a, uint64_t& b) {
    uint64_t common = std::gcd(a, b);
    a /= common;
    b /= common;
    while ((a | b) >> 31 != 0) {
      a = a / 2 + (a == 1 ? 1 : 0);
      b = b / 2 + (b == 1 ? 1 : 0);
    }
  };
  shorten(outer_bytes, inner_bytes);
  outer_bytes *= parent.outer_bytes;
  inner_bytes *= parent.inner_bytes;
  shorten(outer_bytes, inner_bytes);
  child.outer_bytes = static_cast<uint32_t>(outer_bytes);
  child.inner_bytes = static_cast<uint32_t>(inner_bytes);
  return child;
}

}  // namespace picket
