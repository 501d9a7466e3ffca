#include "cli/shut_in.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "cli/audit_memory.h"
#include "cli/lfs_setup.h"
#include "cli/output.h"
#include "cli/presentable.h"
#include "core/error.h"
#include "git/git_ancestry.h"
#include "git/spooled_object.h"
#include "sandbox/sandbox.h"
#include "scan/debts.h"
#include "scan/kept_cache.h"
#include "scan/push_log.h"

namespace picket {
namespace {

constexpr size_t kNamedObjects = 4;

std::string Consequence(Gate gate, bool goes_on) {
  switch (gate) {
    case Gate::kPreReceive:
    case Gate::kPrePush: return "the push is refused";
    case Gate::kPreCommit:
    case Gate::kPreMergeCommit:
    case Gate::kCommitMsg: return "the commit is refused";
    case Gate::kAudit:
      if (goes_on) return "the audit leaves it out and begins again";
      break;
    case Gate::kScan:
      if (goes_on) return "the scan leaves it out and begins again";
      break;
  }
  return "nothing was judged";
}

std::string NameOf(const Crash::Object& object, const Places* places) {
  std::string name;
  if (!object.oid.empty()) {
    name = "object " + object.oid.ToHex();
  } else if (places != nullptr && object.position < places->files.size()) {
    name = places->files[object.position];
  } else {
    name = "number " + std::to_string(object.position) + " of what is examined";
  }
  if (object.others == 0) return name;
  return name + " or one of the " + std::to_string(object.others) + " small ones read with it";
}

std::string NameAll(const Crash& crash, const Places* places) {
  if (crash.objects.empty()) return "no object";
  if (crash.objects.size() == 1) return NameOf(crash.objects.front(), places);
  std::string all = "one of";
  for (size_t i = 0; i < crash.objects.size() && i < kNamedObjects; ++i)
    all += (i == 0 ? " " : ", ") + NameOf(crash.objects[i], places);
  if (crash.objects.size() > kNamedObjects)
    all += " and " + std::to_string(crash.objects.size() - kNamedObjects) + " more";
  return all;
}

std::string Describe(int signal) {
  if (signal == SIGSYS) return "it made a system call that is forbidden to it";
  if (signal == SIGKILL) return "it was killed; perhaps memory ran out";
  const char* name = sigdescr_np(signal);
  return "signal " + std::to_string(signal) + (name == nullptr ? "" : ", " + std::string(name));
}

void TellCrash(const CommonOptions& common, Gate gate, const Crash& crash, const Places* places) {
  const std::string sentence =
      "The process that read " + NameAll(crash, places) + " ended in the middle (" +
      Describe(crash.signal) + "), so " + Consequence(gate, crash.goes_on) +
      ". Look at that object as at an attack, and report it as a defect of picket, in private.";
  const std::string line = "picket: " + Presentable(common, sentence) + "\n";
  std::fputs(line.c_str(), stderr);
  std::fflush(stderr);
}

// What the keeper needs for its errands.
struct Context {
  SpoolPlace spool;
  AuditMemoryPlace cache;
  std::string log;
  std::string debts;
  bool debts_are_shared = false;
  std::string lfs;  // WriteLfsSetup()
  bool has_index = false;
};

// What a keeper has open for its errands.
struct Desk {
  CacheKeeper cache;
  std::optional<DebtBook> debts;
  LfsKeeper lfs;
  void Clear() {
    cache.Forget();
    debts.reset();
    lfs.Forget();
  }
};

std::string WriteContext(const Context& context) {
  std::string text = std::to_string(context.spool.limit);
  for (const std::string& part :
       {context.spool.git_dir, context.spool.directory, context.cache.file,
        std::string(context.cache.is_ours ? "ours" : ""), context.log, context.debts,
        std::string(context.debts_are_shared ? "shared" : ""), context.lfs,
        std::string(context.has_index ? "index" : ""), context.cache.scope})
    text.append(1, '\0').append(part);
  return text;
}

Context ReadContext(std::string_view text) {
  Context context;
  const auto take = [&text] {
    const std::string_view part = text.substr(0, text.find('\0'));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    return std::string(part);
  };
  context.spool.limit = std::strtoull(take().c_str(), nullptr, 10);
  context.spool.git_dir = take();
  context.spool.directory = take();
  context.cache.file = take();
  context.cache.is_ours = !take().empty();
  context.log = take();
  context.debts = take();
  context.debts_are_shared = !take().empty();
  context.lfs = take();
  context.has_index = !take().empty();
  context.cache.scope = text;
  return context;
}

Answer RunErrand(Desk& desk, Errand errand, std::string_view text, std::string_view question) {
  const Context context = ReadContext(text);
  Answer answer;
  switch (errand) {
    case Errand::kSpool:
      if (context.spool.directory.empty()) break;
      return SpoolOutside(context.spool, question);
    case Errand::kSpoolRoom:
      if (context.spool.directory.empty()) break;
      return SpoolRoomOutside(context.spool, question);
    case Errand::kRemovedNames:
      if (!context.has_index) break;
      answer.text = NamesRemovedFromIndex(question);
      return answer;
    case Errand::kLog:
      if (context.log.empty()) break;
      return AppendOutside(context.log, question);
    case Errand::kDebtsBegin: {
      if (context.debts.empty()) break;
      desk.debts.emplace(context.debts, context.debts_are_shared);
      const std::chrono::milliseconds patience(
          std::clamp(std::strtoll(std::string(question).c_str(), nullptr, 10), 0LL, 60'000LL));
      answer.text = FormatDebts(desk.debts->Begin(patience));
      return answer;
    }
    case Errand::kDebtsEnd:
      if (!desk.debts) break;
      desk.debts->End(question.empty() ? DebtList() : ParseDebts(question, context.debts));
      desk.debts.reset();
      return answer;
    case Errand::kLfsOpen:
    case Errand::kLfsFind:
    case Errand::kLfsMemoryLoad:
    case Errand::kLfsMemorySave:
      if (context.lfs.empty()) break;
      return desk.lfs.Do(errand, context.lfs, question);
    case Errand::kCacheOpen:
    case Errand::kCacheFind:
    case Errand::kCacheAdd:
    case Errand::kCacheBegin:
    case Errand::kCacheNext:
    case Errand::kCacheKeep:
    case Errand::kCacheRow:
    case Errand::kCacheEnd:
    case Errand::kCacheTrouble:
      return desk.cache.Do(errand, context.cache.file, context.cache.is_ours, context.cache.scope,
                           question);
  }
  throw Error("Something was asked for that this run does not have; nothing more can be judged.");
}

// The references outlive what is made.
SplitOptions OptionsFor(const CommonOptions& common, Gate gate, Desk& desk) {
  SplitOptions options;
  options.goes_on = gate == Gate::kAudit || gate == Gate::kScan;
  options.do_errand = [&desk](Errand errand, std::string_view context, std::string_view question) {
    return RunErrand(desk, errand, context, question);
  };
  options.on_crash = [&common, &desk, gate](const Crash& crash, const Places* places) {
    desk.Clear();
    TellCrash(common, gate, crash, places);
  };
  return options;
}

}  // namespace

void SplitOff(const CommonOptions& common, Gate gate) {
  Desk desk;
  SplitOff(OptionsFor(common, gate, desk));
}

std::optional<std::string> AuditApart(const CommonOptions& common,
                                      const std::function<std::string()>& work) {
  Desk desk;
  return RunApart(OptionsFor(common, Gate::kAudit, desk), work);
}

void ShutIn(const ShutInInput& input) {
  ShutInOptions options;
  options.use = input.policy.sandbox.value_or(SandboxUse::kAuto);
  if (options.use == SandboxUse::kOff) return;
  input.engine.OpenRest();
  Context context;
  if (input.repository != nullptr) {
    options.places.object_dirs = input.repository->object_dirs();
    context.spool = {input.repository->git_dir(), input.repository->temporary_dir(),
                     input.policy.effective_limits().temp_bytes};
    context.has_index = input.gate == Gate::kPreCommit || input.gate == Gate::kPreMergeCommit ||
                        input.gate == Gate::kCommitMsg;
    // A message points to nothing.
    if (input.gate != Gate::kCommitMsg)
      context.lfs = WriteLfsSetup(SetUpLfs(*input.repository, input.policy, input.gate));
  }
  context.log = input.policy.server.log;
  if (input.debts != nullptr) {
    context.debts = input.debts->file();
    context.debts_are_shared = input.debts->shared();
  }
  if (input.cache != nullptr) context.cache = *input.cache;
  if (input.files != nullptr) options.places.files = *input.files;
  options.places.context = WriteContext(context);
  if (input.common.stats) options.kept_open.push_back(kProcessStatus);
  std::string note = ShutIn(options);
  if (!note.empty()) input.engine.AddNote(std::move(note));
}

}  // namespace picket
