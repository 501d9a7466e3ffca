// safetensors: u64 length, a JSON header, tensor bytes. No code runs when it is loaded; what is
// judged is whether the header means one thing, and nothing hides behind the tensors.
// Source: the format's README and safetensors/src/tensor.rs.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "core/byte_reader.h"
#include "weights/format.h"

namespace picket {
namespace {

constexpr uint64_t kMaxHeader = 100'000'000;
constexpr uint64_t kLengthBytes = 8;
constexpr size_t kMaxDimensions = 64;
constexpr std::string_view kMetadata = "__metadata__";

struct DtypeRow {
  std::string_view name;
  uint64_t bits;
};
constexpr DtypeRow kDtypes[] = {
    {"BOOL", 8},    {"U8", 8},          {"I8", 8},          {"F8_E5M2", 8}, {"F8_E4M3", 8},
    {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8}, {"F4", 4},      {"F6_E2M3", 6},
    {"F6_E3M2", 6}, {"I16", 16},        {"U16", 16},        {"F16", 16},    {"BF16", 16},
    {"I32", 32},    {"U32", 32},        {"F32", 32},        {"F64", 64},    {"I64", 64},
    {"U64", 64},    {"C64", 64},
};

// nullopt: a type newer than this table; its size can't be checked.
std::optional<uint64_t> BitsOf(std::string_view dtype) {
  for (const DtypeRow& row : kDtypes) {
    if (row.name == dtype) return row.bits;
  }
  return std::nullopt;
}

// Walks the header without building a document. Depth is fixed: object, tensor, array.
class HeaderWalker : public nlohmann::json_sax<nlohmann::json> {
 public:
  const std::string& problem() const { return problem_; }
  bool is_object() const { return started_; }
  std::vector<Span>& tensors() { return tensors_; }

  bool null() override { return Refuse("a null"); }
  bool boolean(bool) override { return Refuse("a boolean"); }
  bool number_integer(number_integer_t) override { return Refuse("a negative number"); }
  bool number_float(number_float_t, const string_t&) override {
    return Refuse("a number that is no integer");
  }
  bool binary(binary_t&) override { return Refuse("binary data"); }

  bool number_unsigned(number_unsigned_t value) override {
    if (array_ == Array::kShape) {
      if (shape_.size() >= kMaxDimensions) return Refuse("a shape of more than 64 dimensions");
      shape_.push_back(value);
    } else if (array_ == Array::kOffsets && offsets_.size() < 2) {
      offsets_.push_back(value);
    } else {
      return Refuse("a number out of place");
    }
    return true;
  }

  bool string(string_t& value) override {
    if (depth_ == 2 && in_metadata_) return true;
    if (depth_ == 2 && array_ == Array::kNone && key_ == "dtype") {
      dtype_ = value;
      return true;
    }
    return Refuse("a string out of place");
  }

  bool start_object(size_t) override {
    if (depth_ >= 2 || array_ != Array::kNone) return Refuse("an object out of place");
    ++depth_;
    started_ = true;
    if (depth_ == 2) {
      in_metadata_ = key_ == kMetadata;
      inner_keys_.clear();
      shape_.clear();
      offsets_.clear();
      dtype_.clear();
    }
    return true;
  }

  bool key(string_t& value) override {
    std::set<std::string>& keys = depth_ == 1 ? keys_ : inner_keys_;
    if (!keys.insert(value).second) return Refuse("a key twice");
    key_ = value;
    return true;
  }

  bool end_object() override {
    if (depth_-- == 1 || in_metadata_) return true;
    if (inner_keys_ != std::set<std::string>{"data_offsets", "dtype", "shape"}) {
      return Refuse("a tensor without dtype, shape and data_offsets, or with more than those");
    }
    if (offsets_.size() != 2 || offsets_[0] > offsets_[1])
      return Refuse("offsets that are no range");
    Span span{offsets_[0], offsets_[1] - offsets_[0]};
    if (auto bits = BitsOf(dtype_)) {
      uint64_t elements = *bits;
      for (uint64_t dimension : shape_) {
        if (__builtin_mul_overflow(elements, dimension, &elements)) {
          return Refuse("a shape too large to count");
        }
      }
      if (elements % 8 != 0 || elements / 8 != span.length) {
        return Refuse("a tensor whose shape and bytes differ");
      }
    }
    tensors_.push_back(span);
    return true;
  }

  bool start_array(size_t) override {
    if (depth_ != 2 || in_metadata_ || array_ != Array::kNone)
      return Refuse("an array out of place");
    if (key_ == "shape") {
      array_ = Array::kShape;
    } else if (key_ == "data_offsets") {
      array_ = Array::kOffsets;
    } else {
      return Refuse("an array out of place");
    }
    return true;
  }

  bool end_array() override {
    array_ = Array::kNone;
    return true;
  }

  bool parse_error(size_t, const std::string&, const nlohmann::json::exception&) override {
    return Refuse("something that is no JSON");
  }

 private:
  enum class Array : uint8_t { kNone, kShape, kOffsets };

  bool Refuse(const char* what) {
    if (problem_.empty()) problem_ = what;
    return false;
  }

  std::string problem_;
  bool started_ = false;
  int depth_ = 0;
  bool in_metadata_ = false;
  Array array_ = Array::kNone;
  std::string key_;
  std::string dtype_;
  std::vector<uint64_t> shape_;
  std::vector<uint64_t> offsets_;
  std::set<std::string> keys_;
  std::set<std::string> inner_keys_;
  std::vector<Span> tensors_;
};

void AddProblem(WeightReport& report, std::string message, uint64_t offset) {
  report.problems.push_back({"safetensors.malformed-header", std::move(message), offset});
}

void CheckLayout(std::vector<Span>& tensors, uint64_t header_end, uint64_t file_size,
                 WeightReport& report) {
  std::sort(tensors.begin(), tensors.end());
  uint64_t at = 0;
  for (const Span& tensor : tensors) {
    if (tensor.offset != at) {
      return AddProblem(report,
                        "The tensors of this safetensors file overlap or leave bytes between them.",
                        header_end);
    }
    at = tensor.end();
  }
  uint64_t data = file_size - header_end;
  if (at == data && data > 0) report.tensors.push_back({header_end, data});
  if (at > data) {
    AddProblem(report, "The tensors of this safetensors file end beyond the file.", header_end);
  } else if (at < data) {
    report.problems.push_back(
        {"safetensors.extra-bytes",
         "This safetensors file holds " + std::to_string(data - at) +
             " bytes behind its tensors; another loader may read them as another format.",
         header_end + at});
  }
}

}  // namespace

void ReadSafetensors(const Blob& blob, PickleScanner&, WeightReport& report) {
  bool named = IsNamedLike(blob, {".safetensors"});
  ByteReader reader(blob.bytes);
  uint64_t length = reader.U64Le();
  bool plausible = reader.ok() && length >= 2 && length <= kMaxHeader &&
                   length <= reader.remaining() && reader.Peek() == '{';
  if (!plausible) {
    // A pointer that stands for the file (Git LFS) is text, and an empty file holds nothing.
    bool text = AsText(blob.bytes).starts_with("version https://") || blob.bytes.empty();
    if (named && !text) {
      AddProblem(report, "This file is named safetensors and has no safetensors header.", 0);
    }
    return;
  }
  std::string_view header = AsText(reader.Take(length));
  HeaderWalker walker;
  bool valid = nlohmann::json::sax_parse(header.begin(), header.end(), &walker);
  if (!valid) {
    // Eight bytes and a brace may be chance; a header that gets as far as a tensor is none.
    if (!named && walker.tensors().empty()) return;
    return AddProblem(report,
                      "The header of this safetensors file holds " +
                          (walker.problem().empty() ? std::string("an error") : walker.problem()) +
                          ".",
                      kLengthBytes);
  }
  if (!named && walker.tensors().empty()) return;
  CheckLayout(walker.tensors(), kLengthBytes + length, blob.bytes.size(), report);
}

}  // namespace picket
