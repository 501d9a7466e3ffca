// Every opener and every decoder of escapes and split text, on one input and on what stands in it:
// offsets map into the outermost blob, and steps are sorted. Few places of few children are asked
// about, or one run would take milliseconds. Of what is opened in place of its bytes every word
// stands in a child.
#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "contents/child_origin.h"
#include "contents/escapes.h"
#include "contents/expander.h"
#include "contents/split_text.h"
#include "secrets/template.h"

namespace picket {
namespace {

class KeepsWords : public FindingSink, public ChildVisitor {
 public:
  explicit KeepsWords(uint64_t size) : size_(size) {}

  void Add(Finding) override {}
  void Add(Gap) override {}
  void Add(EncodedHint) override {}
  void OnChild(const Blob& child) override {
    for (const OffsetStep& step : child.origin.steps) {
      if (step.outer > size_) std::abort();
    }
    text_ += AsText(child.bytes);
    text_ += '\n';
    // A notebook's picture, as it stood there.
    if (child.origin.member.ends_with(" picture")) {
      text_ += EncodeBase64(AsText(child.bytes), false, false);
    }
  }

  void Check(std::string_view outer) const {
    const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
    for (size_t at = 0; at < outer.size();) {
      size_t end = at;
      while (end < outer.size() && is_word(outer[end])) ++end;
      const bool escaped = at > 0 && outer[at - 1] == '\\';
      const std::string_view word = outer.substr(at, end - at);
      if (!escaped && text_.find(word) == std::string::npos) std::abort();
      at = end + 1;
    }
  }

 private:
  uint64_t size_;
  std::string text_;
};

class Walker : public FindingSink, public ChildVisitor {
 public:
  Walker(uint64_t size, const ExpandLimits& limits) : size_(size), expander_(limits) {}

  void Walk(const Blob& blob) {
    std::vector<EncodedHint> hints;
    const uint64_t looked_at = std::min<uint64_t>(blob.bytes.size(), 2048);
    for (uint64_t at = 0; at < looked_at && hints.size() < 16; ++at) {
      if (ReadEscape(blob.bytes, at)) hints.push_back({Encoding::kEscape, at});
      if (MayBeSplit(blob.bytes, at)) hints.push_back({Encoding::kSplit, at});
      if (at % 7 == 0) hints.push_back({Encoding::kHex, at});
    }
    expander_.Expand(blob, hints, *this, *this);
    KeepsWords keeps(size_);
    if (expander_.ExpandInstead(blob, keeps, keeps)) keeps.Check(AsText(blob.bytes));
  }
  void Add(Finding) override {}
  void Add(Gap) override {}
  void Add(EncodedHint) override {}
  void OnChild(const Blob& child) override {
    const Origin& origin = child.origin;
    uint64_t last = 0;
    for (const OffsetStep& step : origin.steps) {
      if (step.inner < last || step.outer > size_) std::abort();
      last = step.inner;
    }
    if (origin.inner_bytes != 0 && MapOutward(origin, 0, false) > size_) std::abort();
    Walk(child);
  }

 private:
  uint64_t size_;
  Expander expander_;
};

}  // namespace
}  // namespace picket

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace picket;
  ExpandLimits limits;
  limits.bytes = 1 << 18;
  limits.children = 20;
  limits.depth = 3;
  BlobRef ref;
  Walker(size, limits).Walk(Blob{ref, Bytes(data, size), {}});
  return 0;
}
