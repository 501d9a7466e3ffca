// Hyperscan with a hole: put before it (LD_PRELOAD), it does to the process that searches a text
// which says so what PICKET_CRASH names - "fault" is a wild pointer, "kill" is SIGKILL, "wait" says
// that it waits and never returns.
#include <dlfcn.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int hs_scan(const void* database, const char* data, unsigned length, unsigned flags,
                       void* scratch, void* on_match, void* context) {
  constexpr std::string_view kWords = "crash when read";
  constexpr std::string_view kWaits = "it waits\n";
  using Scan = decltype(&hs_scan);
  static const Scan real = reinterpret_cast<Scan>(dlsym(RTLD_NEXT, "hs_scan"));
  static const char* const named = std::getenv("PICKET_CRASH");
  const std::string_view what = named == nullptr ? "" : named;
  if (!what.empty() && std::string_view(data, length).find(kWords) != std::string_view::npos) {
    volatile uintptr_t nowhere = 0;
    if (what == "fault") *reinterpret_cast<volatile char*>(nowhere) = 1;
    if (what == "kill") raise(SIGKILL);
    if (what == "wait" && write(STDERR_FILENO, kWaits.data(), kWaits.size()) > 0) {
      for (;;) sleep(1);
    }
  }
  return real(database, data, length, flags, scratch, on_match, context);
}
