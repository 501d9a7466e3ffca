#include "core/instructions.h"

#include <vector>

namespace picket {
namespace {

std::vector<Instructions> Ask() {
  std::vector<Instructions> known = {Instructions::kPlain};
#if defined(__x86_64__) || defined(__i386__)
  if (__builtin_cpu_supports("ssse3")) known.push_back(Instructions::kSsse3);
  const bool bits = __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt");
  if (bits && __builtin_cpu_supports("avx2")) known.push_back(Instructions::kAvx2);
  if (bits && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi") &&
      __builtin_cpu_supports("avx512vbmi2")) {
    known.push_back(Instructions::kAvx512);
  }
#endif
  return known;
}

}  // namespace

std::span<const Instructions> KnownInstructions() {
  static const std::vector<Instructions> kKnown = Ask();
  return kKnown;
}

Instructions BestInstructions() {
  static const Instructions kBest = KnownInstructions().back();
  return kBest;
}

}  // namespace picket
