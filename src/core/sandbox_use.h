// What the policy says of the sandbox (server.sandbox).
#pragma once

#include <cstdint>

namespace picket {

enum class SandboxUse : uint8_t {
  kAuto,     // where it can't be had, the report says so and the work is done without
  kRequire,  // where it can't be had, nothing is judged
  kOff,
};

}  // namespace picket
