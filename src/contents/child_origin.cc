#include "contents/child_origin.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace picket {

uint64_t MapOutward(const Origin& origin, uint64_t inner, bool up) {
  uint64_t base = origin.offset;
  if (!origin.steps.empty()) {
    auto after = std::upper_bound(
        origin.steps.begin(), origin.steps.end(), inner,
        [](uint64_t offset, const OffsetStep& step) { return offset < step.inner; });
    const OffsetStep& step = after == origin.steps.begin() ? *after : *(after - 1);
    base = step.outer;
    inner -= std::min(inner, step.inner);
  }
  uint64_t whole = inner / origin.inner_bytes;
  uint64_t rest = (inner % origin.inner_bytes) * origin.outer_bytes;
  uint64_t part = (rest + (up ? origin.inner_bytes - 1 : 0)) / origin.inner_bytes;
  constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max() / 4;
  if (whole > kMost / std::max<uint64_t>(origin.outer_bytes, 1)) return kMost;
  return std::min(kMost, base) + whole * origin.outer_bytes + part;
}

const TextSection* SectionAt(const Origin& origin, uint64_t inner) {
  const auto after = std::upper_bound(
      origin.sections.begin(), origin.sections.end(), inner,
      [](uint64_t offset, const TextSection& section) { return offset < section.begin; });
  return after == origin.sections.begin() ? nullptr : &*(after - 1);
}

Origin ChildOrigin(const Origin& parent, std::string_view name, uint64_t offset,
                   uint64_t outer_bytes, uint64_t inner_bytes) {
  Origin child;
  child.member = parent.member;
  const auto add = [&child](std::string_view part) {
    if (!child.member.empty() && !part.empty()) child.member += ':';
    child.member += part;
  };
  if (const TextSection* section = SectionAt(parent, offset)) add(section->name);
  add(name);
  child.depth = parent.depth + 1;
  if (inner_bytes == 0 || parent.inner_bytes == 0) {
    child.inner_bytes = 0;
    return child;
  }
  child.offset = MapOutward(parent, offset, false);
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
