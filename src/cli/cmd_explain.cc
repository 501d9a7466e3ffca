// picket explain: what a weight file would do when it is loaded, global by global.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/engine.h"
#include "cli/explain_folder.h"
#include "cli/explain_report.h"
#include "cli/explain_verdict.h"
#include "cli/explained_file.h"
#include "cli/policy_files.h"
#include "core/error.h"
#include "report/escape.h"
#include "scan/file_source.h"
#include "weights/explain.h"

namespace picket {
namespace {

// A policy that holds no more than what these files need, to be merged into one's own.
void PrintSuggestion(const std::vector<ExplainedPickle>& pickles, Mask& mask) {
  std::vector<std::string> refused;
  const std::vector<std::string> allowed = SuggestAllowed(pickles, refused);
  nlohmann::ordered_json names = nlohmann::ordered_json::array();
  for (const std::string& name : allowed) names.push_back(EscapeInvalidUtf8(mask.Apply(name)));
  const nlohmann::ordered_json policy = {{"weights", {{"allow", names}}}};
  std::cout << policy.dump(2, ' ', true, nlohmann::ordered_json::error_handler_t::replace) << '\n';
  for (const std::string& name : refused) {
    std::cerr << "picket: " << EscapeForTerminal(mask.Apply(name))
              << " is not suggested: a policy can't allow it by name. Allow the whole file by its "
                 "fingerprint if you have read what it does.\n";
  }
}

struct ExplainOptions {
  std::string path;
  bool suggest = false;
  bool disassemble = false;
  bool trails = false;
};

class ExplainRun {
 public:
  ExplainRun(const CommonOptions& common, const ExplainOptions& options)
      : common_(common),
        options_(options),
        policy_(ReadBasePolicy(common)),
        engine_(common, policy_) {}

  int ExplainFile() {
    FileList files;
    files.paths.push_back(options_.path);
    const FileSource source(files, policy_.effective_limits().blob_memory_bytes);
    FileExplainer explainer = NewExplainer();
    const ExplainedFile file = explainer.Explain(options_.path, *source.NewReader(), 0);
    const Verdict verdict = Judge(files, file.pickles);
    const int code = CodeOf(verdict, file.elsewhere);
    if (options_.suggest) {
      PrintSuggestion(file.pickles, engine_.mask());
    } else if (common_.quiet && code == 0) {
      // Nothing where there is nothing to act on.
      return 0;
    } else if (common_.format == "json") {
      std::cout << ExplainedAsJson(file, verdict, engine_.mask()) << '\n';
    } else {
      PrintExplained(std::cout, file, options_.trails, engine_.mask());
      PrintScanVerdict(std::cout, verdict);
    }
    return code;
  }

  int ExplainFolder() {
    const FolderFiles folder = ListFolder(options_.path);
    const FileSource source(folder.files, policy_.effective_limits().blob_memory_bytes);
    const std::unique_ptr<BlobReader> reader = source.NewReader();
    FileExplainer explainer = NewExplainer();
    const bool json = common_.format == "json";
    Mask& mask = engine_.mask();
    ExplainTotals totals;
    bool elsewhere =
        std::any_of(folder.links.begin(), folder.links.end(),
                    [](const UnfollowedLink& link) { return link.named_like_weights; });
    std::vector<ExplainedFile> kept;
    std::vector<ExplainedPickle> pickles;
    for (size_t i = 0; i < folder.files.paths.size(); ++i) {
      ExplainedFile file = explainer.Explain(folder.files.paths[i], *reader, i);
      ++totals.files;
      const bool weights = !file.format.empty() || !file.pickles.empty();
      if (!weights) continue;
      ++totals.weight_files;
      ++totals.of[static_cast<size_t>(file.verdict)];
      elsewhere = elsewhere || file.elsewhere;
      const bool harmless = file.verdict == FileVerdict::kHarmless;
      if (options_.suggest) {
        std::move(file.pickles.begin(), file.pickles.end(), std::back_inserter(pickles));
      } else if (json) {
        kept.push_back(std::move(file));
      } else if (!common_.quiet || !harmless) {
        PrintSummary(std::cout, file, folder.also[i], mask);
        if (!harmless || options_.disassemble) {
          PrintExplained(std::cout, file, options_.trails, mask);
        }
      }
    }
    const Verdict verdict = Judge(folder.files, pickles);
    const int code = CodeOf(verdict, elsewhere);
    if (options_.suggest) {
      PrintSuggestion(pickles, mask);
    } else if (common_.quiet && code == 0) {
      return 0;
    } else if (json) {
      std::cout << FolderAsJson(kept, totals, folder, verdict, mask) << '\n';
    } else {
      PrintTotals(std::cout, totals, folder, mask);
      PrintScanVerdict(std::cout, verdict);
    }
    return code;
  }

 private:
  // With --suggest, as if the policy held what is suggested.
  Verdict Judge(const FileList& files, const std::vector<ExplainedPickle>& pickles) const {
    if (!options_.suggest) return JudgeWeights(engine_, policy_, files);
    Policy policy = policy_;
    std::vector<std::string> refused;
    for (std::string& name : SuggestAllowed(pickles, refused)) {
      policy.weights_allow.push_back(std::move(name));
    }
    return JudgeWeights(engine_, policy, files);
  }

  // `elsewhere`: weights that are not here could not be told, which scan does not ask for.
  static int CodeOf(const Verdict& verdict, bool elsewhere) {
    const int code = ExitCode(verdict.outcome);
    return code == 0 && elsewhere ? ExitCode(Outcome::kIncomplete) : code;
  }

  FileExplainer NewExplainer() const {
    const EffectiveLimits limits = policy_.effective_limits();
    return {engine_,
            {.bytes = limits.expand_bytes,
             .children = limits.expand_children,
             .depth = limits.expand_depth},
            options_.disassemble};
  }

  const CommonOptions& common_;
  const ExplainOptions& options_;
  const Policy policy_;
  const Engine engine_;
};

int RunExplain(const CommonOptions& common, const ExplainOptions& options) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(options.path, error);
  if (!std::filesystem::exists(status)) {
    throw Error("There is no file or folder " + options.path + "; name one that exists.");
  }
  ExplainRun run(common, options);
  return std::filesystem::is_directory(status) ? run.ExplainFolder() : run.ExplainFile();
}

}  // namespace

void AddExplain(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<ExplainOptions>();
  CLI::App* verb =
      app.add_subcommand("explain",
                         "Say what weight files would do, global by global; ends as scan would for "
                         "the weights in them");
  verb->add_option("PATH", options->path, "A file, or a folder such as one of the Hub's cache")
      ->required();
  verb->add_flag("--suggest", options->suggest,
                 "Print the policy that allows the unknown names in the file, and no more");
  verb->add_flag("--disassemble", options->disassemble,
                 "List the opcodes of each pickle, with the top of the stack behind each");
  verb->add_flag("--trails", options->trails,
                 "Say of calls that are known to be safe, too, how they come about");
  verb->callback([&invocation, options] {
    invocation.run = [&invocation, options] { return RunExplain(invocation.common, *options); };
  });
}

}  // namespace picket
