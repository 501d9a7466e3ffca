#include "cli/shut_audit.h"

#include <memory>

#include "cli/audit.h"
#include "cli/audit_memory.h"
#include "cli/shut_in.h"

namespace picket {

Verdict AuditShutIn(const ShutAuditInput& input, Repository& repository) {
  AuditInput audit{.common = input.common,
                   .repository = repository,
                   .policy = input.policy,
                   .engine = input.engine,
                   .stats = input.stats,
                   .require_complete = input.require_complete,
                   .report_unused = input.report_unused,
                   .findings = input.findings,
                   .progress = input.progress,
                   .today = input.today};
  std::optional<AuditMemoryPlace> place;
  if (input.cache) {
    place = AuditMemory::Locate(*input.cache, repository, input.engine, input.policy, &audit.notes);
  }
  repository.KeepRefs();
  ShutIn({.gate = Gate::kAudit,
          .common = input.common,
          .policy = input.policy,
          .engine = input.engine,
          .repository = &repository,
          .cache = place ? &*place : nullptr});
  std::unique_ptr<AuditMemory> memory;
  if (place) memory = AuditMemory::Open(*place, repository, &audit.notes);
  audit.memory = memory.get();
  input.stats.Mark("open");
  return AuditRepository(audit);
}

}  // namespace picket
