#include "cli/hook_trial.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <system_error>

#include "cli/command.h"
#include "cli/hook_shim.h"
#include "core/error.h"

namespace picket {
namespace {

namespace fs = std::filesystem;

class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = (fs::temp_directory_path() / "picket-doctor.XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) {
      throw Error("No scratch folder can be made at " + pattern + ": " + std::strerror(errno) +
                  "; set TMPDIR to a folder with room.");
    }
    path_ = pattern;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A token that never existed: random each time, so that no allowance and no cache can know it.
std::string PlantedToken() {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::random_device random;
  std::uniform_int_distribution<size_t> choose(0, kLetters.size() - 1);
  std::string token = "hf";
  token += '_';
  for (int i = 0; i < 34; ++i) token += kLetters[choose(random)];
  return token;
}

void WriteFile(const std::string& path, std::string_view text, bool executable = false) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  if (!file || (executable && chmod(path.c_str(), 0755) != 0)) {
    throw Error(path + " can't be written: " + std::strerror(errno) + ".");
  }
}

bool Mentions(const std::string& text, const std::string& word) {
  return text.find(word) != std::string::npos;
}

// The first file of `names` in the worktree that mentions picket; "" if none does.
std::string ConfigurationNamingPicket(const HookPlace& place,
                                      const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const std::string path = place.worktree + "/" + name;
    if (!place.bare() && CallsPicket(ReadHook(path).text)) return name;
  }
  return "";
}

// A hook as it will stand in the scratch repository.
struct Candidate {
  HookReport report;
  std::string text;  // "" for one that can't protect, or can't be tried
};

void JudgeForeign(const HookPlace& place, const HookFile& file, Candidate* candidate) {
  HookReport& report = candidate->report;
  const std::string users = fs::path(place.directory).parent_path().string() + "/" + report.hook;
  const bool husky = Mentions(place.directory, "/.husky/");
  if (CallsPicket(file.text) || (husky && CallsPicket(ReadHook(users).text))) {
    std::string quoted;
    for (char letter : file.path) quoted += letter == '\'' ? "'\\''" : std::string(1, letter);
    candidate->text = "#!/bin/sh\nexec '" + quoted + "' \"$@\"\n";
    return;
  }
  std::string configuration;
  if (Mentions(file.text, "lefthook")) {
    configuration = ConfigurationNamingPicket(
        place, {"lefthook.yml", "lefthook.yaml", ".lefthook.yml", ".lefthook.yaml"});
  } else if (Mentions(file.text, "pre-commit.com") || Mentions(file.text, "hook-impl")) {
    configuration = ConfigurationNamingPicket(place, {".pre-commit-config.yaml"});
  }
  if (!configuration.empty()) {
    report.protection = Protection::kUnknown;
    report.sentence = "The tool behind it reads " + configuration +
                      ", which names picket; that can't be tried outside this repository.";
    return;
  }
  report.protection = Protection::kDoesNot;
  report.sentence =
      file.path + " does not call picket; `picket install` keeps it and adds picket, or says how.";
}

Candidate Examine(const HookPlace& place, const std::string& hook) {
  Candidate candidate;
  HookReport& report = candidate.report;
  report.hook = hook;
  report.protection = Protection::kDoesNot;
  HookFile file = ReadHook(PathOfHook(place, hook));
  if (!file.exists) {
    report.sentence = "There is none in " + place.directory + "; run `picket install`.";
  } else if (!file.executable) {
    report.sentence = file.path + " is not executable, so Git does not run it.";
  } else if (file.is_shim) {
    report.binary = file.binary;
    candidate.text = file.text;
  } else {
    JudgeForeign(place, file, &candidate);
  }
  return candidate;
}

class Trial {
 public:
  Trial() : work_(scratch_.path() + "/work"), server_(scratch_.path() + "/server") {
    for (const std::string& folder : {HooksOf(work_), HooksOf(server_)}) {
      fs::create_directory(folder);
    }
    Git(scratch_.path(), {"init", "-q", "--template=", "work"});
    Git(scratch_.path(), {"init", "-q", "--template=", "--bare", "server"});
    for (const std::string& repository : {work_, server_}) {
      Git(repository, {"config", "core.hooksPath", HooksOf(repository)});
    }
    Git(work_, {"symbolic-ref", "HEAD", "refs/heads/main"});
  }

  // Puts a hook, or the policy that goes with it, where the real ones stand.
  void AddHook(const std::string& name, const std::string& text, HookSide side) {
    const std::string& repository = side == HookSide::kLocal ? work_ : server_;
    WriteFile(HooksOf(repository) + "/" + name, text, true);
  }
  void AddPolicy(const HookPlace& place) {
    std::error_code error;
    const std::string git_dir = place.common_dir + "/picket.json";
    const std::string tracked = place.worktree + "/.picket.json";
    if (fs::exists(git_dir, error)) {
      fs::copy_file(git_dir, place.bare() ? server_ + "/picket.json" : work_ + "/.git/picket.json");
    }
    if (!place.bare() && fs::exists(tracked, error)) {
      fs::copy_file(tracked, work_ + "/.picket.json");
      Git(work_, {"add", ".picket.json"});
    }
  }

  void TryPreCommit(HookReport* report) {
    CommandResult clean = CommitFile("notes.txt", "A clean line.\n", true);
    if (clean.status != 0) return Unclean(clean, report);
    CommandResult leak = CommitFile("settings.env", "HF_TOKEN=" + PlantedToken() + "\n", true);
    Judge(leak, leak.status != 0, report);
    TryGit(work_, {"reset", "-q", "--hard"});
  }

  void TryCommitMessage(HookReport* report) {
    CommandResult clean = CommitMessage("A clean message", true);
    if (clean.status != 0) return Unclean(clean, report);
    CommandResult leak = CommitMessage("Log in with " + PlantedToken(), true);
    Judge(leak, leak.status != 0, report);
  }

  // pre-push, or pre-receive on the other side.
  void TryPush(HookReport* report) {
    CommitFile("pushed.txt", "Another clean line.\n", false);
    CommandResult clean = Push("clean");
    if (clean.status != 0) return Unclean(clean, report);
    CommitFile("pushed.env", "HF_TOKEN=" + PlantedToken() + "\n", false);
    CommandResult leak = Push("leak");
    bool arrived = TryGit(server_, {"rev-parse", "-q", "--verify", "refs/heads/leak"}).status == 0;
    Judge(leak, leak.status != 0 && !arrived, report);
  }

 private:
  static std::string HooksOf(const std::string& repository) { return repository + "-hooks"; }

  CommandResult TryGit(const std::string& directory, std::vector<std::string> arguments) const {
    std::vector<std::string> line = {"git",
                                     "-c",
                                     "user.name=picket doctor",
                                     "-c",
                                     "user.email=doctor@picket.invalid",
                                     "-c",
                                     "commit.gpgSign=false"};
    line.insert(line.end(), arguments.begin(), arguments.end());
    return Run({.arguments = line, .directory = directory, .environment = {{"LC_ALL", "C"}}});
  }

  void Git(const std::string& directory, std::vector<std::string> arguments) const {
    CommandResult result = TryGit(directory, arguments);
    if (result.status != 0) {
      throw Error("The scratch repository can't be made: git " + arguments[0] + ": " +
                  result.error);
    }
  }

  CommandResult CommitMessage(const std::string& message, bool hooks) const {
    std::vector<std::string> line = {"commit", "-q", "--allow-empty", "-m", message};
    if (!hooks) line.push_back("--no-verify");
    return TryGit(work_, line);
  }

  CommandResult CommitFile(const std::string& name, const std::string& text, bool hooks) const {
    WriteFile(work_ + "/" + name, text);
    Git(work_, {"add", "-f", name});
    return CommitMessage("A clean message", hooks);
  }

  CommandResult Push(const std::string& branch) const {
    return TryGit(work_, {"push", "-q", server_, "HEAD:refs/heads/" + branch});
  }

  // What to quote of a refusal: picket's own word if it said one, else the last line.
  static std::string Essence(const CommandResult& result) {
    std::string_view rest = result.error.empty() ? result.output : result.error;
    std::string_view last;
    while (!rest.empty()) {
      std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      if (line.find("picket: ") != std::string_view::npos) return std::string(line);
      if (!line.empty()) last = line;
    }
    return std::string(last);
  }

  static void Unclean(const CommandResult& result, HookReport* report) {
    report->protection = Protection::kUnknown;
    report->sentence = "It refuses clean content, too: " + Essence(result);
  }

  static void Judge(const CommandResult& result, bool refused, HookReport* report) {
    if (!refused) {
      report->protection = Protection::kDoesNot;
      report->sentence = "It let a planted token pass.";
      return;
    }
    bool by_picket = Mentions(result.error + result.output, "huggingface.");
    report->protection = by_picket ? Protection::kProtects : Protection::kUnknown;
    report->sentence =
        by_picket ? "Refuses a planted token and lets clean content pass."
                  : "The planted token was refused, but not for being one: " + Essence(result);
  }

  ScratchFolder scratch_;
  std::string work_;
  std::string server_;
};

void TryOne(const Candidate& candidate, const HookPlace& place, HookSide side, HookReport* report) {
  Trial trial;
  trial.AddHook(report->hook, candidate.text, side);
  trial.AddPolicy(place);
  if (report->hook == "pre-commit") {
    trial.TryPreCommit(report);
  } else if (report->hook == "commit-msg") {
    trial.TryCommitMessage(report);
  } else {
    trial.TryPush(report);
  }
}

}  // namespace

std::vector<HookReport> TryHooks(const HookPlace& place, HookSide side) {
  std::vector<HookReport> reports;
  for (const std::string& hook : side == HookSide::kLocal ? LocalHooks() : ServerHooks()) {
    Candidate candidate = Examine(place, hook);
    HookReport report = candidate.report;
    if (hook == "pre-merge-commit") {
      // A merge brings in nothing that no parent has, unless a person edits it, and then
      // pre-commit runs: there is nothing to plant here.
      if (!candidate.text.empty()) {
        report.protection = reports.front().protection;
        report.sentence = "In place; judges as pre-commit does.";
      }
    } else if (!candidate.text.empty()) {
      TryOne(candidate, place, side, &report);
    }
    reports.push_back(report);
  }
  return reports;
}

}  // namespace picket
