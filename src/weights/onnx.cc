// ONNX: a graph of operators as protobuf. Judged are the paths of tensors and of compiled contexts
// kept in other files, and operators that run Python. Operators of a domain that neither the
// runtime nor the model's own functions define need a library that the file can't bring: told, no
// more. Sources: onnx/onnx.proto; onnx/docs/ExternalData.md; onnxruntime-extensions, PyOp;
// onnxruntime, docs/ContribOperators.md (EPContext); CVE-2022-25882, CVE-2024-27318,
// CVE-2025-51480.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "weights/format.h"
#include "weights/protobuf.h"

namespace picket {
namespace {

constexpr int kMaxDepth = 64;
constexpr size_t kMaxDomains = 64;
constexpr uint32_t kLastGraphField = 16;
// Of ONNX, its runtime, its converters. Each stands for what begins with it and a dot as well.
constexpr std::string_view kKnownDomains[] = {"ai.onnx",          "com.microsoft",  "com.ms",
                                              "org.pytorch",      "pkg.onnxscript", "pkg.torch",
                                              "pkg.transformers", "com.ai.onnx"};

bool IsKnownDomain(std::string_view domain) {
  return domain.empty() ||
         std::any_of(std::begin(kKnownDomains), std::end(kKnownDomains),
                     [&](std::string_view head) {
                       return domain.starts_with(head) &&
                              (domain.size() == head.size() || domain[head.size()] == '.');
                     });
}

class OnnxWalker {
 public:
  OnnxWalker(Bytes file, WeightReport& report) : file_(file), report_(report) {}

  void Model(Bytes model) {
    ProtobufReader reader(model);
    ProtobufField field;
    while (reader.Next(field)) {
      if (!field.delimited) continue;
      if (field.number == 7) Graph(field.bytes, 0);
      if (field.number == 20) EachMessage(field.bytes, {1, 2}, &OnnxWalker::Graph, 0);
      if (field.number == 25) Function(field.bytes);
    }
    ok_ = ok_ && reader.ok();
    for (const auto& [domain, offset] : domains_) {
      if (defined_.contains(domain)) continue;
      AddProblem(report_, {"onnx.custom-operator",
                           "This ONNX model has operators of the domain " +
                               std::string(domain.substr(0, 200)) +
                               ", which only a library from elsewhere can run.",
                           offset, WeightConcern::kTold, std::string(domain.substr(0, 256))});
    }
  }

  bool ok() const { return ok_; }
  bool too_deep() const { return too_deep_; }

 private:
  using Visit = void (OnnxWalker::*)(Bytes, int);

  void EachMessage(Bytes message, std::initializer_list<uint32_t> numbers, Visit visit, int depth) {
    ProtobufReader reader(message);
    ProtobufField field;
    while (reader.Next(field)) {
      if (field.delimited &&
          std::find(numbers.begin(), numbers.end(), field.number) != numbers.end())
        (this->*visit)(field.bytes, depth);
    }
    ok_ = ok_ && reader.ok();
  }

  void Function(Bytes function) {
    ProtobufReader reader(function);
    ProtobufField field;
    while (reader.Next(field)) {
      if (!field.delimited) continue;
      if (field.number == 7) Node(field.bytes, 0);
      if (field.number == 10) defined_.insert(AsText(field.bytes));
      if (field.number == 11) Attribute(field.bytes, 0);
    }
    ok_ = ok_ && reader.ok();
  }

  void Graph(Bytes graph, int depth) {
    if (depth > kMaxDepth) {
      too_deep_ = true;
      return;
    }
    ProtobufReader reader(graph);
    ProtobufField field;
    while (reader.Next(field)) {
      if (!field.delimited) continue;
      if (field.number == 1) Node(field.bytes, depth);
      if (field.number == 5) Tensor(field.bytes, depth);
      if (field.number == 15) EachMessage(field.bytes, {1, 2}, &OnnxWalker::Tensor, depth);
    }
    ok_ = ok_ && reader.ok();
  }

  void Node(Bytes node, int depth) {
    std::string_view type;
    std::string_view domain;
    ProtobufReader reader(node);
    ProtobufField field;
    while (reader.Next(field)) {
      if (!field.delimited) continue;
      if (field.number == 4) type = AsText(field.bytes);
      if (field.number == 5) Attribute(field.bytes, depth);
      if (field.number == 7) domain = AsText(field.bytes);
    }
    ok_ = ok_ && reader.ok();
    if (type == "EPContext") Context(node);
    if (!IsKnownDomain(domain) && domains_.size() < kMaxDomains) {
      domains_.try_emplace(domain, OffsetOf(node));
    }
    if (type == "PyOp" || type == "PyCustomOp" || type == "PythonOp") {
      Add("onnx.python-operator", std::string(type), OffsetOf(node),
          "This ONNX model has an operator that runs Python code.");
    }
  }

  // What a compiler of the runtime made: in the attribute, or in a file that the attribute names.
  void Context(Bytes node) {
    std::string_view path;
    bool in_file = false;
    ProtobufReader reader(node);
    ProtobufField field;
    while (reader.Next(field)) {
      if (field.number != 5 || !field.delimited) continue;
      std::string_view name;
      std::string_view text;
      uint64_t number = 0;
      ProtobufReader inner(field.bytes);
      ProtobufField part;
      while (inner.Next(part)) {
        if (part.number == 1) name = AsText(part.bytes);
        if (part.number == 3) number = part.value;
        if (part.number == 4) text = AsText(part.bytes);
      }
      if (name == "ep_cache_context") path = text;
      if (name == "embed_mode") in_file = number == 0;
    }
    if (!in_file || path.empty() || !LeavesFolder(path)) return;
    Add("onnx.external-path", std::string(path.substr(0, 256)), OffsetOf(node),
        "This ONNX model has a compiled context read from a path outside its own folder, " +
            std::string(path.substr(0, 256)) + ".");
  }

  void Attribute(Bytes attribute, int depth) {
    ProtobufReader reader(attribute);
    ProtobufField field;
    while (reader.Next(field)) {
      if (!field.delimited) continue;
      if (field.number == 5 || field.number == 10) Tensor(field.bytes, depth);
      if (field.number == 6 || field.number == 11) Graph(field.bytes, depth + 1);
      if (field.number == 22 || field.number == 23) {
        EachMessage(field.bytes, {1, 2}, &OnnxWalker::Tensor, depth);
      }
    }
    ok_ = ok_ && reader.ok();
  }

  void Tensor(Bytes tensor, int depth) {
    EachMessage(tensor, {13}, &OnnxWalker::ExternalData, depth);
  }

  void ExternalData(Bytes entry, int) {
    std::string_view key;
    std::string_view value;
    ProtobufReader reader(entry);
    ProtobufField field;
    while (reader.Next(field)) {
      if (field.number == 1) key = AsText(field.bytes);
      if (field.number == 2) value = AsText(field.bytes);
    }
    if (key != "location" || !LeavesFolder(value)) return;
    Add("onnx.external-path", std::string(value.substr(0, 256)), OffsetOf(entry),
        "This ONNX model has tensors read from a path outside its own folder, " +
            std::string(value.substr(0, 256)) + ".");
  }

  uint64_t OffsetOf(Bytes part) const {
    return part.empty() ? 0 : static_cast<uint64_t>(part.data() - file_.data());
  }

  void Add(const char* rule, std::string subject, uint64_t offset, std::string message) {
    AddProblem(report_,
               {rule, std::move(message), offset, WeightConcern::kDangerous, std::move(subject)});
  }

  Bytes file_;
  WeightReport& report_;
  std::map<std::string_view, uint64_t> domains_;  // and where each was met first
  std::set<std::string_view> defined_;            // by functions of the model
  bool ok_ = true;
  bool too_deep_ = false;
};

// Protobuf to its end, of the fields of a model alone, with a version or a set of operators and a
// graph among them; their order is the writer's.
bool LooksLikeModel(Bytes bytes) {
  ProtobufReader reader(bytes);
  ProtobufField field;
  bool graph = false;
  bool versioned = false;
  while (reader.Next(field)) {
    switch (field.number) {
      case 1:
      case 5: break;
      case 2:
      case 3:
      case 4:
      case 6:
      case 7:
      case 8:
      case 14:
      case 20:
      case 25:
        if (!field.delimited) return false;
        break;
      default: return false;
    }
    versioned = versioned || field.number == 1 || field.number == 8;
    if (field.number == 7) {
      ProtobufReader inner(field.bytes);
      ProtobufField first;
      graph = graph || (inner.Next(first) && first.number <= kLastGraphField && first.delimited);
    }
  }
  return graph && versioned && reader.ok();
}

}  // namespace

void ReadOnnx(const Blob& blob, PickleScanner&, WeightReport& report) {
  bool named = IsNamedLike(blob, {".onnx", ".ort.onnx"});
  if (!named && !LooksLikeModel(blob.bytes)) return;
  // A pointer that stands for the file (Git LFS) is text.
  if (blob.bytes.empty() || AsText(blob.bytes).starts_with("version https://")) return;
  OnnxWalker walker(blob.bytes, report);
  walker.Model(blob.bytes);
  if (walker.too_deep()) report.gaps.push_back("its ONNX graphs are nested deeper than 64");
  if (named && !walker.ok()) {
    report.gaps.push_back("it is named .onnx and is no ONNX model that can be read to its end");
  }
}

}  // namespace picket
