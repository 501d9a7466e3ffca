// R: .rds and .RData files, usually inside gzip, which the expander opens. Reading one runs nothing
// by itself; a promise in it is evaluated when its value is first asked for - which printing, or
// naming a variable that load() brought, does.
//
// An honest promise stands where R keeps them: bound to a name in an environment. Anywhere else one
// without a value is there to be run. What is called by name in code (promises, functions, calls,
// byte code) is held against a list of R's ways to programs, libraries and hosts.
// Sources: R Internals, "Serialization Formats"; R, src/main/serialize.c, altclasses.c; R NEWS
// 4.4.0; CVE-2024-27322.
#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weights/format.h"
#include "weights/r_input.h"

namespace picket {
namespace {

constexpr int kMaxDepth = 2'000;

enum RType : uint32_t {
  kNil = 0,
  kSymbol = 1,
  kList = 2,
  kClosure = 3,
  kEnvironment = 4,
  kPromise = 5,
  kCall = 6,
  kSpecial = 7,
  kBuiltin = 8,
  kChars = 9,
  kLogical = 10,
  kInteger = 13,
  kReal = 14,
  kComplex = 15,
  kStrings = 16,
  kDots = 17,
  kVector = 19,
  kExpression = 20,
  kByteCode = 21,
  kPointer = 22,
  kWeakReference = 23,
  kRaw = 24,
  kObject = 25,
  kAltrep = 238,
  kAttributedList = 239,
  kAttributedCall = 240,
  kBaseEnvironment = 241,
  kEmptyEnvironment = 242,
  kCodeReference = 243,
  kCodeDefinition = 244,
  kPersistent = 247,
  kPackage = 248,
  kNamespace = 249,
  kBaseNamespace = 250,
  kMissing = 251,
  kUnbound = 252,
  kGlobal = 253,
  kNilValue = 254,
  kReference = 255,
};

constexpr uint32_t kHasAttributes = 1u << 9;
constexpr uint32_t kHasTag = 1u << 10;

// Start programs, load libraries or code, reach hosts, remove files.
constexpr std::string_view kReaching[] = {
    "system",           "system2",       "shell",       "shell.exec",       "pipe",
    "dyn.load",         "library.dynam", "source",      "sys.source",       "download.file",
    "socketConnection", "serverSocket",  "make.socket", "install.packages", "unlink",
    "file.remove",      "Sys.setenv",    "exec_wait",   "exec_internal",    "exec_background",
    "sourceCpp",        "cppFunction",   "evalCpp",     "py_run_string",    "py_run_file"};
// Make code of data: nothing that a promise of an honest call needs.
constexpr std::string_view kMaking[] = {"parse",     "str2lang",    "str2expression", "rawToChar",
                                        "intToUtf8", "unserialize", "readRDS",        "load"};
// Take a function by its name, or hand it on.
constexpr std::string_view kIndirect[] = {"::",     ":::",    "do.call",     "match.fun",
                                          "get",    "get0",   "getFunction", "getExportedValue",
                                          "lapply", "sapply", "vapply",      "Map",
                                          "mapply", "Reduce", "Filter",      "<-",
                                          "=",      "assign", "(",           "{",
                                          "$",      "[[",     "forceAndCall"};

template <size_t kCount>
bool IsOneOf(std::string_view name, const std::string_view (&names)[kCount]) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

// Classes of vectors whose numbers stand in another file.
constexpr std::string_view kMapped[] = {"mmap_real", "mmap_integer"};

constexpr std::span<const std::string_view> kAsked[] = {kReaching, kMaking, kIndirect, kMapped};

// A number for each name that is asked for, 0 for all others: what is kept of the symbols that a
// file may refer to again, however many it has.
uint8_t NumberOf(std::string_view name) {
  uint8_t number = 0;
  for (std::span<const std::string_view> names : kAsked) {
    for (std::string_view known : names) {
      ++number;
      if (known == name) return number;
    }
  }
  return 0;
}

std::string NameOf(uint8_t number) {
  for (std::span<const std::string_view> names : kAsked) {
    if (number != 0 && number <= names.size()) return std::string(names[number - size_t{1}]);
    number = static_cast<uint8_t>(number - std::min<size_t>(number, names.size()));
  }
  return {};
}

// Where an object stands.
enum class Place : uint8_t { kValue, kFrame, kHashTable, kBinding };

// What of an object its surroundings ask for.
struct RValue {
  bool unbound = false;
  // Of a symbol, of a built-in function, of a vector of one string; of a list, its first element's.
  std::string name = {};
};

class RWalker {
 public:
  RWalker(RInput& input, WeightReport& report) : input_(input), report_(report) {}

  void Read() { Item(Place::kValue); }
  bool too_deep() const { return too_deep_; }

 private:
  // Counts one level of nesting.
  class Level {
   public:
    explicit Level(RWalker& walker) : walker_(walker) {
      if (++walker_.depth_ <= kMaxDepth) return;
      walker_.too_deep_ = true;
      walker_.input_.Fail();
    }
    ~Level() { --walker_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    RWalker& walker_;
  };

  uint32_t Flags() { return static_cast<uint32_t>(input_.Int()); }

  uint64_t Length() {
    int64_t length = input_.Int();
    if (length == -1) {
      int64_t high = input_.Int();
      length = (high << 32) + static_cast<uint32_t>(input_.Int());
    }
    if (length < 0) input_.Fail();
    return input_.ok() ? static_cast<uint64_t>(length) : 0;
  }

  RValue Item(Place place) { return ItemOf(Flags(), place); }

  RValue ItemOf(uint32_t flags, Place place) {
    Level level(*this);
    if (!input_.ok()) return {};
    bool attributes = (flags & kHasAttributes) != 0;
    RValue value;
    switch (flags & 0xff) {
      case kNil:
      case kNilValue:
      case kGlobal:
      case kBaseNamespace:
      case kBaseEnvironment:
      case kEmptyEnvironment:
      case kMissing: return {};
      case kUnbound: return {true, {}};
      case kReference: return Referred(flags);
      case kSymbol:
        value = Item(Place::kValue);
        references_.push_back(NumberOf(value.name));
        return value;
      case kPersistent:
      case kPackage:
      case kNamespace: return Names();
      case kEnvironment: return Environment();
      case kList:
      case kCall:
      case kDots:
      case kClosure:
      case kPromise: return Cells(flags, place);
      case kAltrep: return Altrep();
      case kPointer:
        references_.push_back(0);
        Item(Place::kValue);
        Item(Place::kValue);
        break;
      case kWeakReference: references_.push_back(0); break;
      case kSpecial:
      case kBuiltin:
        value.name = input_.Text(Length());
        Judge(value.name);
        break;
      case kChars: value.name = Chars(); break;
      case kLogical:
      case kInteger: input_.Skip(Length(), 4); break;
      case kReal: input_.Skip(Length(), 8); break;
      case kComplex: input_.Skip(Length(), 16); break;
      case kRaw: input_.Skip(Length(), 1); break;
      case kStrings:
      case kVector:
      case kExpression: value = Elements(flags & 0xff, place); break;
      case kByteCode:
        input_.Int();
        Code();
        break;
      case kObject: break;
      default: input_.Fail(); return {};
    }
    if (attributes) Item(Place::kValue);
    return value;
  }

  RValue Referred(uint32_t flags) {
    uint32_t index = flags >> 8;
    if (index == 0) index = static_cast<uint32_t>(input_.Int());
    if (index == 0 || index > references_.size()) {
      input_.Fail();
      return {};
    }
    return {false, NameOf(references_[index - 1])};
  }

  std::string Chars() {
    int32_t length = input_.Int();
    if (length == -1) return {};  // NA
    if (length < 0) input_.Fail();
    return input_.Text(input_.ok() ? static_cast<uint64_t>(length) : 0);
  }

  RValue Names() {
    input_.Int();
    uint64_t count = Length();
    for (uint64_t i = 0; i < count && input_.ok(); ++i) Item(Place::kValue);
    references_.push_back(0);
    return {};
  }

  RValue Environment() {
    input_.Int();  // locked
    references_.push_back(0);
    Item(Place::kValue);  // what encloses it
    Item(Place::kFrame);
    Item(Place::kHashTable);
    Item(Place::kValue);  // attributes
    return {};
  }

  RValue Elements(uint32_t type, Place place) {
    uint64_t count = Length();
    bool table = place == Place::kHashTable && type == kVector;
    RValue first;
    for (uint64_t i = 0; i < count && input_.ok(); ++i) {
      RValue value = Item(table ? Place::kFrame : Place::kValue);
      if (i == 0 && type == kStrings) first.name = std::move(value.name);
    }
    return first;
  }

  // Lists, calls, arguments, functions and promises are all chains of such cells.
  RValue Cells(uint32_t flags, Place place) {
    uint32_t head = flags & 0xff;
    uint64_t start = input_.offset();
    bool bound = place == Place::kBinding;
    // Of a call: the function and the first arguments.
    std::vector<std::string> names;
    while (true) {
      uint32_t type = flags & 0xff;
      if ((flags & kHasAttributes) != 0) Item(Place::kValue);
      if ((flags & kHasTag) != 0) Item(Place::kValue);
      bool binds = (type == kList && place == Place::kFrame) || (head == kDots && bound);
      RValue value = Item(binds ? Place::kBinding : Place::kValue);
      if (type == kPromise) return Promise(value.unbound, bound, start);
      if (names.size() < kNamesKept) names.push_back(std::move(value.name));
      flags = Flags();
      uint32_t next = flags & 0xff;
      if (!input_.ok() || type == kClosure || (next != kList && next != kDots)) break;
    }
    ItemOf(flags, Place::kValue);
    if (head == kCall) JudgeCall(names);
    return {false, names.front()};
  }

  RValue Promise(bool unbound, bool bound, uint64_t start) {
    if (unbound && !bound) {
      Add("r.promise", "(promise)", WeightConcern::kDangerous, start,
          "This R file holds a promise where a value belongs: what it promises is run when the "
          "value is used.");
    }
    if (unbound) ++promises_;
    Item(Place::kValue);
    if (unbound) --promises_;
    return {};
  }

  RValue Altrep() {
    RValue info = Item(Place::kValue);
    if (IsOneOf(info.name, kMapped)) {
      Add("r.mapped-file", info.name, WeightConcern::kDangerous, input_.offset(),
          "This R file holds a vector whose numbers are read from another file when it is loaded.");
    }
    Item(Place::kValue);  // state
    Item(Place::kValue);  // attributes
    return {};
  }

  void Code() {
    Level level(*this);
    Item(Place::kValue);
    uint64_t count = Length();
    for (uint64_t i = 0; i < count && input_.ok(); ++i) {
      uint32_t type = Flags();
      switch (type) {
        case kByteCode: Code(); break;
        case kCall:
        case kList:
        case kCodeDefinition:
        case kCodeReference:
        case kAttributedCall:
        case kAttributedList: CodeCell(type); break;
        default: Judge(Item(Place::kValue).name);
      }
    }
  }

  // A call or a list in the constants of byte code. Its end is followed without nesting.
  RValue CodeCell(uint32_t type) {
    Level level(*this);
    std::vector<std::string> names;
    uint32_t head = 0;
    while (input_.ok()) {
      if (type == kCodeReference) {
        input_.Int();
        break;
      }
      if (type == kCodeDefinition) {
        input_.Int();
        type = Flags();
      }
      if (head == 0) head = type;
      bool attributed = type == kAttributedCall || type == kAttributedList;
      if (!attributed && type != kCall && type != kList) {
        RValue value = Item(Place::kValue);
        if (names.empty()) return value;
        break;
      }
      if (attributed) Item(Place::kValue);
      Item(Place::kValue);  // tag
      RValue value = CodeCell(Flags());
      if (names.size() < kNamesKept) names.push_back(std::move(value.name));
      type = Flags();
    }
    if (names.empty()) return {};
    if (head == kCall || head == kAttributedCall) JudgeCall(names);
    return {false, names.front()};
  }

  void JudgeCall(const std::vector<std::string>& names) {
    Judge(names.front());
    if (!IsOneOf(names.front(), kIndirect)) return;
    for (size_t i = 1; i < names.size(); ++i) Judge(names[i]);
  }

  void Judge(const std::string& name) {
    bool reaching = IsOneOf(name, kReaching);
    if (!reaching && (promises_ == 0 || !IsOneOf(name, kMaking))) return;
    bool dangerous = reaching && promises_ > 0;
    Add(promises_ > 0 ? "r.promise" : "r.call", name,
        dangerous ? WeightConcern::kDangerous : WeightConcern::kUnknown, input_.offset(),
        promises_ > 0
            ? "This R file holds a promise that calls " + name + " when its value is first used."
            : "This R file holds code that calls " + name + ".");
  }

  void Add(const char* rule, std::string subject, WeightConcern concern, uint64_t offset,
           std::string message) {
    AddProblem(report_, {rule, std::move(message), offset, concern, std::move(subject)});
  }

  static constexpr size_t kNamesKept = 4;

  RInput& input_;
  WeightReport& report_;
  // What may be referred to: the names of symbols, 0 for environments and the like.
  std::vector<uint8_t> references_;
  int depth_ = 0;
  int promises_ = 0;
  bool too_deep_ = false;
};

}  // namespace

void ReadR(const Blob& blob, PickleScanner&, WeightReport& report) {
  std::string_view text = AsText(blob.bytes);
  uint64_t at = 0;
  bool saved = text.starts_with("RDX") || text.starts_with("RDA") || text.starts_with("RDB");
  if (saved) {
    if (text.size() < 5 || text[4] != '\n' || (text[3] != '2' && text[3] != '3')) return;
    at = 5;
  }
  // R passes over one line break before the text form.
  if (text.substr(at).starts_with("\nA\n")) ++at;
  std::string_view head = text.substr(at, 2);
  if (head != "X\n" && head != "A\n" && head != "B\n") return;
  RForm form = head == "X\n"   ? RForm::kBigEndian
               : head == "B\n" ? RForm::kLittleEndian
                               : RForm::kText;
  RInput input(blob.bytes, at + 2, form);
  int32_t version = input.Int();
  if (!input.ok() || (version != 2 && version != 3)) return;
  int32_t writer = input.Int();
  int32_t reader = input.Int();
  if (version == 3) {
    int32_t length = input.Int();
    if (length < 0) input.Fail();
    input.Text(input.ok() ? static_cast<uint64_t>(length) : 0);
  }
  // Lists of small numbers are text too.
  constexpr int32_t kFirstRelease = 0x10000;
  bool certain = saved || (form != RForm::kText && writer >= kFirstRelease && reader >= 0) ||
                 (writer >= kFirstRelease && reader >= kFirstRelease) ||
                 IsNamedLike(blob, {".rds", ".rda", ".rdata"});
  RWalker walker(input, report);
  walker.Read();
  if (walker.too_deep()) {
    report.gaps.push_back("its R objects are nested deeper than 2,000");
  } else if (certain && !input.ok()) {
    report.gaps.push_back("it is R's serialization and can't be read beyond offset " +
                          std::to_string(input.offset()));
  }
}

}  // namespace picket
