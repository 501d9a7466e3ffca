// What a push makes reachable, as a list to be judged: new commits and tags as raw objects, the
// blobs that each new commit changes with every place where they stand, new paths, ref names.
//
// The lists are the same for every run over the same repository, and in walk order: refs, then
// commits from children to parents with what each changes.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "core/change_list.h"
#include "git/ref_updates.h"
#include "git/repository.h"

namespace picket {

// pre-receive: everything that the new values reach and no existing ref does, all lines together;
// the old values are still in place. Whatever is missing or damaged is a gap.
ChangeList ListReceived(const Repository& repository, std::span<const RefUpdate> updates);

// pre-push to `remote` at `url` (Git gives the URL twice when the remote has no name): everything
// that the local values reach and the remote is not known to have, that is, its own values in
// `pushes` as far as they exist here, and refs/remotes/<remote>/*. For a bare URL these are taken
// from the remote that is configured with exactly this url or pushurl; without one, all that the
// push reaches is judged. Trees that a promisor may supply can't be new: counted as skipped.
ChangeList ListPushed(const Repository& repository, std::string_view remote, std::string_view url,
                      std::span<const Push> pushes);

// The same in two steps: the values of the refs that follow the remote, which takes refs and
// configuration, and then the list, which takes objects only.
std::vector<ObjectId> ListTracked(const Repository& repository, std::string_view remote,
                                  std::string_view url, std::span<const Push> pushes);
ChangeList ListPushed(const Repository& repository, std::span<const ObjectId> tracked,
                      std::span<const Push> pushes);

}  // namespace picket
