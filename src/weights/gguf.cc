// GGUF: header, key-value pairs and tensor table. No code runs when it is loaded; judged is whether
// the tables mean one thing and stay inside the file, and what the chat template reaches for.
// Sources: ggml/docs/gguf.md, gguf-py (constants.py: types and their block sizes);
// CVE-2024-34359, GHSA-7rxv-5jhh-j6xx, CVE-2024-21802.
#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/byte_reader.h"
#include "weights/chat_template.h"
#include "weights/format.h"

namespace picket {
namespace {

constexpr std::string_view kMagic = "GGUF";
constexpr uint64_t kMaxKey = 65'535;
constexpr uint64_t kMaxName = 64;
constexpr uint32_t kMaxDimensions = 4;
constexpr int kMaxArrayDepth = 4;
constexpr uint64_t kDefaultAlignment = 32;
// Least bytes that a pair and a tensor's row take: what a count must fit into.
constexpr uint64_t kLeastPair = 13;
constexpr uint64_t kLeastTensor = 24;

struct TypeRow {
  uint32_t type;
  uint64_t block;
  uint64_t bytes;
};
// Q8_1 is left out: versions differ on its size, and no file holds it.
constexpr TypeRow kTypes[] = {
    {0, 1, 4},      {1, 1, 2},     {2, 32, 18},    {3, 32, 20},    {6, 32, 22},    {7, 32, 24},
    {8, 32, 34},    {10, 256, 84}, {11, 256, 110}, {12, 256, 144}, {13, 256, 176}, {14, 256, 210},
    {15, 256, 292}, {16, 256, 66}, {17, 256, 74},  {18, 256, 98},  {19, 256, 50},  {20, 32, 18},
    {21, 256, 110}, {22, 256, 82}, {23, 256, 136}, {24, 1, 1},     {25, 1, 2},     {26, 1, 4},
    {27, 1, 8},     {28, 1, 8},    {29, 256, 56},  {30, 1, 2},     {34, 256, 54},  {35, 256, 66},
    {39, 32, 17},   {40, 64, 36},  {41, 128, 18}};

class GgufReader {
 public:
  GgufReader(Bytes file, WeightReport& report)
      : report_(report), reader_(file, kMagic.size()), size_(file.size()) {}

  void Read() {
    uint32_t version = reader_.U32Le();
    big_endian_ = version > 0xffff;
    if (big_endian_) version = __builtin_bswap32(version);
    if (version == 1) {
      report_.gaps.push_back("it is GGUF of version 1, which is not read");
      return;
    }
    if (version != 2 && version != 3) return;  // no loader takes it
    uint64_t tensors = U64();
    uint64_t pairs = U64();
    if (tensors > reader_.remaining() / kLeastTensor || pairs > reader_.remaining() / kLeastPair) {
      return Malformed("states more entries than it has bytes for");
    }
    for (uint64_t i = 0; i < pairs; ++i) {
      if (!Pair()) return;
    }
    for (uint64_t i = 0; i < tensors; ++i) {
      if (!Tensor()) return;
    }
    if (!reader_.ok()) return Malformed("ends inside its tables");
    CheckLayout();
  }

 private:
  uint32_t U32() { return big_endian_ ? reader_.U32Be() : reader_.U32Le(); }
  uint64_t U64() { return big_endian_ ? reader_.U64Be() : reader_.U64Le(); }
  std::string_view String() { return AsText(reader_.Take(U64())); }

  void Malformed(const char* what) {
    AddProblem(report_, {"gguf.malformed-header", std::string("This GGUF file ") + what + ".",
                         std::min(reader_.offset(), size_)});
  }

  bool Fail(const char* what) {
    Malformed(what);
    return false;
  }

  static uint64_t SizeOf(uint32_t type) {
    switch (type) {
      case 0:
      case 1:
      case 7: return 1;
      case 2:
      case 3: return 2;
      case 4:
      case 5:
      case 6: return 4;
      case 10:
      case 11:
      case 12: return 8;
      default: return 0;
    }
  }

  bool Value(uint32_t type, std::string_view key, int depth) {
    if (uint64_t bytes = SizeOf(type); bytes != 0) {
      if (type == 4 && key == "general.alignment") {
        alignment_ = U32();
        if (alignment_ == 0 || (alignment_ & (alignment_ - 1)) != 0) {
          return Fail("has an alignment that is no power of two");
        }
      } else {
        reader_.Skip(bytes);
      }
    } else if (type == 8) {
      uint64_t at = reader_.offset();
      std::string_view text = String();
      if (key.find("chat_template") != std::string_view::npos) Template(text, at);
    } else if (type == 9) {
      if (depth >= kMaxArrayDepth) return Fail("nests its arrays too deep");
      uint32_t inner = U32();
      uint64_t count = U64();
      if (uint64_t width = SizeOf(inner); width != 0) {
        if (count > reader_.remaining() / width) return Fail("has an array longer than the file");
        reader_.Skip(count * width);
      } else {
        if (count > reader_.remaining() / 8) return Fail("has an array longer than the file");
        for (uint64_t i = 0; i < count; ++i) {
          if (!Value(inner, key, depth + 1)) return false;
        }
      }
    } else {
      return Fail("has a value of a type that doesn't exist");
    }
    return reader_.ok() || Fail("ends inside its tables");
  }

  bool Pair() {
    std::string_view key = String();
    uint32_t type = U32();
    if (!reader_.ok()) return Fail("ends inside its tables");
    if (key.size() > kMaxKey) return Fail("has a key that is too long");
    if (!keys_.insert(key).second) return Fail("has one key twice");
    return Value(type, key, 0);
  }

  void Template(std::string_view text, uint64_t offset) {
    std::string sign = FindTemplateEscape(text);
    if (sign.empty()) return;
    AddProblem(report_, {"gguf.unsafe-template",
                         "The chat template of this GGUF file reaches for Python's own objects; a "
                         "server that renders it can be made to run code.",
                         std::min(offset, size_), WeightConcern::kDangerous, std::move(sign)});
  }

  bool Tensor() {
    std::string_view name = String();
    uint32_t dimensions = U32();
    if (!reader_.ok()) return Fail("ends inside its tables");
    if (name.size() > kMaxName) return Fail("has a tensor name that is too long");
    if (!names_.insert(name).second) return Fail("has one tensor twice");
    if (dimensions > kMaxDimensions) return Fail("has a tensor of more than 4 dimensions");
    uint64_t elements = 1;
    for (uint32_t i = 0; i < dimensions; ++i) {
      uint64_t extent = U64();
      if (extent > static_cast<uint64_t>(INT64_MAX) ||
          __builtin_mul_overflow(elements, extent, &elements)) {
        return Fail("has a tensor too large to count");
      }
    }
    uint32_t type = U32();
    uint64_t offset = U64();
    if (!reader_.ok()) return Fail("ends inside its tables");
    auto row = std::find_if(std::begin(kTypes), std::end(kTypes),
                            [&](const TypeRow& known) { return known.type == type; });
    uint64_t bytes = 0;  // a newer type: its size can't be told
    if (row != std::end(kTypes)) {
      uint64_t blocks = elements / row->block + (elements % row->block != 0 ? 1 : 0);
      if (__builtin_mul_overflow(blocks, row->bytes, &bytes)) {
        return Fail("has a tensor too large to count");
      }
    }
    tensors_.push_back({offset, bytes});
    return true;
  }

  void CheckLayout() {
    if (tensors_.empty()) return;
    uint64_t head = reader_.offset();
    uint64_t data = head + (alignment_ - head % alignment_) % alignment_;
    if (data > size_) return Malformed("has no room for its tensors");
    std::sort(tensors_.begin(), tensors_.end());
    uint64_t end = 0;
    for (const Span& tensor : tensors_) {
      if (tensor.offset % alignment_ != 0) return Malformed("has a tensor off its alignment");
      if (tensor.offset < end) return Malformed("has tensors that overlap");
      if (tensor.offset > size_ - data || tensor.length > size_ - data - tensor.offset) {
        return Malformed("has a tensor that ends beyond the file");
      }
      end = tensor.end();
    }
    for (const Span& tensor : tensors_) {
      if (tensor.length > 0) report_.tensors.push_back({data + tensor.offset, tensor.length});
    }
  }

  WeightReport& report_;
  ByteReader reader_;
  uint64_t size_;
  bool big_endian_ = false;
  uint64_t alignment_ = kDefaultAlignment;
  std::set<std::string_view> keys_;
  std::set<std::string_view> names_;
  std::vector<Span> tensors_;
};

}  // namespace

void ReadGguf(const Blob& blob, PickleScanner&, WeightReport& report) {
  if (AsText(blob.bytes).starts_with(kMagic)) GgufReader(blob.bytes, report).Read();
}

}  // namespace picket
