// The policy's section "refs": what a push may not bring, whatever the content. All of it is off
// unless the policy says otherwise.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scan/policy_field.h"

namespace picket {

enum class Action : uint8_t;

struct RefsPolicy {
  // Refs below refs/replace/: what others see in the place of an object.
  std::optional<Action> replace;
  // A .lfsconfig that sends Git LFS to a host that `lfs_hosts` does not list.
  std::optional<Action> lfsconfig;
  std::vector<std::string> lfs_hosts;  // lower case
  // A .gitmodules with a user's password in a url.
  std::optional<Action> submodule_credentials;
  // Symbolic links that are absolute or lead out of the tree.
  std::optional<Action> escaping_symlinks;
};

// The keys of the section; they fill `policy`, which outlives them.
std::vector<PolicyField> RefsFields(RefsPolicy* policy);

// As CheckLfsTightens.
void CheckRefsTighten(const RefsPolicy& system, const RefsPolicy& repository,
                      const std::function<void(std::string_view, bool)>& check);
RefsPolicy Layer(const RefsPolicy& base, const RefsPolicy& nearer);

}  // namespace picket
