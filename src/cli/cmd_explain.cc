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

// Collects the pickles of a file and of everything that stands inside it.
class Explainer : public BlobVisitor, public ChildVisitor, public FindingSink {
 public:
  Explainer(const Engine& engine, const ExpandLimits& limits)
      : engine_(engine), limits_(limits), expander_(limits) {}

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

 private:
  void Explain(const Blob& blob) {
    for (ExplainedPickle& pickle : ExplainPickles(blob, engine_.imports())) {
      pickles_.push_back(std::move(pickle));
    }
    if (blob.origin.depth < limits_.depth) expander_.Expand(blob, {}, *this, *this);
  }

  const Engine& engine_;
  ExpandLimits limits_;
  Expander expander_;
  std::vector<ExplainedPickle> pickles_;
  std::vector<Gap> gaps_;
  std::vector<std::string> disagreements_;
};

ImportVerdict Worst(const std::vector<ExplainedPickle>& pickles) {
  ImportVerdict worst = ImportVerdict::kSafe;
  for (const ExplainedPickle& pickle : pickles) {
    for (const ExplainedGlobal& global : pickle.globals) worst = std::max(worst, global.verdict);
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
  for (const ExplainedPickle& pickle : explainer.pickles()) {
    Json globals = Json::array();
    for (const ExplainedGlobal& global : pickle.globals) {
      globals.push_back({{"module", clean(global.module)},
                         {"name", clean(global.name)},
                         {"canonical", clean(global.canonical)},
                         {"verdict", std::string(ToString(global.verdict))},
                         {"offset", global.offset},
                         {"use", global.use}});
    }
    members.push_back({{"member", clean(pickle.member)},
                       {"globals", globals},
                       {"gaps", all(pickle.gaps)},
                       {"disagreements", all(pickle.disagreements)}});
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
  for (const ExplainedPickle& pickle : explainer.pickles()) {
    std::cout << clean(file) << (pickle.member.empty() ? "" : ":") << clean(pickle.member) << '\n';
    for (const ExplainedGlobal& global : pickle.globals) {
      std::cout << "  " << ToString(global.verdict) << "  " << clean(global.module) << ' '
                << clean(global.name) << "  (" << clean(global.canonical) << ") " << global.use
                << " at offset " << global.offset << '\n';
    }
    if (pickle.globals.empty()) std::cout << "  looks up no global: plain data\n";
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

int RunExplain(const CommonOptions& common, const std::string& path) {
  const Policy policy = ReadBasePolicy(common);
  const Engine engine(common, policy);
  const EffectiveLimits limits = policy.effective_limits();
  const FileList files = ListFiles({path});
  if (files.paths.size() != 1 || files.paths.front() != path) {
    throw Error(path + " is a folder, or can't be read; name one file.");
  }
  const FileSource source(files, limits.blob_memory_bytes);
  Explainer explainer(engine, {.bytes = limits.expand_bytes,
                               .children = limits.expand_children,
                               .depth = limits.expand_depth});
  const std::unique_ptr<BlobReader> reader = source.NewReader();
  reader->Visit(0, explainer);
  const ImportVerdict worst = Worst(explainer.pickles());
  const int code = worst == ImportVerdict::kDangerous ? 1 : explainer.gaps().empty() ? 0 : 2;
  // Quiet: nothing where there is nothing to act on.
  if (common.quiet && code == 0) return 0;
  if (common.format == "json") {
    PrintJson(explainer, engine.mask());
  } else {
    PrintText(path, explainer, engine.mask());
  }
  return code;
}

}  // namespace

void AddExplain(CLI::App& app, Invocation& invocation) {
  auto path = std::make_shared<std::string>();
  CLI::App* verb =
      app.add_subcommand("explain", "Say what a weight file would do, global by global");
  verb->add_option("FILE", *path, "The file")->required();
  verb->callback([&invocation, path] {
    invocation.run = [&invocation, path] { return RunExplain(invocation.common, *path); };
  });
}

}  // namespace picket
