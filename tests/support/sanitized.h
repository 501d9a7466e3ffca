// Whether AddressSanitizer watches: then tests that repeat one thing for every rule take a sample.
// The sanitizers look into neither Hyperscan nor RE2, and the whole is done without them.
#pragma once

namespace picket {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace picket
