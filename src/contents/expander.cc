#include "contents/expander.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "contents/child_origin.h"
#include "contents/encoded_text.h"

namespace picket {

#define PICKET_OPENER(Open) void Open(const Blob&, ExpandBudget&, FindingSink&, ChildVisitor&);
#include "contents/openers.def"
#undef PICKET_OPENER

namespace {

constexpr char kTooMuch[] = "what it holds is larger, decoded, than the limit for one object";
constexpr char kTooDeep[] = "what it holds is nested deeper than the limit for one object";

void AddGap(const Blob& blob, const char* reason, FindingSink& sink) {
  Gap gap;
  gap.member = blob.origin.member;
  gap.reason = reason;
  sink.Add(std::move(gap));
}

std::string NameAt(const char* what, uint64_t offset) {
  char text[48];
  std::snprintf(text, sizeof text, "%s@0x%llx", what, static_cast<unsigned long long>(offset));
  return text;
}

// Stands in for the visitor where children may not be visited: says so once.
class DepthGuard : public ChildVisitor {
 public:
  DepthGuard(const Blob& blob, FindingSink& sink) : blob_(blob), sink_(sink) {}
  void OnChild(const Blob&) override {
    if (!said_) AddGap(blob_, kTooDeep, sink_);
    said_ = true;
  }

 private:
  const Blob& blob_;
  FindingSink& sink_;
  bool said_ = false;
};

// Decodes around the hints of one blob.
class HintDecoder {
 public:
  HintDecoder(const Blob& blob, ExpandBudget& budget, FindingSink& sink, ChildVisitor& visitor)
      : blob_(blob),
        budget_(budget),
        sink_(sink),
        visitor_(visitor),
        whole_(DetectUtf16(blob.bytes)) {}

  void Decode(const EncodedHint& hint) {
    if (exhausted_ || !filter_.Keep(blob_.bytes, hint)) return;
    if (hint.encoding == Encoding::kBase64) {
      DecodeBase64At(hint.offset);
    } else {
      DecodeUtf16At(hint);
    }
  }

 private:
  bool Take(uint64_t bytes) {
    if (budget_.TakeBytes(bytes) && budget_.TakeChild()) return true;
    AddGap(blob_, kTooMuch, sink_);
    exhausted_ = true;
    return false;
  }

  void Visit(const std::string& bytes, const std::string& name, uint64_t offset, uint64_t outer,
             uint64_t inner) {
    Blob child{blob_.ref, AsBytes(bytes), ChildOrigin(blob_.origin, name, offset, outer, inner)};
    visitor_.OnChild(child);
  }

  void DecodeBase64At(uint64_t offset) {
    EncodedRun run = FindBase64Run(blob_.bytes, offset);
    if (!Take((run.end - run.begin) / 4 * 3)) return;
    DecodedBase64 decoded = DecodeBase64(blob_.bytes, run);
    Visit(decoded.bytes, NameAt("base64", run.begin), run.begin, decoded.outer_bytes,
          decoded.inner_bytes);
  }

  void DecodeUtf16At(const EncodedHint& hint) {
    // ExpandUtf16 has decoded the whole blob in this order already.
    bool covered = whole_ && whole_->order == hint.encoding && whole_->begin % 2 == hint.offset % 2;
    if (covered) return;
    EncodedRun run = FindUtf16Run(blob_.bytes, hint.encoding, hint.offset);
    if (!Take((run.end - run.begin) / 2)) return;
    std::string text =
        DecodeUtf16(blob_.bytes.subspan(run.begin, run.end - run.begin), hint.encoding);
    // Text in one order reads in the other too, one byte further on.
    bool same =
        run.begin <= last_run_.end && last_run_.begin <= run.begin + 1 && text == last_text_;
    last_run_ = run;
    last_text_ = text;
    if (!same) Visit(text, NameAt("utf-16", run.begin), run.begin, 2, 1);
  }

  const Blob& blob_;
  ExpandBudget& budget_;
  FindingSink& sink_;
  ChildVisitor& visitor_;
  HintFilter filter_;
  std::optional<Utf16Text> whole_;
  EncodedRun last_run_;
  std::string last_text_;
  bool exhausted_ = false;
};

}  // namespace

void ExpandUtf16(const Blob& blob, ExpandBudget& budget, FindingSink& sink, ChildVisitor& visitor) {
  std::optional<Utf16Text> text = DetectUtf16(blob.bytes);
  if (!text) return;
  Bytes units = blob.bytes.subspan(text->begin);
  if (!budget.TakeBytes(units.size() / 2) || !budget.TakeChild()) {
    AddGap(blob, kTooMuch, sink);
    return;
  }
  std::string decoded = DecodeUtf16(units, text->order);
  Blob child{blob.ref, AsBytes(decoded), ChildOrigin(blob.origin, "utf-16", text->begin, 2, 1)};
  visitor.OnChild(child);
}

bool ExpandBudget::TakeBytes(uint64_t count) {
  if (count > bytes) return false;
  bytes -= count;
  return true;
}

bool ExpandBudget::TakeChild() {
  if (children == 0) return false;
  --children;
  return true;
}

Expander::Expander(const ExpandLimits& limits) : limits_(limits) { Reset(); }

void Expander::Reset() { budget_ = {limits_.bytes, limits_.children}; }

void Expander::Expand(const Blob& blob, std::span<const EncodedHint> hints, FindingSink& sink,
                      ChildVisitor& visitor) {
  DepthGuard guard(blob, sink);
  ChildVisitor& next = blob.origin.depth >= limits_.depth ? guard : visitor;
#define PICKET_OPENER(Open) Open(blob, budget_, sink, next);
#include "contents/openers.def"
#undef PICKET_OPENER
  if (hints.empty()) return;
  HintDecoder decoder(blob, budget_, sink, next);
  std::vector<EncodedHint> sorted(hints.begin(), hints.end());
  std::sort(sorted.begin(), sorted.end(), [](const EncodedHint& a, const EncodedHint& b) {
    return a.offset != b.offset ? a.offset < b.offset : a.encoding < b.encoding;
  });
  for (const EncodedHint& hint : sorted) decoder.Decode(hint);
}

}  // namespace picket
