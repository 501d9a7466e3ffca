// ONNX: a graph of operators as protobuf. Judged are the paths of tensors kept in other files, and
// operators that run Python. Operators of other domains need a library that the file can't bring.
// Sources: onnx/onnx.proto; onnx/docs/ExternalData.md; onnxruntime-extensions, PyOp;
// CVE-2022-25882, CVE-2024-27318, CVE-2025-51480.
#include <algorithm>
#include <string>
#include <string_view>

#include "weights/format.h"
#include "weights/protobuf.h"

namespace picket {
namespace {

constexpr int kMaxDepth = 64;

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
      if (field.number == 25) EachMessage(field.bytes, {7}, &OnnxWalker::Node, 0);
    }
    ok_ = ok_ && reader.ok();
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
    ProtobufReader reader(node);
    ProtobufField field;
    while (reader.Next(field)) {
      if (!field.delimited) continue;
      if (field.number == 4) type = AsText(field.bytes);
      if (field.number == 5) Attribute(field.bytes, depth);
    }
    ok_ = ok_ && reader.ok();
    if (type == "PyOp" || type == "PyCustomOp" || type == "PythonOp") {
      Add("onnx.python-operator", std::string(type), OffsetOf(node),
          "This ONNX model has an operator that runs Python code.");
    }
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
        "This ONNX model has tensors read from a path outside its own folder.");
  }

  uint64_t OffsetOf(Bytes part) const {
    return part.empty() ? 0 : static_cast<uint64_t>(part.data() - file_.data());
  }

  void Add(const char* rule, std::string subject, uint64_t offset, const char* message) {
    AddProblem(report_, {rule, message, offset, WeightConcern::kDangerous, std::move(subject)});
  }

  Bytes file_;
  WeightReport& report_;
  bool ok_ = true;
  bool too_deep_ = false;
};

// ir_version comes first, and some graph follows: what every writer makes, since protobuf sorts by
// number.
bool LooksLikeModel(Bytes bytes) {
  if (bytes.size() < 4 || bytes[0] != 0x08 || bytes[1] > 0x7f) return false;
  ProtobufReader reader(bytes);
  ProtobufField field;
  bool graph = false;
  while (reader.Next(field)) {
    if (field.number == 7) {
      ProtobufReader inner(field.bytes);
      ProtobufField first;
      graph = field.delimited && inner.Next(first);
    } else if (field.number > 26 || (field.number > 8 && field.number < 14)) {
      return false;
    }
  }
  return graph && reader.ok();
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
