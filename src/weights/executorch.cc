// ExecuTorch: a program as a FlatBuffer (.pte), perhaps bundled with test inputs. Operators are
// looked up by name in what the runtime was built with. A delegate's data is handed to its backend,
// and some backends load it as a shared library; the Qualcomm one opens libraries by a path that
// the program states. The runtime believes offsets and sizes, so those that lie are refused.
// Sources: executorch/schema/program.fbs, extended_header.h, bundled_program_schema.fbs;
// executorch/docs, "PTE file format"; executorch/backends (cuda, aoti, apple/metal: runtime;
// qualcomm/serialization/qc_compiler_spec.fbs).
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/byte_reader.h"
#include "weights/flatbuffer.h"
#include "weights/format.h"

namespace picket {
namespace {

constexpr uint64_t kIdentifierAt = 4;
constexpr uint64_t kHeaderAt = 8;
constexpr uint32_t kLeastHeader = 24;
constexpr uint8_t kTensorValue = 5;  // in the union KernelTypes
constexpr uint8_t kExternal = 1;
constexpr uint8_t kInSegment = 1;
constexpr size_t kMaxShown = 200;

// They write the library that a program brings to a temporary file and load it.
constexpr std::string_view kLoadLibraries[] = {"CudaBackend", "AotiBackend", "MetalBackend"};
// They read what they are given as data.
constexpr std::string_view kKnown[] = {
    "XnnpackBackend", "CoreMLBackend",   "MPSBackend", "QnnBackend",    "VulkanBackend",
    "ArmBackend",     "EthosUBackend",   "VgfBackend", "TOSABackend",   "NeuropilotBackend",
    "NeutronBackend", "OpenvinoBackend", "EnnBackend", "CadenceBackend"};

template <size_t kCount>
bool IsOneOf(std::string_view name, const std::string_view (&names)[kCount]) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

bool HasIdentifier(Bytes bytes, std::string_view letters) {
  if (bytes.size() < kIdentifierAt + 4) return false;
  std::string_view identifier = AsText(bytes).substr(kIdentifierAt, 4);
  auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return identifier.starts_with(letters) && digit(identifier[2]) && digit(identifier[3]);
}

bool IsNativeCode(Bytes bytes) {
  std::string_view text = AsText(bytes);
  return text.starts_with(
             "\x7f"
             "ELF") ||
         text.starts_with("\xcf\xfa\xed\xfe") || text.starts_with("\xca\xfe\xba\xbe") ||
         (text.starts_with("MZ") && text.substr(0, 1024).find("PE\0\0") != std::string_view::npos);
}

bool IsPathCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("/\\._-+:~@ ").find(c) != std::string_view::npos;
}

// Paths of shared libraries: a folder in front of a name that ends like one.
std::vector<std::string> LibraryPaths(std::string_view text) {
  std::vector<std::string> paths;
  for (std::string_view ending : {".so", ".dll", ".dylib"}) {
    size_t from = 0;
    for (size_t at = text.find(ending); at != std::string_view::npos;
         at = text.find(ending, at + 1)) {
      size_t begin = at;
      while (begin > from && IsPathCharacter(text[begin - 1])) --begin;
      from = at + 1;
      std::string_view path = text.substr(begin, at + ending.size() - begin);
      if (path.find_first_of("/\\") != std::string_view::npos) paths.emplace_back(path);
    }
  }
  return paths;
}

class ProgramReader {
 public:
  ProgramReader(Bytes program, uint64_t offset, WeightReport& report)
      : bytes_(program), offset_(offset), report_(report), buffer_(program) {}

  void Read() {
    if (!ReadHeader()) return;
    uint64_t root = buffer_.Root();
    FlatVector segments = buffer_.Vector(root, 4, 4);
    for (uint32_t i = 0; i < segments.count && Going(); ++i) {
      Segment(buffer_.Element(segments, i));
    }
    FlatVector inlined = buffer_.Vector(root, 3, 4);
    for (uint32_t i = 0; i < inlined.count && Going(); ++i) {
      NativeCode(buffer_.Content(buffer_.Element(inlined, i), 0));
    }
    inlined_ = inlined.count;
    FlatVector plans = buffer_.Vector(root, 1, 4);
    for (uint32_t i = 0; i < plans.count && Going(); ++i) Plan(buffer_.Element(plans, i));
    FlatVector named = buffer_.Vector(root, 7, 4);
    for (uint32_t i = 0; i < named.count && Going(); ++i) {
      if (buffer_.U32(buffer_.Element(named, i), 1) >= segments_.size()) {
        Malformed("names data in a segment that it doesn't have");
      }
    }
    if (!buffer_.ok()) return Malformed("has an offset that leads out of it");
    if (buffer_.spent()) AddGap(report_, "its ExecuTorch tables refer to each other too often");
  }

 private:
  bool Going() const { return buffer_.ok() && !buffer_.spent(); }

  bool ReadHeader() {
    std::string_view text = AsText(bytes_);
    if (text.substr(kHeaderAt, 2) != "eh") return true;
    ByteReader reader(bytes_, kHeaderAt + 4);
    uint32_t length = reader.U32Le();
    uint64_t program = reader.U64Le();
    base_ = reader.U64Le();
    if (!reader.ok() || length < kLeastHeader || program > bytes_.size() || base_ > bytes_.size()) {
      Malformed("has a header that leads out of it");
      return false;
    }
    return true;
  }

  void Segment(uint64_t table) {
    uint64_t begin = buffer_.U64(table, 0);
    uint64_t size = buffer_.U64(table, 1);
    if (!buffer_.ok()) return;
    uint64_t room = bytes_.size() - base_;
    if (begin > room || size > room - begin) {
      Malformed("has a segment that ends beyond it");
      segments_.push_back({});
      return;
    }
    segments_.push_back({base_ + begin, size});
    NativeCode(bytes_.subspan(base_ + begin, size));
  }

  void NativeCode(Bytes data) {
    if (data.empty() || !IsNativeCode(data)) return;
    Add("executorch.native-code", "(shared library)", WeightConcern::kDangerous,
        static_cast<uint64_t>(data.data() - bytes_.data()),
        "This ExecuTorch program brings machine code along, which a backend loads as a shared "
        "library.");
  }

  void Plan(uint64_t plan) {
    FlatVector delegates = buffer_.Vector(plan, 7, 4);
    for (uint32_t i = 0; i < delegates.count && Going(); ++i) {
      Delegate(buffer_.Element(delegates, i));
    }
    FlatVector values = buffer_.Vector(plan, 2, 4);
    for (uint32_t i = 0; i < values.count && Going(); ++i) Value(buffer_.Element(values, i));
  }

  void Delegate(uint64_t delegate) {
    std::string id(buffer_.String(delegate, 0).substr(0, kMaxShown));
    if (!buffer_.ok()) return;
    if (IsOneOf(id, kLoadLibraries)) {
      Add("executorch.native-code", id, WeightConcern::kDangerous, delegate,
          "This ExecuTorch program is for " + id +
              ", a backend that loads the machine code in it.");
    } else if (!IsOneOf(id, kKnown)) {
      Add("executorch.unknown-delegate", id, WeightConcern::kUnknown, delegate,
          "This ExecuTorch program hands data to the backend " + id + ", which is not known.");
    }
    if (std::optional<uint64_t> reference = buffer_.Table(delegate, 1)) {
      bool segment = buffer_.U8(*reference, 0) == kInSegment;
      uint64_t index = buffer_.U32(*reference, 1);
      if (buffer_.ok() && index >= (segment ? segments_.size() : inlined_)) {
        Malformed("has a delegate whose data is not in it");
      }
    }
    FlatVector specs = buffer_.Vector(delegate, 2, 4);
    for (uint32_t i = 0; i < specs.count && Going(); ++i) {
      Bytes value = buffer_.Content(buffer_.Element(specs, i), 1);
      // Many delegates may share one long value: it is searched once.
      if (value.size() > searchable_) {
        AddGap(report_, "its ExecuTorch delegates state more settings than are searched");
        return;
      }
      searchable_ -= value.size();
      for (const std::string& path : LibraryPaths(AsText(value))) {
        Add("executorch.library-path", path.substr(0, kMaxShown), WeightConcern::kUnknown, delegate,
            "This ExecuTorch program has a backend open a shared library, " +
                path.substr(0, kMaxShown) + ".");
      }
    }
  }

  void Value(uint64_t value) {
    if (buffer_.U8(value, 0) != kTensorValue) return;
    std::optional<uint64_t> tensor = buffer_.Table(value, 1);
    if (!tensor) return;
    std::optional<uint64_t> extra = buffer_.Table(*tensor, 9);
    if (!extra || buffer_.U8(*extra, 2) != kExternal) return;
    // Found by this key in the file of data that the application opens: no path.
    if (buffer_.String(*extra, 1).empty()) Malformed("has an external tensor without a name");
  }

  void Malformed(const char* what) {
    Add("executorch.malformed", "", WeightConcern::kAmbiguous, 0,
        std::string("This ExecuTorch program ") + what + ".");
  }

  void Add(const char* rule, std::string subject, WeightConcern concern, uint64_t at,
           std::string message) {
    AddProblem(report_, {rule, std::move(message), offset_ + std::min<uint64_t>(at, bytes_.size()),
                         concern, std::move(subject)});
  }

  Bytes bytes_;
  uint64_t offset_;
  WeightReport& report_;
  FlatBuffer buffer_;
  uint64_t base_ = 0;
  std::vector<Span> segments_;
  uint64_t inlined_ = 0;
  uint64_t searchable_ = uint64_t{16} << 20;
};

// Two letters and two digits stand in text as well; a root that is in the file does not.
bool Claims(Bytes bytes, std::string_view letters, bool named) {
  return HasIdentifier(bytes, letters) && (named || ByteReader(bytes).U32Le() < bytes.size());
}

void ReadProgram(Bytes bytes, uint64_t offset, bool named, bool bundled, WeightReport& report) {
  if (Claims(bytes, "ET", named)) return ProgramReader(bytes, offset, report).Read();
  if (bundled || !Claims(bytes, "BP", named)) return;
  FlatBuffer bundle(bytes);
  Bytes program = bundle.Content(bundle.Root(), 2);
  if (named && !bundle.ok()) {
    report.gaps.push_back("it begins like an ExecuTorch bundle and its program is not in it");
  }
  if (program.empty()) return;
  ReadProgram(program, offset + static_cast<uint64_t>(program.data() - bytes.data()), named, true,
              report);
}

}  // namespace

void ReadExecutorch(const Blob& blob, PickleScanner&, WeightReport& report) {
  bool named = IsNamedLike(blob, {".pte", ".bpte", ".bp"});
  ReadProgram(blob.bytes, 0, named, false, report);
}

}  // namespace picket
