// The small files of model archives that name the code to run: schema.json of .skops,
// model_config.yaml of .nemo, MAR-INF/MANIFEST.json of .mar, the sources of TorchScript.
// Sources: skops/io/_utils.py and _audit.py, CVE-2025-54412; NVIDIA NeMo and Hydra ("_target_"),
// CVE-2025-23304; TorchServe, model-archiver; torch/csrc/jit/serialization/README.md.
#include <algorithm>
#include <string>
#include <string_view>

#include "weights/format.h"
#include "weights/json_frames.h"

namespace picket {
namespace {

bool IsInside(std::string_view name, std::initializer_list<std::string_view> packages) {
  return std::any_of(packages.begin(), packages.end(), [&](std::string_view package) {
    return name.starts_with(package) && name.size() > package.size() && name[package.size()] == '.';
  });
}

ImportVerdict VerdictOf(const PickleScanner& scanner, const std::string& module,
                        const std::string& name, ImportCondition& condition) {
  ImportJudgement judgement = scanner.imports().Get().Judge(module, name, 4);
  condition = judgement.condition;
  return judgement.verdict;
}

class SkopsJudge : public JsonFrameVisitor {
 public:
  SkopsJudge(const PickleScanner& scanner, WeightReport& report)
      : scanner_(scanner), report_(report) {}

  void OnObject(const JsonFrame& frame) override {
    const std::string* loader = frame.Find("__loader__");
    if (loader == nullptr || frame.Find("__module__") == nullptr) return;
    for (const JsonFrame::Member& module : frame.strings) {
      if (module.key != "__module__") continue;
      for (const JsonFrame::Member& name : frame.strings) {
        if (name.key == "__class__") Judge(module.value, name.value);
      }
    }
  }

 private:
  void Judge(const std::string& module, const std::string& name) {
    ImportCondition condition = ImportCondition::kNone;
    ImportVerdict verdict = VerdictOf(scanner_, module, name, condition);
    // skops builds what its own node types say, and audits the rest when it loads.
    if (verdict == ImportVerdict::kSafe || condition != ImportCondition::kNone) return;
    if (verdict == ImportVerdict::kUnknown && IsInside(module + ".", {"sklearn", "numpy", "scipy"}))
      return;
    bool dangerous = verdict == ImportVerdict::kDangerous;
    AddProblem(report_, {dangerous ? "skops.dangerous-type" : "skops.unknown-type",
                         "This skops file has " + module.substr(0, 200) + "." +
                             name.substr(0, 200) + " imported when it is loaded.",
                         0, dangerous ? WeightConcern::kDangerous : WeightConcern::kUnknown,
                         module + "." + name});
  }

  const PickleScanner& scanner_;
  WeightReport& report_;
};

class ArchiveJudge : public JsonFrameVisitor {
 public:
  explicit ArchiveJudge(WeightReport& report) : report_(report) {}

  void OnObject(const JsonFrame& frame) override {
    for (const JsonFrame::Member& member : frame.strings) {
      if (member.key != "handler" || member.value.find(".py") == std::string::npos) continue;
      AddProblem(report_, {"mar.handler-code",
                           "This model archive brings a handler of its own, which is Python that "
                           "TorchServe runs.",
                           0, WeightConcern::kUnknown, member.value});
    }
  }

 private:
  WeightReport& report_;
};

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.';
}

// Every value of a key "_target_", block or flow style, quoted or not.
void ReadHydra(std::string_view text, const PickleScanner& scanner, WeightReport& report) {
  constexpr std::string_view kKey = "_target_";
  for (size_t at = text.find(kKey); at != std::string_view::npos; at = text.find(kKey, at + 1)) {
    size_t value = text.find_first_not_of("\"' \t", at + kKey.size());
    if (value == std::string_view::npos || text[value] != ':') continue;
    value = text.find_first_not_of("\"' \t\r\n", value + 1);
    if (value == std::string_view::npos) return;
    size_t end = value;
    while (end < text.size() && IsNameCharacter(text[end])) ++end;
    std::string name(text.substr(value, std::min<size_t>(end - value, 512)));
    size_t dot = name.rfind('.');
    if (dot == std::string::npos || dot == 0) continue;
    std::string module = name.substr(0, dot);
    WeightConcern concern = ConcernOf(scanner, module, name.substr(dot + 1));
    if (concern == WeightConcern::kUnknown &&
        IsInside(name, {"nemo", "torch.optim", "torch.nn", "pytorch_lightning", "lightning",
                        "omegaconf", "transformers", "megatron"})) {
      continue;
    }
    AddProblem(report, {"nemo.target", "This configuration has Hydra import and call " + name + ".",
                        value, concern, name});
  }
}

// What TorchScript can do to files and other hosts without leaving its own language.
void ReadTorchScript(std::string_view text, WeightReport& report) {
  for (std::string_view call : {"torch.save(", "torch.from_file(", "ops.aten.save(",
                                "ops.aten.from_file(", "ops.rpc.", "ops.prim.PythonOp"}) {
    size_t at = text.find(call);
    if (at == std::string_view::npos) continue;
    std::string name(call.substr(0, call.find('(')));
    AddProblem(report, {"torchscript.file-access",
                        "The TorchScript code in this model calls " + name +
                            ", which reaches files or other hosts.",
                        at, WeightConcern::kDangerous, name});
  }
}

}  // namespace

void ReadManifest(const Blob& blob, PickleScanner& scanner, WeightReport& report) {
  std::string_view text = AsText(blob.bytes);
  std::string_view member = blob.origin.member;
  if (!member.empty() && member.find("code/__torch__") != std::string_view::npos &&
      member.ends_with(".py")) {
    return ReadTorchScript(text, report);
  }
  if (IsNamedLike(blob, {"model_config.yaml", "model_config.yml"}) && !member.empty()) {
    return ReadHydra(text, scanner, report);
  }
  bool skops =
      IsNamedLike(blob, {"schema.json"}) && text.find("\"__loader__\"") != std::string_view::npos;
  bool archive = IsNamedLike(blob, {"mar-inf/manifest.json"});
  size_t start = text.find_first_not_of(" \t\r\n");
  if ((!skops && !archive) || start == std::string_view::npos) return;
  SkopsJudge skops_judge(scanner, report);
  ArchiveJudge archive_judge(report);
  JsonFrameVisitor* judge = &archive_judge;
  if (skops) judge = &skops_judge;
  if (!WalkJson(text.substr(start), *judge).whole) {
    report.gaps.push_back(skops ? "its skops schema is broken or nested deeper than 512"
                                : "its archive manifest is broken or nested deeper than 512");
  }
}

}  // namespace picket
