#include "scan/policy_refs.h"

#include <array>
#include <utility>

#include "scan/policy.h"

namespace picket {
namespace {

struct NamedAction {
  std::string_view name;
  std::optional<Action> RefsPolicy::*action;
};

constexpr std::array<NamedAction, 4> kActions = {{
    {"replace", &RefsPolicy::replace},
    {"lfsconfig", &RefsPolicy::lfsconfig},
    {"submodule_credentials", &RefsPolicy::submodule_credentials},
    {"escaping_symlinks", &RefsPolicy::escaping_symlinks},
}};

bool IsOn(std::optional<Action> action) { return action.value_or(Action::kOff) != Action::kOff; }

std::string LowerCase(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

}  // namespace

std::vector<PolicyField> RefsFields(RefsPolicy* policy) {
  std::vector<PolicyField> fields;
  for (const NamedAction& one : kActions) {
    fields.push_back({.name = std::string(one.name),
                      .words = {"off", "warn", "block"},
                      .take =
                          [policy, action = one.action](const std::string& word) {
                            policy->*action = word == "block"  ? Action::kBlock
                                              : word == "warn" ? Action::kWarn
                                                               : Action::kOff;
                            return std::string();
                          },
                      .begin_item = {}});
  }
  fields.push_back({.name = "lfs_hosts",
                    .words = {},
                    .is_list = true,
                    .take =
                        [policy](const std::string& host) {
                          policy->lfs_hosts.push_back(LowerCase(host));
                          return std::string(host.find_first_of("/:@ ") == std::string::npos
                                                 ? ""
                                                 : "no host name");
                        },
                    .begin_item = {}});
  return fields;
}

void CheckRefsTighten(const RefsPolicy& system, const RefsPolicy& repository,
                      const std::function<void(std::string_view, bool)>& check) {
  for (const NamedAction& one : kActions) {
    const std::optional<Action> said = repository.*one.action;
    check("refs." + std::string(one.name),
          said && *said < (system.*one.action).value_or(Action::kOff));
  }
  // Nobody but the repository itself asks for hosts where the system does not.
  check("refs.lfs_hosts", !repository.lfs_hosts.empty() && IsOn(system.lfsconfig));
}

RefsPolicy Layer(const RefsPolicy& base, const RefsPolicy& nearer) {
  RefsPolicy result = base;
  for (const NamedAction& one : kActions) {
    if (nearer.*one.action) result.*one.action = nearer.*one.action;
  }
  result.lfs_hosts.insert(result.lfs_hosts.end(), nearer.lfs_hosts.begin(), nearer.lfs_hosts.end());
  return result;
}

}  // namespace picket
