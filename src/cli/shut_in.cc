#include "cli/shut_in.h"

#include <csignal>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <utility>

#include "cli/output.h"
#include "cli/presentable.h"
#include "core/error.h"
#include "git/git_ancestry.h"
#include "git/spooled_object.h"
#include "sandbox/sandbox.h"

namespace picket {
namespace {

constexpr size_t kNamedObjects = 4;

std::string Consequence(Gate gate) {
  switch (gate) {
    case Gate::kPreReceive:
    case Gate::kPrePush: return "the push is refused";
    case Gate::kPreCommit:
    case Gate::kPreMergeCommit:
    case Gate::kCommitMsg: return "the commit is refused";
    case Gate::kAudit: return "the audit leaves it out and begins again";
    case Gate::kScan: return "the scan leaves it out and begins again";
  }
  return "nothing was judged";
}

std::string NameOf(const Crash::Object& object, const std::vector<std::string>* files) {
  if (!object.oid.empty()) return "object " + object.oid.ToHex();
  if (files != nullptr && object.position < files->size()) return (*files)[object.position];
  return "number " + std::to_string(object.position) + " of what is examined";
}

std::string NameAll(const Crash& crash, const std::vector<std::string>* files) {
  if (crash.objects.empty()) return "no object";
  if (crash.objects.size() == 1) return NameOf(crash.objects.front(), files);
  std::string all = "one of";
  for (size_t i = 0; i < crash.objects.size() && i < kNamedObjects; ++i)
    all += (i == 0 ? " " : ", ") + NameOf(crash.objects[i], files);
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

void TellCrash(const ShutInInput& input, const Crash& crash) {
  const std::string sentence =
      "The process that read " + NameAll(crash, input.files) + " ended in the middle (" +
      Describe(crash.signal) + "), so " + Consequence(input.gate) +
      ". Look at that object as at an attack, and report it as a defect of picket, in private.";
  const std::string line = "picket: " + Presentable(input.common, sentence) + "\n";
  std::fputs(line.c_str(), stderr);
  std::fflush(stderr);
}

Answer RunErrand(const ShutInInput& input, Errand errand, std::string_view question) {
  Answer answer;
  switch (errand) {
    case Errand::kSpool:
      if (input.repository == nullptr) break;
      return SpoolOutside(*input.repository, input.policy.effective_limits().temp_bytes, question);
    case Errand::kRemovedNames:
      if (input.repository == nullptr) break;
      answer.text = NamesRemovedFromIndex(question);
      return answer;
    case Errand::kCacheLoad:
    case Errand::kCacheFind:
    case Errand::kCacheAdd:
    case Errand::kCacheBegin:
    case Errand::kCacheFinish:
    case Errand::kCachePut: break;
  }
  throw Error("Something was asked for that this run does not have; nothing more can be judged.");
}

}  // namespace

void ShutIn(const ShutInInput& input) {
  const SandboxUse use = input.policy.sandbox.value_or(SandboxUse::kAuto);
  if (use == SandboxUse::kOff) return;
  input.engine.OpenRest();
  SandboxOptions options;
  options.use = use;
  if (input.repository != nullptr) {
    input.repository->KeepRefs();
    options.places.object_dirs = input.repository->object_dirs();
  }
  options.places.files = input.files;
  options.places.do_errand = [&input](Errand errand, std::string_view question) {
    return RunErrand(input, errand, question);
  };
  if (input.common.stats) options.kept_open.push_back(kProcessStatus);
  options.goes_on = input.gate == Gate::kAudit || input.gate == Gate::kScan;
  options.on_crash = [&input](const Crash& crash) { TellCrash(input, crash); };
  std::string note = EnterSandbox(options);
  if (!note.empty()) input.engine.AddNote(std::move(note));
}

}  // namespace picket
