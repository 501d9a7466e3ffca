// picket explain: what a weight file would do when it is loaded, global by global.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/engine.h"
#include "cli/policy_files.h"
#include "contents/expander.h"
#include "core/error.h"
#include "report/escape.h"
#include "scan/file_source.h"
#include "weights/explain.h"

namespace picket {
namespace {

constexpr uint64_t kMaxOpcodeLines = 100'000;

// Collects the pickles of a file and of everything that stands inside it.
class Explainer : public BlobVisitor, public ChildVisitor, public FindingSink {
 public:
  Explainer(const Engine& engine, const ExpandLimits& limits, bool disassemble)
      : engine_(engine), limits_(limits), disassemble_(disassemble), expander_(limits) {}

  void OnBlob(const Blob& blob, const Derivation*) override {
    expander_.Reset();
    Explain(blob);
  }
  void OnChild(const Blob& child) override { Explain(child); }
  void OnGap(Gap gap) override { gaps_.push_back(std::move(gap)); }
  void OnSkipped(Skipped) override {}
  void Add(Finding finding) override { disagreements_.push_back(finding.message); }
  void Add(Gap gap) override { gaps_.push_back(std::move(gap)); }
  void Add(EncodedHint) override {}

  const std::vector<ExplainedPickle>& pickles() const { return pickles_; }
  const std::vector<Gap>& gaps() const { return gaps_; }
  const std::vector<std::string>& disagreements() const { return disagreements_; }
  // The opcodes of pickles()[index]; empty unless asked for.
  const std::vector<std::string>& opcodes(size_t index) const { return opcodes_[index]; }

 private:
  void Explain(const Blob& blob) {
    for (ExplainedPickle& pickle : ExplainPickles(blob, engine_.imports())) {
      opcodes_.emplace_back();
      if (disassemble_ && pickle.start) {
        DisassemblePickle(blob.bytes, *pickle.start, lines_left_, [this](const std::string& line) {
          opcodes_.back().push_back(line);
          if (lines_left_ > 1) --lines_left_;
        });
      }
      pickles_.push_back(std::move(pickle));
    }
    if (blob.origin.depth < limits_.depth) expander_.Expand(blob, {}, *this, *this);
  }

  const Engine& engine_;
  ExpandLimits limits_;
  bool disassemble_;
  uint64_t lines_left_ = kMaxOpcodeLines;
  std::vector<std::vector<std::string>> opcodes_;
  Expander expander_;
  std::vector<ExplainedPickle> pickles_;
  std::vector<Gap> gaps_;
  std::vector<std::string> disagreements_;
};

ImportVerdict Worst(const std::vector<ExplainedPickle>& pickles) {
  ImportVerdict worst = ImportVerdict::kSafe;
  for (const ExplainedPickle& pickle : pickles) {
    for (const ExplainedGlobal& global : pickle.globals) worst = std::max(worst, global.verdict);
    for (const ExplainedProblem& problem : pickle.problems) {
      if (problem.concern == WeightConcern::kNone) continue;
      worst =
          std::max(worst, problem.concern == WeightConcern::kUnknown ? ImportVerdict::kUnknown
                                                                     : ImportVerdict::kDangerous);
    }
  }
  return worst;
}

void PrintJson(const Explainer& explainer, Mask& mask) {
  using Json = nlohmann::ordered_json;
  const auto clean = [&mask](const std::string& text) {
    return EscapeInvalidUtf8(mask.Apply(text));
  };
  const auto all = [&clean](const std::vector<std::string>& texts) {
    Json list = Json::array();
    for (const std::string& text : texts) list.push_back(clean(text));
    return list;
  };
  Json members = Json::array();
  for (size_t i = 0; i < explainer.pickles().size(); ++i) {
    const ExplainedPickle& pickle = explainer.pickles()[i];
    Json globals = Json::array();
    for (const ExplainedGlobal& global : pickle.globals) {
      globals.push_back({{"module", clean(global.module)},
                         {"name", clean(global.name)},
                         {"canonical", clean(global.canonical)},
                         {"verdict", std::string(ToString(global.verdict))},
                         {"offset", global.offset},
                         {"use", global.use}});
    }
    Json problems = Json::array();
    for (const ExplainedProblem& problem : pickle.problems) {
      problems.push_back({{"rule", problem.rule},
                          {"subject", clean(problem.subject)},
                          {"message", clean(problem.message)},
                          {"offset", problem.offset}});
    }
    members.push_back({{"member", clean(pickle.member)},
                       {"globals", globals},
                       {"gaps", all(pickle.gaps)},
                       {"disagreements", all(pickle.disagreements)},
                       {"problems", problems}});
    if (explainer.opcodes(i).empty()) continue;
    Json opcodes = Json::array();
    for (const std::string& line : explainer.opcodes(i)) opcodes.push_back(clean(line));
    members.back()["opcodes"] = opcodes;
  }
  Json gaps = Json::array();
  for (const Gap& gap : explainer.gaps()) {
    gaps.push_back({{"member", clean(gap.member)}, {"reason", clean(gap.reason)}});
  }
  const Json document = {
      {"members", members}, {"gaps", gaps}, {"disagreements", all(explainer.disagreements())}};
  std::cout << document.dump(1, ' ', true, Json::error_handler_t::replace) << '\n';
}

void PrintText(const std::string& file, const Explainer& explainer, Mask& mask) {
  const auto clean = [&mask](const std::string& text) {
    return EscapeForTerminal(mask.Apply(text));
  };
  for (size_t i = 0; i < explainer.pickles().size(); ++i) {
    const ExplainedPickle& pickle = explainer.pickles()[i];
    std::cout << clean(file) << (pickle.member.empty() ? "" : ":") << clean(pickle.member) << '\n';
    for (const ExplainedGlobal& global : pickle.globals) {
      std::cout << "  " << ToString(global.verdict) << "  " << clean(global.module) << ' '
                << clean(global.name) << "  (" << clean(global.canonical) << ") " << global.use
                << " at offset " << global.offset << '\n';
    }
    if (pickle.globals.empty() && pickle.problems.empty()) {
      std::cout << "  looks up no global: plain data\n";
    }
    for (const ExplainedProblem& problem : pickle.problems) {
      std::cout << "  " << problem.rule << "  " << clean(problem.subject) << "  "
                << clean(problem.message) << " (offset " << problem.offset << ")\n";
    }
    for (const std::string& line : explainer.opcodes(i)) std::cout << "  " << clean(line) << '\n';
    for (const std::string& gap : pickle.gaps) std::cout << "  not read: " << clean(gap) << '\n';
    for (const std::string& clause : pickle.disagreements) {
      std::cout << "  readers disagree: " << clean(clause) << '\n';
    }
  }
  for (const std::string& clause : explainer.disagreements()) {
    std::cout << "readers disagree: " << clean(clause) << '\n';
  }
  for (const Gap& gap : explainer.gaps()) {
    std::cout << "could not be examined: " << clean(gap.path.empty() ? file : gap.path)
              << (gap.member.empty() ? "" : ":") << clean(gap.member) << ": " << clean(gap.reason)
              << '\n';
  }
  if (explainer.pickles().empty() && explainer.gaps().empty()) {
    std::cout << clean(file) << ": no pickle in it\n";
  }
}

// A policy that holds no more than what these files need, to be merged into one's own.
void PrintSuggestion(const Explainer& explainer, Mask& mask) {
  std::vector<std::string> refused;
  const std::vector<std::string> allowed = SuggestAllowed(explainer.pickles(), refused);
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
};

int RunExplain(const CommonOptions& common, const ExplainOptions& options) {
  const std::string& path = options.path;
  const Policy policy = ReadBasePolicy(common);
  const Engine engine(common, policy);
  const EffectiveLimits limits = policy.effective_limits();
  const FileList files = ListFiles({path});
  if (files.paths.size() != 1 || files.paths.front() != path) {
    throw Error(path + " is a folder, or can't be read; name one file.");
  }
  const FileSource source(files, limits.blob_memory_bytes);
  Explainer explainer(engine,
                      {.bytes = limits.expand_bytes,
                       .children = limits.expand_children,
                       .depth = limits.expand_depth},
                      options.disassemble);
  const std::unique_ptr<BlobReader> reader = source.NewReader();
  reader->Visit(0, explainer);
  const ImportVerdict worst = Worst(explainer.pickles());
  const int code = worst == ImportVerdict::kDangerous ? 1 : explainer.gaps().empty() ? 0 : 2;
  // Quiet: nothing where there is nothing to act on.
  if (common.quiet && code == 0 && !options.suggest) return 0;
  if (options.suggest) {
    PrintSuggestion(explainer, engine.mask());
  } else if (common.format == "json") {
    PrintJson(explainer, engine.mask());
  } else {
    PrintText(path, explainer, engine.mask());
  }
  return code;
}

}  // namespace

void AddExplain(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<ExplainOptions>();
  CLI::App* verb =
      app.add_subcommand("explain", "Say what a weight file would do, global by global");
  verb->add_option("FILE", options->path, "The file")->required();
  verb->add_flag("--suggest", options->suggest,
                 "Print the policy that allows the unknown names in the file, and no more");
  verb->add_flag("--disassemble", options->disassemble,
                 "List the opcodes of each pickle, with the top of the stack behind each");
  verb->callback([&invocation, options] {
    invocation.run = [&invocation, options] { return RunExplain(invocation.common, *options); };
  });
}

}  // namespace picket
