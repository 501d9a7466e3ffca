// What the users of libgit2 share. Only .cc files that include <git2.h> include this.
//
// The library is mapped when it is first asked for: with what it brings along - Kerberos, SSH, TLS
// - that takes longer than Git itself does to start, and to set it up as long again, while an
// ordinary repository needs nothing of it.
#pragma once

#include <git2.h>

#include <string>
#include <vector>

#include "git/config_file.h"

namespace picket {

// Its functions, under their names.
struct Libgit2 {
#define FUNCTION(name) decltype(&::name) name = nullptr;
#include "git/libgit2.def"
#undef FUNCTION
};

// Maps libgit2 and sets it up once per process: our extensions known, and its owner check off
// because Repository::OpenAt makes Git's own. From any thread; not after sandbox/sandbox.h has shut
// the process in. Throws Error where it is not there.
const Libgit2& StartLibgit2();

// What libgit2 said last on this thread.
std::string LastLibgit2Error();

std::vector<ConfigEntry> ListEntries(git_config* config);

// Frees what libgit2 hands out.
template <typename T, auto Libgit2::*kFree>
struct Owned {
  T* value = nullptr;
  Owned() = default;
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() {
    if (value != nullptr) (StartLibgit2().*kFree)(value);
  }
};

}  // namespace picket
