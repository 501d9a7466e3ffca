// Keras: the configuration that says which classes and functions to build a model of, in the
// config.json of a .keras file, in an attribute of an HDF5 file, or in keras_metadata.pb.
//
// HDF5 keeps the value of an attribute in one piece (HDF5 File Format Specification, IV.A.2.m and
// III.E, the global heap), so every JSON object in the file is looked at where it stands, whatever
// the superblock's offset and the way that leads to it.
// Sources: keras/src/saving/serialization_lib.py, keras/src/legacy/saving/legacy_h5_format.py;
// CVE-2024-3660, CVE-2025-1550, -8747, -9905, -9906, -12058, -49655.
#include <algorithm>
#include <string_view>

#include "weights/find_word.h"
#include "weights/format.h"
#include "weights/hdf5.h"
#include "weights/json_frames.h"

namespace picket {
namespace {

// Restarts behind broken objects may cost this many times the file, and then some.
constexpr uint64_t kWorkFactor = 8;
constexpr uint64_t kSpareWork = uint64_t{1} << 20;

bool IsUnder(std::string_view module, std::string_view head) {
  return module.starts_with(head) && (module.size() == head.size() || module[head.size()] == '.');
}

// "keras.x", "tf_keras.x" and "tensorflow.keras.x" as "x"; nullopt-like: false for others.
bool StripKeras(std::string_view& module) {
  for (std::string_view head :
       {"tensorflow.python.keras", "tensorflow.keras", "tf_keras", "tf.keras", "keras"}) {
    if (!IsUnder(module, head)) continue;
    module.remove_prefix(std::min(module.size(), head.size() + 1));
    if (IsUnder(module, "src")) module.remove_prefix(std::min<size_t>(module.size(), 4));
    return true;
  }
  return false;
}

// Parts of Keras whose functions load code, open files or fetch addresses.
bool ReachesOut(std::string_view part) {
  for (std::string_view head : {"saving", "legacy.saving", "config", "utils", "backend", "datasets",
                                "applications", "export", "distribution", "wrappers",
                                "models.cloning", "legacy.backend", "legacy.preprocessing"}) {
    if (IsUnder(part, head)) return true;
  }
  return false;
}

bool IsLookup(std::string_view class_name) {
  return class_name.ends_with("Lookup") || class_name.ends_with("TextVectorization");
}

class KerasJudge : public JsonFrameVisitor {
 public:
  KerasJudge(const PickleScanner& scanner, WeightReport& report)
      : scanner_(scanner), report_(report) {}

  void set_offset(uint64_t offset) { offset_ = offset; }
  bool met_any() const { return met_any_; }

  void OnObject(const JsonFrame& frame) override {
    if (!frame.Has("class_name") || !frame.Has("config")) return;
    met_any_ = true;
    const std::string* registered = frame.Find("registered_name");
    for (const JsonFrame::Member& member : frame.strings) {
      if (member.key == "class_name") JudgeClass(member.value, frame);
      if (member.key == "module") JudgeModule(member.value, frame);
    }
    if (registered != nullptr && LastPart(*registered) == "Lambda") AddLambda();
  }

 private:
  static std::string_view LastPart(std::string_view name) {
    size_t cut = name.find_last_of(".>");
    return cut == std::string_view::npos ? name : name.substr(cut + 1);
  }

  void AddLambda() {
    Add("keras.lambda-layer", "Lambda", WeightConcern::kDangerous,
        "This Keras model holds a Lambda layer: loading or running it runs Python code that the "
        "file brings along or names.");
  }

  void JudgeClass(const std::string& name, const JsonFrame& frame) {
    std::string_view last = LastPart(name);
    if (last == "Lambda") AddLambda();
    if (last == "__lambda__") {
      Add("keras.marshalled-code", "__lambda__", WeightConcern::kDangerous,
          "This Keras model holds marshalled Python code, which runs when the model is loaded.");
    }
    if (last == "TorchModuleWrapper") {
      Add("keras.nested-pickle", "TorchModuleWrapper", WeightConcern::kDangerous,
          "This Keras model holds a TorchModuleWrapper, whose configuration is unpickled when the "
          "model is loaded.");
    }
    bool path = std::any_of(frame.config_strings.begin(), frame.config_strings.end(),
                            [](const JsonFrame::Member& member) {
                              return member.key == "vocabulary" && !member.value.empty();
                            });
    if (IsLookup(last) && path) {
      Add("keras.file-reference", std::string(last), WeightConcern::kDangerous,
          "This Keras model has its vocabulary read from a path or an address when it is loaded.");
    }
  }

  void JudgeModule(const std::string& module, const JsonFrame& frame) {
    const std::string* class_name = frame.Find("class_name");
    std::string name = class_name != nullptr ? *class_name : "";
    const std::string* function = frame.Find("config");
    bool is_function = name == "function" || name == "builtin_function_or_method";
    if (is_function && function != nullptr) name = *function;
    if (module.empty()) return;
    std::string_view part = module;
    if (StripKeras(part)) {
      if (!ReachesOut(part) || name == "FeatureSpace") return;
      return Add("keras.unsafe-reference", module + "." + name, WeightConcern::kDangerous,
                 "This Keras model has a function of Keras called that can open files, fetch "
                 "addresses or switch checks off.");
    }
    // How Keras writes a function or a class of the user's own, for which nothing is imported.
    if (module == "builtins" && is_function && function != nullptr) {
      const std::string* registered = frame.Find("registered_name");
      if (registered != nullptr && (*registered == "function" || *registered == *function)) {
        if (ConcernOf(scanner_, module, name) != WeightConcern::kDangerous || !IsRisky(name))
          return;
      }
    }
    if (IsUnder(module, "keras_hub") || IsUnder(module, "keras_nlp") ||
        IsUnder(module, "keras_cv")) {
      return;
    }
    Add("keras.foreign-reference", module + "." + name, ConcernOf(scanner_, module, name),
        "This Keras model has a module imported that is no part of Keras.");
  }

  static bool IsRisky(std::string_view name) {
    for (std::string_view word : {"eval", "exec", "open", "compile", "__import__", "getattr",
                                  "setattr", "delattr", "globals", "vars", "input", "breakpoint"}) {
      if (name == word) return true;
    }
    return false;
  }

  void Add(const char* rule, std::string subject, WeightConcern concern, const char* message) {
    AddProblem(report_, {rule, message, offset_, concern, std::move(subject)});
  }

  const PickleScanner& scanner_;
  WeightReport& report_;
  uint64_t offset_ = 0;
  bool met_any_ = false;
};

// A brace, perhaps space, and a quote.
bool MayBeObject(std::string_view text, size_t at) {
  size_t next = text.find_first_not_of(" \t\r\n", at + 1);
  return next != std::string_view::npos && text[next] == '"';
}

// Every JSON object that stands in other bytes.
void ReadEmbedded(const Blob& blob, const PickleScanner& scanner, WeightReport& report) {
  std::string_view text = AsText(blob.bytes);
  uint64_t work = kWorkFactor * text.size() + kSpareWork;
  bool broken = false;
  KerasJudge judge(scanner, report);
  for (size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at)) {
    if (!MayBeObject(text, at)) {
      ++at;
      continue;
    }
    judge.set_offset(at);
    JsonWalk walk = WalkJson(text.substr(at), judge);
    if (walk.bytes >= work) {
      report.gaps.push_back("it holds more broken JSON than is followed");
      return;
    }
    work -= walk.bytes;
    broken = broken || (!walk.whole && walk.objects > 0);
    at += walk.whole ? std::max<uint64_t>(walk.bytes, 1) : 1;
  }
  if (broken && judge.met_any()) {
    report.gaps.push_back("a Keras configuration in it is broken or nested deeper than 512");
  }
}

}  // namespace

void ReadKeras(const Blob& blob, PickleScanner& scanner, WeightReport& report) {
  if (!FindHdf5Superblocks(blob).empty() || IsNamedLike(blob, {"keras_metadata.pb"})) {
    return ReadEmbedded(blob, scanner, report);
  }
  std::string_view text = AsText(blob.bytes);
  size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos || text[start] != '{') return;
  bool named = IsNamedLike(blob, {"config.json", ".keras"});
  bool spelled = FindWord(text, "\"class_name\"") != std::string_view::npos ||
                 (named && text.find("\\u00") != std::string_view::npos);
  if (!spelled) return;
  KerasJudge judge(scanner, report);
  judge.set_offset(start);
  JsonWalk walk = WalkJson(text.substr(start), judge);
  // Ordinary settings with comments are no JSON either; only what Keras would read is a gap.
  bool in_archive = named && !blob.origin.member.empty();
  if (!walk.whole && (judge.met_any() || in_archive)) {
    report.gaps.push_back("its Keras configuration is broken or nested deeper than 512");
  }
}

}  // namespace picket
