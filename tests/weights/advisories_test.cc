// Every published way past a pickle scanner that we know of, built at run time with a harmless
// argument: each must be refused, by the finding that says why.
#include <doctest/doctest.h>

#include "weights/weight_test.h"

namespace picket {
namespace {

const std::string kProto4("\x80\x04", 2);

std::string DottedCall(const std::string& module, const std::string& name) {
  return kProto4 + ShortText(module) + ShortText(name) + "\x93" + ShortText("x") + "\x85R.";
}

std::string InstanceOf(const std::string& module, const std::string& name) {
  return "(S'x'\ni" + module + "\n" + name + "\n.";
}

// Called, but the stream breaks right behind it: what ran before counts.
std::string BrokenCall(const std::string& module, const std::string& name) {
  return Global(module, name) + "(S'x'\ntR\xff";
}

}  // namespace

TEST_CASE("advisories: each callable of a published bypass is dangerous in every spelling") {
  struct Case {
    const char* advisory;
    const char* module;
    const char* name;
  };
  const Case cases[] = {
      {"GHSA-655q-fx9r-782v", "pip", "main"},
      {"GHSA-655q-fx9r-782v, submodule", "pip._internal", "main"},
      {"GHSA-f7qq-56ww-84cr", "asyncio.unix_events", "_UnixSubprocessTransport._start"},
      {"GHSA-97f8-7cmv-76j2", "builtins", "eval"},
      {"GHSA-g38g-8gr9-h9xp, uuid", "uuid", "_get_command_stdout"},
      {"GHSA-g38g-8gr9-h9xp, _osx_support", "_osx_support", "_read_output"},
      {"GHSA-g38g-8gr9-h9xp, _aix_support", "_aix_support", "_read_cmd_output"},
      {"GHSA-g38g-8gr9-h9xp, imaplib", "imaplib", "IMAP4_stream"},
      {"GHSA-g38g-8gr9-h9xp, _pyrepl", "_pyrepl.pager", "pipe_pager"},
      {"GHSA-g38g-8gr9-h9xp, test", "test.support.script_helper", "assert_python_ok"},
      {"GHSA-m7j5-r2p5-c39r", "logging", "FileHandler"},
      {"GHSA-m7j5-r2p5-c39r, handlers", "logging.handlers", "RotatingFileHandler"},
      {"GHSA-vvpj-8cmc-gx39", "pkgutil", "resolve_name"},
      {"GHSA-84r2-jw7c-4r5q", "pydoc", "locate"},
      {"GHSA-9726-w42j-3qjr, file", "_io", "FileIO"},
      {"GHSA-9726-w42j-3qjr, network", "urllib.request", "urlopen"},
      {"GHSA-9m3x-qqw2-h32h", "types", "CodeType"},
      {"GHSA-9m3x-qqw2-h32h, function", "types", "FunctionType"},
      {"GHSA-9m3x-qqw2-h32h, cloudpickle", "cloudpickle.cloudpickle", "_make_function"},
      {"GHSA-9m3x-qqw2-h32h, cloudpickle builtin", "cloudpickle.cloudpickle", "_builtin_type"},
      {"GHSA-4675-36f9-wf6r", "ctypes", "CDLL"},
      {"GHSA-4675-36f9-wf6r, C twin", "_ctypes", "dlopen"},
      {"GHSA-m273-6v24-x4m4", "distutils.file_util", "write_file"},
      {"GHSA-vqmv-47xg-9wpr", "pty", "spawn"},
      {"GHSA-hgrh-qx5j-jfwx", "numpy.f2py.crackfortran", "getlincoef"},
      {"GHSA-r8g5-cgf2-4m4m", "numpy.f2py.crackfortran", "_eval_length"},
      {"GHSA-4whj-rm5r-c2v8", "torch.utils.bottleneck.__main__", "run_cprofile"},
      {"GHSA-4r9r-ch6f-vxmx", "torch.utils.bottleneck.__main__", "run_autograd_prof"},
      {"GHSA-86cj-95qr-2p4f", "torch._dynamo.guards", "GuardBuilder.get"},
      {"GHSA-f4x7-rfwp-v3xw", "torch.fx.experimental.symbolic_shapes",
       "ShapeEnv.evaluate_guards_expression"},
      {"GHSA-f745-w6jp-hpxx", "torch.utils.collect_env", "run"},
      {"GHSA-jhph-76pp-mggw", "torch.utils.collect_env", "run_and_read_all"},
      {"GHSA-h3qp-7fh3-f8h4", "torch.utils.data.datapipes.utils.decoder", "basichandlers"},
      {"GHSA-vr7h-p6mm-wpmh", "torch.jit.unsupported_tensor_ops", "execWrapper"},
      {"GHSA-vv6j-3g6g-2pvj", "torch.utils._config_module", "ConfigModule.load_config"},
      {"GHSA-5qwp-399c-mjwf", "trace", "Trace.run"},
      {"GHSA-g344-hcph-8vgg", "trace", "Trace.runctx"},
      {"GHSA-x696-vm39-cp64", "profile", "Profile.run"},
      {"GHSA-6vqj-c2q5-j97w", "profile", "Profile.runctx"},
      {"GHSA-7wx9-6375-f5wh", "profile", "run"},
      {"GHSA-49gj-c84q-6qm9", "cProfile", "run"},
      {"GHSA-9w88-8rmg-7g2p", "cProfile", "runctx"},
      {"GHSA-f54q-57x4-jg88", "lib2to3.pgen2.grammar", "Grammar.loads"},
      {"GHSA-p9w7-82w4-7q8m", "lib2to3.pgen2.pgen", "ParserGenerator.make_label"},
      {"GHSA-3vg9-h568-4w9m", "idlelib.debugobj", "ObjectTreeItem.SetText"},
      {"GHSA-6w4w-5w54-rjvr", "idlelib.autocomplete", "AutoComplete.get_entity"},
      {"GHSA-7cq8-mj8x-j263", "idlelib.autocomplete", "AutoComplete.fetch_completions"},
      {"GHSA-8r4j-24qv-fmq9", "idlelib.calltip", "get_entity"},
      {"GHSA-9xph-j2h6-g47v", "idlelib.calltip", "Calltip.fetch_tip"},
      {"GHSA-m869-42cg-3xwr", "idlelib.run", "Executive.runcode"},
      {"GHSA-j343-8v2j-ff7w", "idlelib.pyshell", "ModifiedInterpreter.runcode"},
      {"GHSA-3gf5-cxq9-w223", "idlelib.pyshell", "ModifiedInterpreter.runcommand"},
      {"GHSA-cj3c-v495-4xqh", "code", "InteractiveInterpreter.runcode"},
      {"GHSA-fqq6-7vqf-w3fg", "doctest", "debug_script"},
      {"GHSA-xp4f-hrf8-rxw7", "ensurepip", "_run_pip"},
      {"nullifAI's neighbours: DNS through ssl", "ssl", "get_server_certificate"},
      {"timeit", "timeit", "timeit"},
      {"numpy.testing", "numpy.testing._private.utils", "runstring"},
      {"GHSA-565g-hwwr-4pp3", "marshal", "loads"},
      {"GHSA-wfq2-52f7-7qvj", "runpy", "run_path"},
      {"GHSA-q5qq-mvfm-j35x", "importlib", "import_module"},
      {"GHSA-q5qq-mvfm-j35x, code", "code", "interact"},
      {"GHSA-q5qq-mvfm-j35x, multiprocessing", "multiprocessing.util", "spawnv_passfds"},
      {"GHSA-5cxw-w2xg-2m8h", "platform", "_syscmd_file"},
      {"GHSA-5cxw-w2xg-2m8h, popen", "platform", "popen"},
      {"GHSA-r48f-3986-4f9c", "linecache", "getlines"},
      {"GHSA-r48f-3986-4f9c, difflib", "difflib", "HtmlDiff.make_file"},
      {"GHSA-r48f-3986-4f9c, gc", "gc", "get_objects"},
      {"GHSA-m6fh-58r7-x697", "_posixsubprocess", "fork_exec"},
      {"GHSA-m6fh-58r7-x697, site", "site", "addsitedir"},
      {"GHSA-m6fh-58r7-x697, atexit", "atexit", "register"},
      {"GHSA-pc6j-px3p-rrj4", "unittest.main", "TestProgram"},
      {"GHSA-pc6j-px3p-rrj4, mock", "unittest.mock", "_importer"},
      {"GHSA-6ggj-6f2q-f7mx", "_interpreters", "exec"},
      {"GHSA-6ggj-6f2q-f7mx, older name", "_xxsubinterpreters", "run_string"},
      {"modelscan 330", "numpy", "__builtins__"},
      {"modelscan 330, item", "numpy", "__builtins__.get"},
      {"modelscan 338, mlflow", "mlflow.projects.backend.local", "_run_entry_point"},
      {"modelscan 338, pandas", "pandas", "read_csv"},
      {"modelscan 338, pandas deep", "pandas.io.parsers.readers", "read_csv"},
      {"seen live", "posix", "system"},
      {"seen live, Windows", "nt", "system"},
      {"seen live, Python 2", "__builtin__", "exec"},
      {"seen live, win32", "win32process", "CreateProcess"},
      {"seen live, codeop", "codeop", "compile_command"},
      {"Python 2 alias", "commands", "getoutput"},
      {"Python 2 alias, dunder import", "__builtin__", "__import__"},
      {"a second loader", "_pickle", "loads"},
      {"a second loader under an alias", "multiprocessing.reduction", "_ForkingPickler.loads"},
      {"a second loader, joblib", "joblib", "load"},
      {"a second loader, torch", "torch", "load"},
      {"a second loader, numpy", "numpy", "load"},
      {"a second loader, pandas", "pandas", "read_pickle"},
      {"a second loader, shelve", "shelve", "open"},
      {"static getattr", "inspect", "getattr_static"},
      {"dotted re-export", "pathlib", "os.mkdir"},
      {"dotted re-export, numpy", "numpy.testing._private.utils", "os.mkdir"},
      {"dotted re-export, twice", "logging", "handlers.os.mkdir"},
      {"collections' builtins", "collections", "__builtins__"},
      {"the way up from a class", "builtins", "object.__subclasses__"},
      {"CVE-2022-45907", "torch.jit.annotations", "parse_type_line"},
      {"CVE-2024-48063", "torch.distributed.rpc", "RemoteModule"},
      {"CVE-2024-5480", "torch.distributed.rpc", "rpc_sync"},
      {"CVE-2024-34997", "joblib.numpy_pickle", "NumpyArrayWrapper.read_array"},
      {"CVE-2022-21797", "joblib", "Parallel"},
      {"CVE-2025-8747", "keras.utils", "get_file"},
      {"CVE-2025-1550", "keras.src.saving.serialization_lib", "deserialize_keras_object"},
      {"CVE-2025-23304", "hydra.utils", "instantiate"},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.advisory));
    const bool dotted = std::string_view(c.name).find('.') != std::string_view::npos;
    std::vector<std::string> spellings = {DottedCall(c.module, c.name)};
    if (!dotted) {
      spellings.push_back(CallOf(c.module, c.name));
      spellings.push_back(InstanceOf(c.module, c.name));
      spellings.push_back(BrokenCall(c.module, c.name));
    }
    for (const std::string& bytes : spellings) {
      const KeepingSink sink = ScanWeights(bytes, "model.bin");
      CHECK(sink.Find("pickle.dangerous-global") != nullptr);
    }
  }
}

}  // namespace picket
