#include "git/libgit2.h"

#include <dlfcn.h>

#include <iterator>
#include <mutex>

#include "core/error.h"
#include "git/repository.h"

namespace picket {
namespace {

// What newer Git writes and libgit2 1.5 does not know by itself; FormatOf() has looked at the
// values of the last two.
const char* const kExtensions[] = {"noop-v1",         "partialclone",      "worktreeconfig",
                                   "preciousobjects", "relativeworktrees", "objectformat",
                                   "refstorage"};

[[noreturn]] void ThrowNotThere() {
  const char* why = dlerror();
  throw Error(std::string("The Git library can't be loaded (") +
              (why == nullptr ? "no reason was given" : why) +
              "), so nothing was judged. Reinstall the package that " PICKET_LIBGIT2 " is from.");
}

template <typename Function>
void Find(void* library, const char* name, Function* function) {
  *function = reinterpret_cast<Function>(dlsym(library, name));
  if (*function == nullptr) ThrowNotThere();
}

Libgit2 Load() {
  void* const library = dlopen(PICKET_LIBGIT2, RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) ThrowNotThere();
  Libgit2 loaded;
#define FUNCTION(name) Find(library, #name, &loaded.name);
#include "git/libgit2.def"
#undef FUNCTION
  if (loaded.git_libgit2_init() < 0)
    throw Error("The Git library could not be started. Reinstall the package libgit2.");
  loaded.git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, kExtensions, std::size(kExtensions));
  loaded.git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
  return loaded;
}

}  // namespace

const Libgit2& StartLibgit2() {
  static const Libgit2 started = Load();
  return started;
}

std::string Libgit2File() {
  Dl_info found;
  if (dladdr(reinterpret_cast<void*>(StartLibgit2().git_libgit2_init), &found) == 0) {
    ThrowNotThere();
  }
  return found.dli_fname;
}

std::string LastLibgit2Error() {
  const git_error* error = StartLibgit2().git_error_last();
  return error != nullptr && error->message != nullptr ? error->message : "no reason was given";
}

}  // namespace picket
