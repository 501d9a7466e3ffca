// What the users of libgit2 share. Only .cc files that include <git2.h> include this.
#pragma once

#include <git2.h>

#include <string>
#include <vector>

#include "git/config_file.h"

namespace picket {

// Sets libgit2 up once per process (about 4 ms, most of it in its own libraries): our extensions
// known, and its owner check off because Repository::OpenAt makes Git's own. From any thread.
void StartLibgit2();

// What libgit2 said last on this thread.
std::string LastLibgit2Error();

std::vector<ConfigEntry> ListEntries(git_config* config);

// Frees what libgit2 hands out.
template <typename T, void (*kFree)(T*)>
struct Owned {
  T* value = nullptr;
  Owned() = default;
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() { kFree(value); }
};

}  // namespace picket
