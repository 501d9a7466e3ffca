// TensorFlow: SavedModel and frozen graphs as protobuf. Judged are operators that read and write
// files, fetch, or call Python, in the graph and in its library of functions. Saving and restoring
// variables (SaveV2, RestoreV2 ...) is part of every SavedModel and is let pass.
// Sources: tensorflow/core/protobuf/saved_model.proto, meta_graph.proto;
// tensorflow/core/framework/graph.proto, function.proto, node_def.proto; the operators' pages;
// TensorFlow, SECURITY.md.
#include <algorithm>
#include <string>
#include <string_view>

#include "weights/format.h"
#include "weights/protobuf.h"

namespace picket {
namespace {

constexpr std::string_view kCalls[] = {"PyFunc", "PyFuncStateless", "EagerPyFunc", "PyCall",
                                       "LoadLibrary"};
constexpr std::string_view kFiles[] = {"ReadFile",
                                       "WriteFile",
                                       "MatchingFiles",
                                       "WholeFileReader",
                                       "WholeFileReaderV2",
                                       "TextLineReader",
                                       "TextLineReaderV2",
                                       "TFRecordReader",
                                       "TFRecordReaderV2",
                                       "FixedLengthRecordReader",
                                       "FixedLengthRecordReaderV2",
                                       "LMDBReader",
                                       "RecordInput",
                                       "TextLineDataset",
                                       "TFRecordDataset",
                                       "TFRecordDatasetV2",
                                       "FixedLengthRecordDataset",
                                       "FixedLengthRecordDatasetV2",
                                       "MatchingFilesDataset",
                                       "CSVDataset",
                                       "CSVDatasetV2",
                                       "SqlDataset",
                                       "LMDBDataset",
                                       "SaveDataset",
                                       "SaveDatasetV2",
                                       "LoadDataset",
                                       "SnapshotDataset",
                                       "SnapshotDatasetV2",
                                       "DatasetToTFRecord",
                                       "ExperimentalDatasetToTFRecord",
                                       "ImmutableConst",
                                       "CreateSummaryFileWriter",
                                       "CreateSummaryDbWriter",
                                       "DebugIdentity",
                                       "DebugIdentityV2",
                                       "DebugIdentityV3",
                                       "DebugNanCount",
                                       "DebugNumericSummary"};
constexpr std::string_view kNetwork[] = {"DataServiceDataset",
                                         "DataServiceDatasetV2",
                                         "DataServiceDatasetV3",
                                         "DataServiceDatasetV4",
                                         "RegisterDataset",
                                         "RpcCall",
                                         "RpcClient",
                                         "TryRpc",
                                         "Rpc"};

template <size_t kCount>
bool IsOneOf(std::string_view op, const std::string_view (&ops)[kCount]) {
  return std::find(std::begin(ops), std::end(ops), op) != std::end(ops);
}

class GraphWalker {
 public:
  GraphWalker(Bytes file, WeightReport& report) : file_(file), report_(report) {}

  bool ok() const { return ok_; }

  void SavedModel(Bytes model) { Each(model, 2, &GraphWalker::MetaGraph); }

  void Graph(Bytes graph) {
    ProtobufReader reader(graph);
    ProtobufField field;
    while (reader.Next(field)) {
      if (!field.delimited) continue;
      if (field.number == 1) Node(field.bytes);
      if (field.number == 2) Each(field.bytes, 1, &GraphWalker::Function);
    }
    ok_ = ok_ && reader.ok();
  }

 private:
  using Visit = void (GraphWalker::*)(Bytes);

  void Each(Bytes message, uint32_t number, Visit visit) {
    ProtobufReader reader(message);
    ProtobufField field;
    while (reader.Next(field)) {
      if (field.delimited && field.number == number) (this->*visit)(field.bytes);
    }
    ok_ = ok_ && reader.ok();
  }

  void MetaGraph(Bytes meta) { Each(meta, 2, &GraphWalker::Graph); }
  void Function(Bytes function) { Each(function, 3, &GraphWalker::Node); }

  void Node(Bytes node) {
    ProtobufReader reader(node);
    ProtobufField field;
    std::string_view op;
    Bytes stream;
    while (reader.Next(field)) {
      if (!field.delimited) continue;
      if (field.number == 2) op = AsText(field.bytes);
      if (field.number == 5 && Attribute(field.bytes, "output_stream", stream)) continue;
    }
    ok_ = ok_ && reader.ok();
    if (IsOneOf(op, kCalls)) {
      Add("tensorflow.python-operator", op, node,
          "This TensorFlow graph has an operator that calls Python or loads a library.");
    } else if (IsOneOf(op, kFiles) ||
               (op == "PrintV2" && AsText(stream).find("file://") != std::string_view::npos)) {
      Add("tensorflow.file-operator", op, node,
          "This TensorFlow graph has an operator that reads or writes files.");
    } else if (IsOneOf(op, kNetwork)) {
      Add("tensorflow.network-operator", op, node,
          "This TensorFlow graph has an operator that opens connections.");
    }
  }

  // An entry of the map `attr`: key=1, value=2.
  static bool Attribute(Bytes entry, std::string_view wanted, Bytes& value) {
    ProtobufReader reader(entry);
    ProtobufField field;
    bool found = false;
    Bytes met;
    while (reader.Next(field)) {
      if (field.number == 1) found = AsText(field.bytes) == wanted;
      if (field.number == 2) met = field.bytes;
    }
    if (found) value = met;
    return found;
  }

  void Add(const char* rule, std::string_view op, Bytes node, const char* message) {
    auto offset = static_cast<uint64_t>(node.data() - file_.data());
    AddProblem(report_, {rule, message, offset, WeightConcern::kDangerous, std::string(op)});
  }

  Bytes file_;
  WeightReport& report_;
  bool ok_ = true;
};

enum class Kind : uint8_t { kNone, kSavedModel, kGraph };

// The top level alone: a version and graphs, or nodes that have a name and an operator.
Kind KindOf(Bytes bytes) {
  if (bytes.size() < 4 || (bytes[0] != 0x08 && bytes[0] != 0x0a && bytes[0] != 0x12)) {
    return Kind::kNone;
  }
  ProtobufReader reader(bytes);
  ProtobufField field;
  bool node = false;
  bool saved = false;
  while (reader.Next(field)) {
    if (field.number > 5) return Kind::kNone;
    if (field.number == 1 && field.delimited && !node) {
      ProtobufReader inner(field.bytes);
      ProtobufField first;
      bool name = inner.Next(first) && first.number == 1 && first.delimited;
      node = name && inner.Next(first) && first.number == 2 && first.delimited;
      if (!node) return Kind::kNone;
    }
    saved = saved || (field.number == 2 && field.delimited);
  }
  if (!reader.ok()) return Kind::kNone;
  return node ? Kind::kGraph : saved ? Kind::kSavedModel : Kind::kNone;
}

}  // namespace

void ReadTensorflow(const Blob& blob, PickleScanner&, WeightReport& report) {
  if (AsText(blob.bytes).starts_with("version https://")) return;
  bool named = IsNamedLike(blob, {"saved_model.pb"});
  Kind kind = KindOf(blob.bytes);
  GraphWalker walker(blob.bytes, report);
  if (kind == Kind::kGraph) walker.Graph(blob.bytes);
  if (kind == Kind::kSavedModel || (named && kind == Kind::kNone)) walker.SavedModel(blob.bytes);
  if (named && (!walker.ok() || kind == Kind::kNone)) {
    report.gaps.push_back("it is named saved_model.pb and can't be read to its end as one");
  }
}

}  // namespace picket
