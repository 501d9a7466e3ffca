// The policy's section "lfs": where the objects of Git LFS are, and what a pointer must hold.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/lfs.h"
#include "scan/policy_field.h"

namespace picket {

enum class Action : uint8_t;
enum class Gate : uint8_t;

struct LfsPolicy {
  // Beside the repository's own. Only in the policy of a machine, never in what is judged.
  std::vector<LfsPlace> stores;
  std::optional<LfsVerify> verify;
  std::optional<Action> missing;
  // A file that .gitattributes give to Git LFS and that is no pointer.
  std::optional<Action> unpointed;
  // Absolute folder in which verified ids are remembered; "": the user's cache, in pre-receive
  // none.
  std::string memory;

  // Whether an object that is not in any store is a gap; else it is counted. `store_known`: there
  // is a store, so that the object should be in it.
  bool MissingIsGap(Gate gate, bool store_known) const;
};

// The keys of the section; they fill `policy`, which outlives them.
std::vector<PolicyField> LfsFields(LfsPolicy* policy);

// What a server's repository may not do: calls `check(key, loosens)` for each key. `system` is what
// it comes on top of.
void CheckLfsTightens(const LfsPolicy& system, const LfsPolicy& repository,
                      const std::function<void(std::string_view, bool)>& check);
// Whether it says anything that only a machine's policy may say.
std::string_view MachineKeyOf(const LfsPolicy& policy);
// What `nearer` says replaces what `base` says; stores are joined.
LfsPolicy Layer(const LfsPolicy& base, const LfsPolicy& nearer);

}  // namespace picket
