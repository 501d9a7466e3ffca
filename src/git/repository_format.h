// What kind of repository this is, from its own configuration, before anything opens it.
// https://git-scm.com/docs/gitrepository-layout, repository-version
#pragma once

#include <span>
#include <string>

#include "git/config_file.h"

namespace picket {

struct RepositoryFormat {
  // "sha1" or whatever the configuration says.
  std::string object_format = "sha1";
  // "files" or whatever the configuration says.
  std::string ref_storage = "files";
  // libgit2 opens it and reads it as Git does.
  bool is_plain = true;
  // It has no version or extension that we have not heard of.
  bool is_known = true;
};

// `own`: the repository's own configuration.
RepositoryFormat FormatOf(std::span<const ConfigEntry> own);

// Whether libgit2 is asked for the lists of such a repository. A file of its own, so that the
// tests' program can be linked with one that says no to all.
bool Libgit2Serves(const RepositoryFormat& format);
// Whether its refs are files that we read ourselves.
bool RefFilesServe(const RepositoryFormat& format);

}  // namespace picket
