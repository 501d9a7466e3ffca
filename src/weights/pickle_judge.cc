#include "weights/pickle_judge.h"

#include <algorithm>
#include <array>

#include "core/utf8.h"
#include "weights/python_names.h"

namespace picket {
namespace {

constexpr size_t kMaxNested = 4096;

bool IsOneOf(const std::string& text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool IsHarmlessCodec(const std::string& codec) {
  return IsOneOf(codec, {"latin1", "latin-1", "utf-8", "utf8", "ascii"});
}

bool IsPlainTypeName(const std::string& name) {
  return IsOneOf(
      name,
      {"dict",      "set",         "list",        "tuple",      "frozenset", "int",     "float",
       "str",       "bytes",       "bytearray",   "bool",       "complex",   "object",  "slice",
       "range",     "OrderedDict", "defaultdict", "deque",      "DictType",  "SetType", "ListType",
       "TupleType", "IntType",     "FloatType",   "StringType", "ObjectType"});
}

bool IsPrintable(std::string_view text) {
  return !text.empty() && IsUtf8(text, false) && std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
}

// What may be done with a conditional global besides the calls that OnCall looks at.
uint16_t ForbiddenUses(ImportCondition condition) {
  switch (condition) {
    case ImportCondition::kNone:
    case ImportCondition::kInstance:
    case ImportCondition::kClass:
    case ImportCondition::kValue: return 0;
    case ImportCondition::kGetattr:
    case ImportCondition::kPlainName:
      return kUseEscapes | kUseResultCalled | kUseBuilt | kUseFilled;
    case ImportCondition::kTypeName: return kUseEscapes | kUseFilled;
    // What type() gives is a class: BUILD would change it for all.
    case ImportCondition::kOneArgument:
      return kUseEscapes | kUseResultCalled | kUseBuilt | kUseFilled;
    default: return kUseEscapes | kUseResultCalled;
  }
}

// Calls that make an instance of their first argument, or look at it, and hand it to nobody. A
// class whose instances alone are harmless may go nowhere else: much that is safe calls what it is
// given, and there are constructors that evaluate their arguments.
bool TakesClass(ImportCondition condition) {
  return condition == ImportCondition::kSafeCallee || condition == ImportCondition::kSafeTypes ||
         condition == ImportCondition::kGetattr;
}

}  // namespace

std::string DescribeUse(uint16_t uses) {
  static constexpr struct {
    PickleUse use;
    std::string_view word;
  } kCalls[] = {{kUseReduce, "REDUCE"},
                {kUseInst, "INST"},
                {kUseObj, "OBJ"},
                {kUseNewObj, "NEWOBJ"},
                {kUseNewObjEx, "NEWOBJ_EX"}};
  std::string words;
  for (const auto& call : kCalls) {
    if ((uses & call.use) == 0) continue;
    words += words.empty() ? "called with " : ", ";
    words += call.word;
  }
  if ((uses & kUseBuilt) != 0) words += words.empty() ? "BUILD" : ", then BUILD";
  if ((uses & kUsePatched) != 0) words += words.empty() ? "changed" : ", and changed";
  return words.empty() ? "looked up" : words;
}

bool PickleJudge::OnGlobal(uint32_t index, const PickleGlobal& global) {
  states_.resize(index + size_t{1});
  State& state = states_[index];
  state = {};
  if (global.computed) {
    bool extension = global.module == "copyreg" && !global.name.empty();
    state.judgement.canonical = {extension               ? "copyreg"
                                 : global.module.empty() ? "(computed module)"
                                                         : global.module,
                                 extension ? global.name : "(computed name)"};
    // No pickler writes a computed name: it is there to hide one.
    state.judgement.verdict = extension ? ImportVerdict::kUnknown : ImportVerdict::kDangerous;
    // An extension code needs a registry that the loader has filled: by itself it is no evidence.
    state.importable = !extension;
    return false;
  }
  state.importable = IsDottedIdentifier(global.module) && IsDottedIdentifier(global.name);
  if (!state.importable) {
    state.judgement.canonical = {global.module, global.name};
    return false;
  }
  state.judgement = imports_.Get().Judge(global.module, global.name, global.protocol);
  return state.judgement.condition != ImportCondition::kNone;
}

// The argument is a global of the safe kind. `plain`: also one whose instances are safe.
bool PickleJudge::IsAllowed(const PickleCall& call, size_t argument, bool plain) const {
  if (argument >= call.arguments.size()) return false;
  const PickleArgument& value = call.arguments[argument];
  if (value.kind != PickleArgument::Kind::kGlobal) return false;
  const ImportJudgement& judgement = states_[value.global].judgement;
  return judgement.verdict == ImportVerdict::kSafe ||
         (plain && (judgement.condition == ImportCondition::kInstance ||
                    judgement.condition == ImportCondition::kClass));
}

// What getattr and its like give may be called while the file is still being loaded: a container
// that is known to be safe calls its factory, a function looks for methods of its arguments.
bool PickleJudge::IsHarmlessAttribute(const std::string& name) const {
  return IsPlainIdentifier(name) && !imports_.Get().ReachesOut(name);
}

// Whose methods make, move and remove files, by names that other objects use for harmless things.
bool PickleJudge::IsPath(uint32_t global) const {
  const std::string& module = states_[global].judgement.canonical.module;
  return module == "pathlib" || module.starts_with("pathlib.");
}

bool PickleJudge::Holds(const PickleCall& call, ImportCondition condition) {
  using Kind = PickleArgument::Kind;
  if (!call.known || call.how == kUseNewObjEx) return false;
  auto text_at = [&](size_t i) -> const std::string* {
    if (i >= call.arguments.size() || !call.arguments[i].text) return nullptr;
    return &*call.arguments[i].text;
  };
  switch (condition) {
    case ImportCondition::kNone: return true;
    case ImportCondition::kInstance:
    case ImportCondition::kClass: return call.count == 0;
    case ImportCondition::kValue: return false;
    case ImportCondition::kOneArgument:
      // type() of what a class made is that class, which may be one that nobody may be handed.
      return call.count == 1 && (states_[call.global].judgement.canonical.name != "type" ||
                                 call.arguments[0].kind != Kind::kResult);
    case ImportCondition::kGetattr: {
      if (call.count < 2 || call.count > 3) return false;
      const PickleArgument& object = call.arguments[0];
      const ImportJudgement& maker = states_[object.global].judgement;
      bool made = object.kind == Kind::kResult && (maker.verdict == ImportVerdict::kSafe ||
                                                   maker.condition == ImportCondition::kClass);
      const std::string* name = text_at(1);
      return (made || IsAllowed(call, 0, true)) && name != nullptr && IsHarmlessAttribute(*name) &&
             !IsPath(object.global);
    }
    case ImportCondition::kCodecsEncode: {
      if (call.count < 1 || call.count > 2 || call.arguments[0].kind != Kind::kText) return false;
      const std::string* codec = text_at(1);
      return call.count == 1 || (codec != nullptr && IsHarmlessCodec(*codec));
    }
    case ImportCondition::kNestedTorch:
      if (call.count != 1 || call.arguments[0].kind != Kind::kBytes) return false;
      if (nested_.size() >= kMaxNested) return false;
      nested_.push_back(call.arguments[0].bytes);
      return true;
    case ImportCondition::kSafeCallee: {
      // What partial() makes can be called with arguments later on.
      const bool makes = states_[call.global].judgement.canonical.module == "copyreg";
      return IsAllowed(call, 0, makes && call.count == 1);
    }
    case ImportCondition::kSafeTypes: return IsAllowed(call, 0, true) && IsAllowed(call, 1, false);
    case ImportCondition::kPlainName:
      if (call.count < 1 || call.count > 4) return false;
      return std::all_of(call.arguments.begin(), call.arguments.end(), [&](auto& argument) {
        if (argument.kind == Kind::kNumber) return true;
        if (!argument.text || !IsPlainIdentifier(*argument.text)) return false;
        // itemgetter takes keys.
        return states_[call.global].judgement.canonical.name == "itemgetter" ||
               IsHarmlessAttribute(*argument.text);
      });
    case ImportCondition::kRebuild:
      return IsAllowed(call, 0, false) &&
             states_[call.arguments[0].global].judgement.canonical.module == "torch._utils";
    case ImportCondition::kTypeName: {
      const std::string* name = text_at(0);
      return call.count == 1 && name != nullptr && IsPlainTypeName(*name);
    }
  }
  return false;
}

void PickleJudge::OnCall(const PickleCall& call) {
  State& state = states_[call.global];
  if (state.holds) state.holds = Holds(call, state.judgement.condition);
  if (!state.holds || !TakesClass(state.judgement.condition) || call.arguments.empty()) return;
  const PickleArgument& first = call.arguments[0];
  if (first.kind == PickleArgument::Kind::kGlobal) ++states_[first.global].granted;
}

void PickleJudge::Collect(const PickleMachine& machine) {
  for (size_t i = 0; i < machine.globals().size(); ++i) {
    const PickleGlobal& met = machine.globals()[i];
    const State& state = states_[i];
    JudgedGlobal global;
    global.module = met.module;
    global.name = met.name;
    global.canonical = state.judgement.canonical.Joined();
    global.offset = met.offset;
    global.uses = met.uses;
    global.importable = state.importable;
    global.printable =
        state.importable || (!met.computed && IsPrintable(met.module) && IsPrintable(met.name));
    global.verdict = state.judgement.verdict;
    ImportCondition condition = state.judgement.condition;
    if (condition != ImportCondition::kNone && state.holds &&
        (met.uses & ForbiddenUses(condition)) == 0 &&
        (condition != ImportCondition::kInstance || met.escapes <= state.granted)) {
      global.verdict = ImportVerdict::kSafe;
    }
    // Changing a class or module changes what honest code does later on.
    if ((met.uses & kUsePatched) != 0) global.verdict = ImportVerdict::kDangerous;
    auto [place, fresh] =
        globals_.try_emplace(global.module + "\n" + global.name + "\n" + global.canonical, global);
    if (fresh) continue;
    JudgedGlobal& known = place->second;
    known.offset = std::min(known.offset, global.offset);
    known.uses = static_cast<uint16_t>(known.uses | global.uses);
    known.verdict = std::max(known.verdict, global.verdict);
  }
  states_.clear();
}

void PickleJudge::CollectBeyond(const PickleMachine& machine, uint64_t offset) {
  for (size_t i = 0; i < machine.globals().size(); ++i) {
    const PickleGlobal& met = machine.globals()[i];
    const State& state = states_[i];
    if (met.offset < offset || met.computed || !state.importable ||
        state.judgement.verdict != ImportVerdict::kDangerous) {
      continue;
    }
    JudgedGlobal global;
    global.module = met.module;
    global.name = met.name;
    global.canonical = state.judgement.canonical.Joined();
    global.verdict = ImportVerdict::kDangerous;
    global.offset = met.offset;
    global.uses = met.uses;
    global.importable = global.printable = true;
    globals_.try_emplace(global.module + "\n" + global.name + "\n" + global.canonical, global);
  }
  states_.clear();
}

std::vector<JudgedGlobal> PickleJudge::Globals() const {
  std::vector<JudgedGlobal> globals;
  for (const auto& [key, global] : globals_) globals.push_back(global);
  return globals;
}

}  // namespace picket
