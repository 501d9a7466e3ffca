// The formats that are no pickle: what of theirs reaches code, files or other hosts is refused, and
// what honest writers make is not.
#include <doctest/doctest.h>

#include "weights/chat_template.h"
#include "weights/weight_test.h"

namespace picket {
namespace {

KeepingSink ScanMember(std::string_view bytes, const std::string& member) {
  FingerprintKey key;
  WeightDetector detector(ShippedImports(), key);
  KeepingSink sink;
  BlobRef ref;
  ref.names.push_back("model.archive");
  Origin origin;
  origin.member = member;
  detector.NewSession()->Scan(Blob{ref, AsBytes(bytes), origin}, nullptr, sink);
  return sink;
}

std::string Layer(const std::string& module, const std::string& name, const std::string& config) {
  return R"({"module": )" + module + R"(, "class_name": ")" + name + R"(", "config": )" + config +
         R"(, "registered_name": null})";
}

std::string Model(const std::string& layer) {
  return R"({"module": "keras", "class_name": "Sequential", "config": {"name": "s", "mask": NaN,
    "layers": [)" +
         Layer("\"keras.layers\"", "Dense", R"({"units": 4, "seed": null})") + ", " + layer +
         R"(]}, "registered_name": "Sequential"})";
}

std::string Nested(const std::string& layer) {
  return Layer("\"keras\"", "Sequential", R"({"layers": [)" + layer + "]}");
}

// A protobuf field of bytes.
std::string Field(int number, const std::string& bytes) {
  std::string out(1, static_cast<char>(number << 3 | 2));
  if (number > 15) {
    out = std::string(1, static_cast<char>((number << 3 & 0x7f) | 0x82)) +
          static_cast<char>(number >> 4);
  }
  uint64_t length = bytes.size();
  while (length > 0x7f) {
    out.push_back(static_cast<char>((length & 0x7f) | 0x80));
    length >>= 7;
  }
  return out + static_cast<char>(length) + bytes;
}

std::string Onnx(const std::string& graph) {
  return std::string("\x08\x09", 2) + Field(2, "test") + Field(7, graph);
}

std::string ExternalTensor(const std::string& location) {
  return Field(8, "w") + Field(13, Field(1, "location") + Field(2, location));
}

std::string TfNode(const std::string& op) { return Field(1, "n") + Field(2, op); }

std::string GgufText(const std::string& text) { return LittleEndian(text.size(), 8) + text; }

std::string GgufPair(const std::string& key, const std::string& text) {
  return GgufText(key) + LittleEndian(8, 4) + GgufText(text);
}

std::string GgufTensor(const std::string& name, uint64_t extent, uint64_t offset) {
  return GgufText(name) + LittleEndian(1, 4) + LittleEndian(extent, 8) + LittleEndian(0, 4) +
         LittleEndian(offset, 8);
}

std::string Gguf(uint64_t tensors, uint64_t pairs, const std::string& tables, size_t data = 0) {
  std::string file =
      "GGUF" + LittleEndian(3, 4) + LittleEndian(tensors, 8) + LittleEndian(pairs, 8) + tables;
  if (data != 0) file.resize((file.size() + 31) / 32 * 32 + data, '\0');
  return file;
}

const std::string kDunder = "__" + std::string("class__");

}  // namespace

TEST_CASE("keras: what a configuration has run, opened or fetched is refused at any depth") {
  struct Case {
    const char* what;
    std::string layer;
    const char* rule;
  };
  const std::string lambda = Layer("\"keras.layers\"", "Lambda", R"({"function": {}})");
  const Case cases[] = {
      {"Lambda", lambda, "keras.lambda-layer"},
      {"Lambda in a nested model", Nested(Nested(Nested(lambda))), "keras.lambda-layer"},
      {"Lambda behind an escape", Layer("\"keras.layers\"", "\\u004cambda", "{}"),
       "keras.lambda-layer"},
      {"Lambda of Keras 2", R"({"class_name": "Lambda", "config": {"function": ["4w==", null]}})",
       "keras.lambda-layer"},
      {"marshalled code",
       Layer("\"keras.layers\"", "Dense",
             R"({"a": {"class_name": "__lambda__", "config": {"value": "4w=="}}})"),
       "keras.marshalled-code"},
      {"another module", Layer("\"os\"", "function", "\"system\""), "keras.foreign-reference"},
      {"another module of the user's", Layer("\"my.layers\"", "Dense", "{}"),
       "keras.foreign-reference"},
      {"a builtin", Layer("\"builtins\"", "function", "\"eval\""), "keras.foreign-reference"},
      {"get_file", Layer("\"keras.utils\"", "function", "\"get_file\""), "keras.unsafe-reference"},
      {"switching checks off",
       Layer("\"keras.config\"", "function", "\"enable_unsafe_deserialization\""),
       "keras.unsafe-reference"},
      {"load_model", Layer("\"keras.src.saving.saving_api\"", "function", "\"load_model\""),
       "keras.unsafe-reference"},
      {"TorchModuleWrapper",
       Layer("\"keras.src.utils.torch_utils\"", "TorchModuleWrapper", "{\"module\": \"x\"}"),
       "keras.nested-pickle"},
      {"a vocabulary in a file",
       Layer("\"keras.layers\"", "StringLookup", R"({"vocabulary": "/etc/hostname"})"),
       "keras.file-reference"},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.what));
    const std::string model = Model(c.layer);
    CHECK(ScanMember(model, "config.json").Find(c.rule) != nullptr);
    const std::string hdf5 = "\x89HDF\r\n\x1a\n" + std::string(100, '{') + model + "tail";
    CHECK(ScanWeights(hdf5, "model.h5").Find(c.rule) != nullptr);
    CHECK(ScanWeights(std::string(2048, '\0') + hdf5, "weights.bin").Find(c.rule) != nullptr);
  }
}

TEST_CASE("keras: the most that is known of a foreign reference is said") {
  const KeepingSink sink =
      ScanMember(Model(Layer("\"os\"", "function", "\"system\"")), "config.json");
  const Finding* finding = sink.Find("keras.foreign-reference");
  REQUIRE(finding != nullptr);
  CHECK(finding->concern == WeightConcern::kDangerous);
  CHECK(finding->subject == std::string("os.") + "system");
}

TEST_CASE("keras: honest configurations and other JSON pass") {
  const std::string honest[] = {
      Model(Layer("\"keras.layers\"", "Dropout", R"({"rate": 0.5})")),
      Model(Layer("null", "MyLayer", "{}")),
      Model(Layer("\"keras.layers\"", "StringLookup", R"({"vocabulary": ["a", "b"]})")),
      Model(Layer("\"keras.src.ops.numpy\"", "Add", "{}")),
      R"({"class_name": "Lambda", "runtime": "python3.11"})",
      R"({"functions": [{"class_name": "os", "module": "os"}]})",
      R"({"compilerOptions": {"strict": true}, /* é */ "x": "\u00e9"})",
  };
  for (const std::string& text : honest) {
    CAPTURE(text);
    const KeepingSink sink = ScanWeights(text, "tsconfig.json");
    CHECK(sink.findings.empty());
    CHECK(sink.gaps.empty());
  }
}

TEST_CASE("keras: a configuration that can't be followed is a gap") {
  const std::string cut = Model(Layer("\"keras.layers\"", "Dense", "{}"));
  CHECK(ScanMember(cut.substr(0, cut.size() - 3), "config.json").gaps.size() == 1);
  std::string deep = R"({"class_name": "Model", "config": )";
  for (int i = 0; i < 100'000; ++i) deep += "{\"a\":";
  CHECK(ScanMember(deep, "config.json").gaps.size() == 1);
}

TEST_CASE("onnx: tensors that lie elsewhere, and operators that run Python, are refused") {
  struct Case {
    const char* what;
    std::string graph;
    const char* rule;
  };
  const std::string up = ExternalTensor("../../x");
  const std::string branch =
      Field(4, "If") + Field(5, Field(1, "then_branch") + Field(6, Field(5, up)));
  const Case cases[] = {
      {"initializer", Field(5, up), "onnx.external-path"},
      {"absolute", Field(5, ExternalTensor("/etc/x")), "onnx.external-path"},
      {"drive", Field(5, ExternalTensor("C:x")), "onnx.external-path"},
      {"backslash", Field(5, ExternalTensor("a\\..\\x")), "onnx.external-path"},
      {"attribute", Field(1, Field(4, "Constant") + Field(5, Field(5, up))), "onnx.external-path"},
      {"subgraph", Field(1, branch), "onnx.external-path"},
      {"sparse", Field(15, Field(1, up)), "onnx.external-path"},
      {"Python", Field(1, Field(4, "PyOp") + Field(7, "ai.onnx.contrib")), "onnx.python-operator"},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.what));
    CHECK(ScanWeights(Onnx(c.graph), "model.onnx").Find(c.rule) != nullptr);
    CHECK(ScanWeights(Onnx(c.graph), "model.bin").Find(c.rule) != nullptr);
  }
  const std::string function = std::string("\x08\x09", 2) + Field(7, Field(2, "g")) +
                               Field(25, Field(7, Field(5, Field(5, up))));
  CHECK(ScanWeights(function, "model.onnx").Find("onnx.external-path") != nullptr);
  for (const std::string& honest :
       {Onnx(Field(5, ExternalTensor("model.onnx.data"))), Onnx(Field(5, ExternalTensor("a/b..c"))),
        Onnx(Field(1, Field(4, "MatMul")))}) {
    const KeepingSink sink = ScanWeights(honest, "model.onnx");
    CHECK(sink.findings.empty());
    CHECK(sink.gaps.empty());
  }
  CHECK(ScanWeights("\x0a\xff\xff", "model.onnx").gaps.size() == 1);
}

TEST_CASE("onnx: operators that need a library are told, contexts in other places are refused") {
  auto node = [](const std::string& type, const std::string& domain, const std::string& more = {}) {
    return Field(1, Field(4, type) + more + Field(7, domain));
  };
  auto context = [&](const std::string& path, uint8_t embedded) {
    return node("EPContext", "com.microsoft",
                Field(5, Field(1, "ep_cache_context") + Field(4, path)) +
                    Field(5, Field(1, "embed_mode") + "\x18" +
                                 std::string(1, static_cast<char>(embedded))));
  };
  const KeepingSink custom = ScanWeights(Onnx(node("Foo", "acme.ops")), "model.onnx");
  const Finding* finding = custom.Find("onnx.custom-operator", "acme.ops");
  REQUIRE(finding != nullptr);
  CHECK(finding->concern == WeightConcern::kTold);
  CHECK(ScanWeights(Onnx(context("../x", 0)), "m").Find("onnx.external-path") != nullptr);
  const std::string defined = Onnx(node("Foo", "acme.ops")) + Field(25, Field(10, "acme.ops"));
  for (const std::string& honest :
       {Onnx(node("Gelu", "com.microsoft")), Onnx(node("X", "ai.onnx.ml")), defined,
        Onnx(context("x.bin", 0)), Onnx(context("../x", 1))}) {
    const KeepingSink sink = ScanWeights(honest, "model.onnx");
    CHECK(sink.findings.empty());
    CHECK(sink.gaps.empty());
  }
}

TEST_CASE("onnx: neither another order of fields nor a group among them hides a model") {
  const std::string graph = Field(7, Field(5, ExternalTensor("/x")));
  const std::string group = "\x7b\x08\x01\x7b\x7c\x7c";
  for (const std::string& bytes :
       {Field(2, "writer") + graph + Field(8, Field(1, "")), graph + std::string("\x08\x09", 2),
        std::string("\x08\x09", 2) + group + graph}) {
    CHECK(ScanWeights(bytes, "model.bin").Find("onnx.external-path") != nullptr);
  }
}

TEST_CASE(
    "tensorflow: operators that reach files, Python or hosts are refused, functions included") {
  struct Case {
    const char* op;
    const char* rule;
  };
  const Case cases[] = {{"ReadFile", "tensorflow.file-operator"},
                        {"WriteFile", "tensorflow.file-operator"},
                        {"PyFunc", "tensorflow.python-operator"},
                        {"EagerPyFunc", "tensorflow.python-operator"},
                        {"DataServiceDatasetV4", "tensorflow.network-operator"}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.op));
    const std::string plain = Field(1, TfNode("Const"));
    const std::string graph = plain + Field(1, TfNode(c.op));
    const std::string library = plain + Field(2, Field(1, Field(3, TfNode(c.op))));
    for (const std::string& body : {graph, library}) {
      const std::string saved = std::string("\x08\x01", 2) + Field(2, Field(2, body));
      CHECK(ScanWeights(saved, "saved_model.pb").Find(c.rule) != nullptr);
      CHECK(ScanWeights(body, "frozen.pb").Find(c.rule) != nullptr);
    }
  }
  const std::string honest =
      std::string("\x08\x01", 2) +
      Field(2, Field(2, Field(1, TfNode("SaveV2")) + Field(1, TfNode("RestoreV2"))));
  CHECK(ScanWeights(honest, "saved_model.pb").findings.empty());
  CHECK(ScanWeights(honest, "saved_model.pb").gaps.empty());
  CHECK(ScanWeights("no protobuf", "saved_model.pb").gaps.size() == 1);
}

TEST_CASE("gguf: tables that lie are refused, honest ones pass") {
  struct Case {
    const char* what;
    std::string bytes;
    bool refused;
  };
  const std::string pair = GgufPair("general.name", "x");
  const Case cases[] = {
      {"honest", Gguf(2, 1, pair + GgufTensor("a", 8, 0) + GgufTensor("b", 8, 32), 64), false},
      {"vocabulary only", Gguf(0, 1, pair), false},
      {"a count beyond the file", Gguf(uint64_t{1} << 60, 0, ""), true},
      {"pairs beyond the file", Gguf(0, uint64_t{1} << 63, pair), true},
      {"a key twice", Gguf(0, 2, pair + pair), true},
      {"a tensor twice", Gguf(2, 0, GgufTensor("a", 8, 0) + GgufTensor("a", 8, 32), 64), true},
      {"an overlap", Gguf(2, 0, GgufTensor("a", 16, 0) + GgufTensor("b", 8, 32), 64), true},
      {"beyond the end", Gguf(1, 0, GgufTensor("a", 64, 0), 64), true},
      {"an overflow",
       Gguf(1, 0,
            GgufText("a") + LittleEndian(2, 4) + LittleEndian(uint64_t{1} << 62, 8) +
                LittleEndian(16, 8) + LittleEndian(0, 4) + LittleEndian(0, 8),
            64),
       true},
      {"an offset off the alignment", Gguf(1, 0, GgufTensor("a", 8, 4), 64), true},
      {"a string longer than the file",
       Gguf(0, 1, GgufText("k") + LittleEndian(8, 4) + LittleEndian(uint64_t{1} << 40, 8)), true},
      {"cut short", Gguf(1, 0, GgufText("a") + LittleEndian(1, 4) + std::string(8, '\0')), true},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.what));
    const KeepingSink sink = ScanWeights(c.bytes, "model.gguf");
    CHECK((sink.Find("gguf.malformed-header") != nullptr) == c.refused);
    CHECK(sink.gaps.empty());
  }
}

TEST_CASE("chat templates: what leads to Python's objects is found, what models bring is not") {
  const std::string escapes[] = {
      "{{ ''." + kDunder + " }}", "{% set x = ()|attr('a') %}",
      "{{ x['\\x5f\\x5fa'] }}",   "{{ x['_' ~ '__' ~ 'a'] }}",
      "{{ cycler.next }}",        "{{ '}}' }}{{ x." + kDunder + " }}",
      "{{ x." + kDunder,
  };
  for (const std::string& text : escapes) {
    CAPTURE(text);
    CHECK(!FindTemplateEscape(text).empty());
    CHECK(ScanWeights(text, "chat_template.jinja").Find("template.unsafe") != nullptr);
    const std::string gguf = Gguf(0, 1, GgufPair("tokenizer.chat_template", text));
    CHECK(ScanWeights(gguf, "model.gguf").Find("gguf.unsafe-template") != nullptr);
  }
  const std::string honest[] = {
      "{% for message in messages %}{{ '<|' + message['role'] + '|>' }}{% endfor %}",
      "{%- if not loop.first %}{{ raise_exception('x') }}{%- endif %} <__media__>",
      "{{ messages | selectattr('role', 'equalto', 'user') | list }}",
      "{%- set ns = namespace(found=false) %}{{ bos_token }} text with " + kDunder,
  };
  for (const std::string& text : honest) {
    CAPTURE(text);
    CHECK(FindTemplateEscape(text).empty());
  }
}

TEST_CASE("chat templates: in JSON of every shape, to their end") {
  const std::string evil = "{{ x." + kDunder + " }}";
  const std::string templates[] = {
      R"({"chat_template": ")" + evil + R"("})",
      R"({"a": 1, "chat_template": [{"name": "d", "template": "x"}, {"template": ")" + evil +
          R"("}]})",
      R"({"chat_template": ")" + std::string(100'000, 'x') + evil + R"("})",
      R"({"chat_template": "{{ x.\u005f\u005fclass__ }}"})",
      R"({"chat_template": {"default": "x", "template": ")" + evil + R"("}})",
  };
  for (const std::string& text : templates) {
    CAPTURE(text.substr(0, 100));
    for (const char* name : {"tokenizer_config.json", "any.json"}) {
      CHECK(ScanWeights(text, name).Find("template.unsafe") != nullptr);
    }
  }
  CHECK(ScanWeights(evil, "additional_chat_templates/tool.jinja").Find("template.unsafe") !=
        nullptr);
  for (const std::string& honest :
       {std::string(R"({"chat_template": "{{ messages[0]['content'] }}"})"),
        R"({"note": ")" + evil + R"("})", std::string("{}")}) {
    const KeepingSink sink = ScanWeights(honest, "tokenizer_config.json");
    CHECK(sink.findings.empty());
    CHECK(sink.gaps.empty());
  }
  CHECK(ScanWeights(R"({"chat_template": "x)", "tokenizer_config.json").gaps.size() == 1);
  const std::string padded = R"({"chat_template": ")" + std::string(2 << 20, 'x') + evil + R"("})";
  CHECK(ScanWeights(padded, "tokenizer_config.json").gaps.size() == 1);
}

TEST_CASE("configurations: code of another repository is told, and blocks nothing") {
  const std::string other = R"({"auto_map": {"AutoModel": "some-one/re.po--modeling_x.Model"}})";
  const KeepingSink sink = ScanWeights(other, "config.json");
  const Finding* finding = sink.Find("config.remote-code", "some-one/re.po--modeling_x.Model");
  REQUIRE(finding != nullptr);
  CHECK(finding->concern == WeightConcern::kTold);
  CHECK(ScanWeights(R"({"auto_map": {"AutoTokenizer": ["a/b--t.T", null]}})", "x.json")
            .Find("config.remote-code") != nullptr);
  for (const char* honest :
       {R"({"auto_map": {"AutoModel": "modeling_x.Model"}, "note": "a -- b/c"})",
        R"({"note": "a/b--c.D"})", R"({"auto_map": "--"})"}) {
    CHECK(ScanWeights(honest, "config.json").findings.empty());
  }
}

TEST_CASE("torch's tar form: pickles between numbers are read") {
  const std::string armed = CallOf("os", "sys" + std::string("tem"));
  const std::string storage = std::string("\x80\x02(K\x01X\x03\0\0\0cpu", 13) +
                              Global("torch", "FloatStorage") + "t." + LittleEndian(5, 8) +
                              std::string(20, '\xff');
  const std::string number("\x80\x02K\x01.", 5);
  const std::string views("\x80\x02].", 4);
  const std::string tensor = LittleEndian(1, 4) + LittleEndian(0, 4) + std::string(24, '\1');
  const std::string key("\x80\x02K\x01K\0\x86.", 8);
  CHECK(ScanMember(number + storage + armed, "m.pt:storages").Find("pickle.dangerous-global"));
  CHECK(ScanMember(number + armed + tensor, "tensors").Find("pickle.dangerous-global"));
  CHECK(ScanMember(number + key + tensor + armed + tensor, "tensors")
            .Find("pickle.dangerous-global"));
  CHECK(ScanMember(CallOf("mine", "make"), "pickle").Find("pickle.unknown-global"));
  for (const auto& [bytes, member] :
       {std::pair<std::string, const char*>{number + storage + storage + views, "storages"},
        {number + key + tensor, "tensors"}}) {
    const KeepingSink sink = ScanMember(bytes, member);
    CHECK(sink.Find("pickle.unknown-global") == nullptr);
    CHECK(sink.gaps.empty());
  }
  const std::string odd = number + std::string("\x80\x02(K\x01") + Global("torch", "OddStorage") +
                          "t." + LittleEndian(5, 8) + std::string(20, '\xff');
  CHECK(!ScanMember(odd, "storages").gaps.empty());
  CHECK(ScanMember("plain text about tensors\n", "tensors").gaps.empty());
}

TEST_CASE("manifests: the code that a model archive names is judged") {
  struct Case {
    const char* what;
    const char* member;
    std::string text;
    const char* rule;  // nullptr: passes
  };
  auto skops = [](const std::string& module, const std::string& name) {
    return R"({"__class__": ")" + name + R"(", "__module__": ")" + module +
           R"(", "__loader__": "ObjectNode", "content": {}})";
  };
  const Case cases[] = {
      {"skops, dangerous", "schema.json", skops("os", "system"), "skops.dangerous-type"},
      {"skops, unknown", "schema.json", skops("mine", "Model"), "skops.unknown-type"},
      {"skops, cut", "schema.json", skops("mine", "Model") + "x", "skops.unknown-type"},
      {"skops, honest", "schema.json",
       skops("sklearn.linear_model._logistic", "LogisticRegression"), nullptr},
      {"hydra, dangerous", "model_config.yaml", "a:\n  _target_: subprocess.run\n", "nemo.target"},
      {"hydra, flow", "model_config.yaml", "a: {\"_target_\": 'os.popen', args: [x]}\n",
       "nemo.target"},
      {"hydra, unknown", "model_config.yaml", "_target_: mine.make\n", "nemo.target"},
      {"hydra, honest", "model_config.yaml", "_target_: nemo.collections.asr.modules.Encoder\n",
       nullptr},
      {"mar, own handler", "MAR-INF/MANIFEST.json", R"({"model": {"handler": "handler.py"}})",
       "mar.handler-code"},
      {"mar, stock handler", "MAR-INF/MANIFEST.json",
       R"({"model": {"handler": "image_classifier"}})", nullptr},
      {"TorchScript, file", "m/code/__torch__/m.py", "  _0 = torch.from_file(\"x\")\n",
       "torchscript.file-access"},
      {"TorchScript, honest", "m/code/__torch__/m.py", "  _0 = torch.add(x, y)\n", nullptr},
      {"Python in another archive", "m/code/m.py", "torch.save(x)\n", nullptr},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.what));
    const KeepingSink sink = ScanMember(c.text, c.member);
    if (c.rule == nullptr) {
      CHECK(sink.findings.empty());
      CHECK(sink.gaps.empty());
    } else {
      CHECK(sink.Find(c.rule) != nullptr);
    }
  }
}

}  // namespace picket
