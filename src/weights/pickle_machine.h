// The pickle machine: an abstract interpreter of all 68 opcodes of protocols 0 to 5. It evaluates
// nothing; it says which globals a reader would look up and what it would do with them.
//
// Soundness: on every byte string, the globals that a reader of readers.def looks up before it
// stops or fails are contained in those reported; on streams that load to STOP they are equal,
// except for names that only running code could tell, which are reported as computed.
// What a failure leaves behind stays reported. Not covered: see readers.def.
//
// Memory is bounded by the limits below whatever the stream says; operands are never copied.
// Sources: Modules/_pickle.c and Lib/pickle.py of CPython 3.11, PEP 307, PEP 3154, PEP 574.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/bytes.h"
#include "weights/pickle_text.h"

namespace picket {

// kJoblib: frames as in kLinear, and array bytes stand behind the BUILD of joblib's wrapper.
enum class FrameRule : uint8_t { kLinear, kDropTail, kJoblib };

struct PickleReader {
  std::string_view name;
  FrameRule frames;
};
inline constexpr PickleReader kPickleReaders[] = {
#define READER(name, frames) {name, frames},
#include "weights/readers.def"
#undef READER
};

// Bits. The first line is a call of the global itself; the second changes the global itself; the
// third is about the object that calling it gave.
enum PickleUse : uint16_t {
  kUseReduce = 1,
  kUseInst = 2,
  kUseObj = 4,
  kUseNewObj = 8,
  kUseNewObjEx = 16,
  kUsePatched = 32,
  kUseBuilt = 64,
  kUseFilled = 128,
  kUseResultCalled = 256,
  kUseEscapes = 512,  // it goes into an argument or a container
};
inline constexpr uint16_t kUseCalls = kUseReduce | kUseInst | kUseObj | kUseNewObj | kUseNewObjEx;

struct PickleGlobal {
  // As the stream spells them, in UTF-8, at most 4 KiB each.
  std::string module;
  std::string name;
  // Of the first opcode that looks it up, in the bytes given to Run.
  uint64_t offset = 0;
  int protocol = 0;
  // The name is made by code, or comes from the copyreg registry: only running it could tell.
  bool computed = false;
  uint16_t uses = 0;
  // How often it goes into an argument or a container, and how often such arguments come up again.
  uint32_t escapes = 0;
};

// One item of a call's arguments.
struct PickleArgument {
  enum class Kind : uint8_t { kText, kBytes, kNumber, kGlobal, kResult, kTuple, kOther };
  Kind kind = Kind::kOther;
  // kText: decoded, nullopt where no reader takes it. kBytes: where they lie.
  std::optional<std::string> text;
  Span bytes;
  // kGlobal: index of the global; kResult: of the global whose call gave the object.
  uint32_t global = 0;
};

struct PickleCall {
  uint32_t global = 0;  // index
  PickleUse how = kUseReduce;
  uint64_t offset = 0;
  // False: the arguments can't be told.
  bool known = false;
  // In all; `arguments` holds the first four at most.
  uint64_t count = 0;
  std::vector<PickleArgument> arguments;
};

class PickleObserver {
 public:
  virtual ~PickleObserver() = default;
  // A global that this run has not met yet; `index` counts from 0. True: report its calls, and
  // whether it escapes.
  virtual bool OnGlobal(uint32_t index, const PickleGlobal& global) = 0;
  virtual void OnCall(const PickleCall& call) = 0;
  // kJoblib: a pickle of its own stands at `offset`, the elements of an array of objects. Reads it
  // and says where it ends; nullopt where it can't be read.
  virtual std::optional<uint64_t> OnNested(uint64_t offset) = 0;
  // Under set_tracing: an opcode at `offset` was carried out.
  virtual void OnOpcode(uint64_t) {}
};

enum class PickleEnd : uint8_t {
  kStop,    // STOP with a value
  kFailed,  // every reader fails here
  kLimit,   // the machine gave up: what follows was not looked at
};

struct PickleRun {
  PickleEnd end = PickleEnd::kFailed;
  // Just behind STOP, or where it failed.
  uint64_t offset = 0;
  uint64_t opcodes = 0;
  // A clause: "an opcode that doesn't exist".
  std::string_view reason;
  // Readers part ways at `divergence` (a clause at an offset), and something is looked up or called
  // after that.
  bool disagreement = false;
  uint64_t divergence_offset = 0;
  std::string_view divergence;
  // An opcode crosses the end of a frame, so that kDropTail readers go on elsewhere.
  bool straddled = false;
  // Something that is no global is called: an object made by another call.
  bool computed_call = false;
  uint64_t computed_call_offset = 0;
  // joblib would read array bytes at `joblib_offset`: a run with kJoblib says what follows them.
  bool joblib = false;
  uint64_t joblib_offset = 0;
};

// One thread's own; its buffers are used again by each run.
class PickleMachine {
 public:
  static constexpr uint64_t kMaxStack = uint64_t{4} << 20;
  static constexpr uint64_t kMaxMarks = uint64_t{1} << 20;
  static constexpr uint64_t kMaxMemo = uint64_t{8} << 20;
  static constexpr uint64_t kMaxSparseMemo = uint64_t{1} << 18;
  static constexpr uint32_t kMaxGlobals = 1u << 16;

  // Whether a stream may begin with this byte: an opcode that needs nothing on the stack, PERSID
  // left out. The cheap question to ask of every blob.
  static bool CanStart(uint8_t opcode);

  // Runs one stream of `bytes` from `start`, for at most `max_opcodes`. `bytes` may be a view of a
  // whole file: no byte before `start` is read.
  PickleRun Run(Bytes bytes, uint64_t start, FrameRule frames, uint64_t max_opcodes,
                PickleObserver& observer);

  // Once it is requested a run gives up soon.
  void StopWith(std::stop_token stop) { stop_ = std::move(stop); }

  // Has OnOpcode called, during which position() and StackTop may be asked.
  void set_tracing(bool tracing) { tracing_ = tracing; }
  uint64_t position() const { return position_; }
  // The highest `count` values above the last mark, lowest first, as words: "'os'", "global
  // os.system", "result of os.system", "tuple of 2", "number 5", "?".
  std::vector<std::string> StackTop(size_t count) const;
  uint64_t stack_size() const { return stack_.size(); }
  // The index of the global that the highest value is, or of the one whose call gave it.
  std::optional<uint32_t> top_global() const;

  // Of the last run.
  const std::vector<PickleGlobal>& globals() const { return globals_; }
  // kJoblib: where the array bytes lie, the first 4,096.
  const std::vector<Span>& arrays() const { return arrays_; }

 private:
  // kind in the top 4 bits, then 20 bits of size or count, then 40 bits of offset or index.
  using Value = uint64_t;
  struct TupleSlot {
    uint64_t serial = 0;
    Value items[8] = {};
  };

  template <bool kDropTail>
  void Loop(uint64_t max_opcodes);
  void Reset(Bytes bytes, uint64_t start, PickleObserver& observer);

  void Fail(std::string_view reason);
  void GiveUp(std::string_view reason);
  void Diverge(std::string_view reason);
  void NoteEvent();

  template <bool kDropTail>
  const uint8_t* Fixed(uint64_t count);
  template <bool kDropTail>
  bool Line(std::string_view& line);
  template <bool kDropTail>
  void CountedText(uint64_t length, PickleText kind);
  void CountedBytes(uint64_t length);
  template <bool kDropTail>
  void Frame();

  bool HasTop(uint64_t count = 1);
  Value Pop();
  void Push(Value value) {
    if (stack_.size() >= kMaxStack) return GiveUp("its stack is deeper than 4,194,304 values");
    stack_.push_back(value);
  }
  bool PopMark(uint64_t& from);
  void MakeTuple(uint64_t from);
  // Its items, of which the first eight are kept; nullptr where they are no longer known.
  const TupleSlot* TupleOf(Value value) const;
  void MakePlain(uint64_t from);
  void Escape(uint64_t from);
  void EscapeValue(Value value);
  void EscapeGlobal(uint64_t global);
  void EscapeCarried(Value value);
  void Fill(uint64_t container);

  void Put(uint64_t index, Value value);
  Value Get(uint64_t index) const;
  std::optional<uint64_t> IndexKey(const std::string& digits);
  void PutTop(uint64_t index);
  void PushMemo(uint64_t index);

  uint32_t Intern(std::string module, std::string name, bool computed, uint64_t offset);
  void PushGlobal(std::string_view module, std::string_view name, uint64_t offset);
  void StackGlobal(uint64_t offset);
  template <bool kDropTail>
  void GlobalLines(uint64_t offset, bool instance);
  void Call(Value callee, Value arguments, PickleUse how, uint64_t offset);
  void CallItems(Value callee, uint64_t from, PickleUse how, uint64_t offset);
  void Report(uint32_t global, PickleUse how, uint64_t offset, bool known, uint64_t count,
              const Value* items);
  void Build(uint64_t offset);
  Value Persistent(Value id);
  void Extension(int64_t code, uint64_t offset);
  // joblib's arrays: pickle_machine_joblib.cc.
  uint32_t DtypeOf(uint32_t global, const Value* items, uint64_t count);
  void BuildDtype(uint32_t dtype, Value state);
  bool IsWrapper(Value value) const;
  void NoteState(uint64_t from);
  void SkipArray();
  PickleArgument Describe(Value value) const;
  std::optional<DecodedText> TextOf(Value value) const;
  Value TextValue(PickleText kind, uint64_t offset, uint64_t length);

  Bytes bytes_;
  uint64_t position_ = 0;
  // Searched in vain for the end of a line, in this run.
  uint64_t line_bytes_ = 0;
  uint64_t frame_end_ = 0;
  int protocol_ = 0;
  bool running_ = false;
  bool watching_ = false;
  std::stop_token stop_;
  bool tracing_ = false;
  PickleObserver* observer_ = nullptr;
  PickleRun run_;
  std::vector<Value> stack_;
  std::vector<uint64_t> marks_;
  uint64_t fence_ = 0;
  std::vector<Value> memo_;
  std::unordered_map<uint64_t, Value> sparse_memo_;
  std::vector<std::string> giant_indexes_;
  uint64_t memo_entries_ = 0;
  std::vector<TupleSlot> tuples_;
  uint64_t tuple_serial_ = 0;
  // By serial: the globals in a tuple whose escapes are counted.
  std::unordered_map<uint64_t, std::vector<uint32_t>> carried_;
  std::vector<Span> long_bytes_;
  std::vector<PickleGlobal> globals_;
  std::vector<bool> watched_;
  std::unordered_map<std::string, uint32_t> interned_;

  // What a NumPy dtype takes for each element; 0 in a kResult's size stands for "not known".
  struct Dtype {
    uint64_t bytes = 0;
    bool objects = false;
    bool sized_by_state = false;  // text, bytes and records
    bool unclear = false;
  };
  // The state that is about to be given to joblib's wrapper.
  struct ArrayState {
    uint64_t end = 0;  // behind the SETITEMS that made it
    Value shape = 0;
    Value dtype = 0;
    Value alignment = 0;
    // No dict was changed since the wrapper was made.
    bool clean = false;
  };
  bool joblib_ = false;
  bool aligned_before_ = false;
  uint64_t dict_changes_ = 0;
  uint64_t changes_at_wrapper_ = 0;
  std::vector<Dtype> dtypes_;
  ArrayState array_state_;
  std::vector<Span> arrays_;
};

}  // namespace picket
