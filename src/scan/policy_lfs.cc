#include "scan/policy_lfs.h"

#include <utility>

#include "scan/policy.h"

namespace picket {
namespace {

constexpr std::string_view kNoAbsolutePath = "no absolute path";

bool IsAbsolute(const std::string& path) { return path.starts_with('/'); }

std::optional<Action> ToAction(const std::string& word) {
  if (word == "block") return Action::kBlock;
  return word == "warn" ? Action::kWarn : Action::kOff;
}

LfsLayout ToLayout(const std::string& word) {
  if (word == "auto") return LfsLayout::kAuto;
  if (word == "git-lfs") return LfsLayout::kGitLfs;
  return word == "soft-serve" ? LfsLayout::kSoftServe : LfsLayout::kSplit;
}

}  // namespace

bool LfsPolicy::MissingIsGap(Gate gate, bool store_known) const {
  if (missing) return *missing == Action::kBlock;
  return gate == Gate::kPreReceive && store_known;
}

std::vector<PolicyField> LfsFields(LfsPolicy* policy) {
  const auto store_fields = [policy] {
    LfsPlace* place = &policy->stores.emplace_back();
    return std::vector<PolicyField>{{.name = "path",
                                     .words = {},
                                     .take =
                                         [place](const std::string& path) {
                                           if (!IsAbsolute(path))
                                             return std::string(kNoAbsolutePath);
                                           place->path = path;
                                           return std::string();
                                         },
                                     .begin_item = {}},
                                    {.name = "layout",
                                     .words = {"auto", "git-lfs", "gitea", "forgejo", "gitlab",
                                               "lfs-test-server", "soft-serve"},
                                     .take =
                                         [place](const std::string& word) {
                                           place->layout = ToLayout(word);
                                           return std::string();
                                         },
                                     .begin_item = {}}};
  };
  return {
      {.name = "stores",
       .words = {},
       .is_list = true,
       .take =
           [policy](const std::string&) {
             return std::string(policy->stores.back().path.empty() ? "no \"path\"" : "");
           },
       .begin_item = store_fields},
      {.name = "verify",
       .words = {"sha256", "size"},
       .take =
           [policy](const std::string& word) {
             policy->verify = word == "size" ? LfsVerify::kSize : LfsVerify::kSha256;
             return std::string();
           },
       .begin_item = {}},
      {.name = "missing",
       .words = {"block", "warn"},
       .take =
           [policy](const std::string& word) {
             policy->missing = ToAction(word);
             return std::string();
           },
       .begin_item = {}},
      {.name = "unpointed",
       .words = {"block", "warn", "off"},
       .take =
           [policy](const std::string& word) {
             policy->unpointed = ToAction(word);
             return std::string();
           },
       .begin_item = {}},
      {.name = "memory",
       .words = {},
       .take =
           [policy](const std::string& path) {
             if (!IsAbsolute(path)) return std::string(kNoAbsolutePath);
             policy->memory = path;
             return std::string();
           },
       .begin_item = {}},
  };
}

void CheckLfsTightens(const LfsPolicy& system, const LfsPolicy& repository,
                      const std::function<void(std::string_view, bool)>& check) {
  // A store in which an object is clean hides the one in which it is not.
  check("lfs.stores", !repository.stores.empty());
  check("lfs.verify", repository.verify == LfsVerify::kSize && system.verify != LfsVerify::kSize);
  check("lfs.missing", repository.missing == Action::kWarn && system.missing != Action::kWarn);
  check("lfs.unpointed",
        repository.unpointed && *repository.unpointed < system.unpointed.value_or(Action::kWarn));
  check("lfs.memory", !repository.memory.empty() && repository.memory != system.memory);
}

std::string_view MachineKeyOf(const LfsPolicy& policy) {
  if (!policy.stores.empty()) return "lfs.stores";
  return policy.memory.empty() ? "" : "lfs.memory";
}

LfsPolicy Layer(const LfsPolicy& base, const LfsPolicy& nearer) {
  LfsPolicy result = base;
  result.stores.insert(result.stores.end(), nearer.stores.begin(), nearer.stores.end());
  if (nearer.verify) result.verify = nearer.verify;
  if (nearer.missing) result.missing = nearer.missing;
  if (nearer.unpointed) result.unpointed = nearer.unpointed;
  if (!nearer.memory.empty()) result.memory = nearer.memory;
  return result;
}

}  // namespace picket
