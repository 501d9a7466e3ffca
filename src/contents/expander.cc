#include "contents/expander.h"

#include <algorithm>
#include <string>
#include <vector>

#include "contents/child_origin.h"
#include "contents/encoded_text.h"
#include "contents/expand_gap.h"
#include "contents/hint_decoder.h"
#include "contents/packed.h"
#include "contents/short_text.h"

namespace picket {

#define PICKET_OPENER(Open, opens_short_text) \
  void Open(const Blob&, ExpandBudget&, FindingSink&, ChildVisitor&);
#include "contents/openers.def"
#undef PICKET_OPENER
void ExpandNotebook(const Blob&, ExpandBudget&, FindingSink&, ChildVisitor&);
bool ExpandNotebookInstead(const Blob&, ExpandBudget&, FindingSink&, ChildVisitor&);

namespace {

constexpr char kTooMuch[] = "what it holds is larger, decoded, than the limit for one object";
constexpr char kTooDeep[] = "what it holds is nested deeper than the limit for one object";

// Stands in for the visitor where children may not be visited: says so once.
class DepthGuard : public ChildVisitor {
 public:
  DepthGuard(const Blob& blob, FindingSink& sink) : blob_(blob), sink_(sink) {}
  void OnChild(const Blob&) override {
    if (!said_) AddExpandGap(blob_, kTooDeep, sink_);
    said_ = true;
  }

 private:
  const Blob& blob_;
  FindingSink& sink_;
  bool said_ = false;
};

}  // namespace

void ExpandUtf16(const Blob& blob, ExpandBudget& budget, FindingSink& sink, ChildVisitor& visitor) {
  if (blob.is_left_out()) return;
  std::optional<Utf16Text> text = DetectUtf16(blob.bytes);
  if (!text) return;
  Bytes units = blob.bytes.subspan(text->begin);
  if (!budget.TakeBytes(units.size() / 2) || !budget.TakeChild()) {
    AddExpandGap(blob, kTooMuch, sink);
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

bool Expander::ExpandInstead(const Blob& blob, FindingSink& sink, ChildVisitor& visitor) {
  return blob.origin.depth < limits_.depth && ExpandNotebookInstead(blob, budget_, sink, visitor);
}

void Expander::Expand(const Blob& blob, std::span<const EncodedHint> hints, FindingSink& sink,
                      ChildVisitor& visitor, bool instead) {
  DepthGuard guard(blob, sink);
  ChildVisitor& next = blob.origin.depth >= limits_.depth ? guard : visitor;
  const bool is_short_text = IsShortText(blob.bytes);
#define PICKET_OPENER(Open, opens_short_text) \
  if (!is_short_text || opens_short_text) Open(blob, budget_, sink, next);
#include "contents/openers.def"
#undef PICKET_OPENER
  if (!instead) ExpandNotebook(blob, budget_, sink, next);
  if (hints.empty()) return;
  HintDecoder decoder(blob, budget_, sink, next);
  std::vector<EncodedHint> sorted(hints.begin(), hints.end());
  std::sort(sorted.begin(), sorted.end(), [](const EncodedHint& a, const EncodedHint& b) {
    return a.offset != b.offset ? a.offset < b.offset : a.encoding < b.encoding;
  });
  for (const EncodedHint& hint : sorted) decoder.Decode(hint);
  decoder.Finish();
}

}  // namespace picket
