#include "contents/hint_decoder.h"

#include <cstdio>
#include <vector>

#include "contents/child_origin.h"
#include "contents/escapes.h"
#include "contents/expand_gap.h"
#include "contents/mapped_text.h"
#include "contents/split_text.h"

namespace picket {
namespace {

std::string NameAt(const char* what, uint64_t offset) {
  char text[48];
  std::snprintf(text, sizeof text, "%s@0x%llx", what, static_cast<unsigned long long>(offset));
  return text;
}

}  // namespace

HintDecoder::HintDecoder(const Blob& blob, ExpandBudget& budget, FindingSink& sink,
                         ChildVisitor& visitor)
    : blob_(blob),
      budget_(budget),
      sink_(sink),
      visitor_(visitor),
      whole_(DetectUtf16(blob.bytes)) {}

void HintDecoder::Decode(const EncodedHint& hint) {
  // Escapes are decoded last, all at once: where the first of them stands, which differs for a text
  // of which only the change is searched, decides nothing.
  if (exhausted_ && hint.encoding != Encoding::kEscape) return;
  if (!filter_.Keep(blob_.bytes, hint)) return;
  switch (hint.encoding) {
    case Encoding::kBase64: return DecodeBase64At(hint.offset);
    case Encoding::kHex: return DecodeHexAt(hint.offset);
    case Encoding::kEscape: escape_leads_ += static_cast<char>(blob_.bytes[hint.offset]); return;
    case Encoding::kSplit: return JoinAt(hint.offset);
    case Encoding::kUtf16Le:
    case Encoding::kUtf16Be: return DecodeUtf16At(hint);
  }
}

void HintDecoder::Finish() {
  if (!escape_leads_.empty()) ExpandEscapes(blob_, escape_leads_, budget_, sink_, visitor_);
}

bool HintDecoder::Take(uint64_t bytes) {
  if (budget_.TakeBytes(bytes) && budget_.TakeChild()) return true;
  AddExpandGap(blob_, "what it holds is larger, decoded, than the limit for one object", sink_);
  exhausted_ = true;
  return false;
}

void HintDecoder::Visit(const std::string& bytes, const std::string& name, uint64_t offset,
                        uint64_t outer, uint64_t inner) {
  Blob child{blob_.ref, AsBytes(bytes), ChildOrigin(blob_.origin, name, offset, outer, inner)};
  visitor_.OnChild(child);
}

void HintDecoder::DecodeBase64At(uint64_t offset) {
  EncodedRun run = FindBase64Run(blob_.bytes, offset);
  if (!Take((run.end - run.begin) / 4 * 3)) return;
  DecodedBase64 decoded = DecodeBase64(blob_.bytes, run);
  Visit(decoded.bytes, NameAt("base64", run.begin), run.begin, decoded.outer_bytes,
        decoded.inner_bytes);
}

void HintDecoder::DecodeHexAt(uint64_t offset) {
  EncodedRun run = FindHexRun(blob_.bytes, offset);
  if (!Take((run.end - run.begin) / 2)) return;
  DecodedBase64 decoded = DecodeHex(blob_.bytes, run);
  Visit(decoded.bytes, NameAt("hex", run.begin), run.begin, decoded.outer_bytes,
        decoded.inner_bytes);
}

void HintDecoder::DecodeUtf16At(const EncodedHint& hint) {
  // ExpandUtf16 has decoded the whole blob in this order already.
  bool covered = whole_ && whole_->order == hint.encoding && whole_->begin % 2 == hint.offset % 2;
  if (covered) return;
  EncodedRun run = FindUtf16Run(blob_.bytes, hint.encoding, hint.offset);
  if (!Take((run.end - run.begin) / 2)) return;
  std::string text =
      DecodeUtf16(blob_.bytes.subspan(run.begin, run.end - run.begin), hint.encoding);
  // Text in one order reads in the other too, one byte further on.
  bool same = run.begin <= last_run_.end && last_run_.begin <= run.begin + 1 && text == last_text_;
  last_run_ = run;
  last_text_ = text;
  if (!same) Visit(text, NameAt("utf-16", run.begin), run.begin, 2, 1);
}

void HintDecoder::JoinAt(uint64_t offset) {
  // A literal within text that is joined already.
  if (offset < joined_to_) return;
  std::vector<Span> pieces = FindSplitPieces(blob_.bytes, offset);
  if (pieces.empty()) return;
  MappedText text(blob_.origin);
  for (const Span& piece : pieces) {
    text.Append(AsText(blob_.bytes.subspan(piece.offset, piece.length)), piece.offset);
  }
  joined_to_ = pieces.back().offset;
  if (!Take(text.text().size())) return;
  Blob child{blob_.ref, AsBytes(text.text()), text.MakeOrigin(NameAt("joined", offset))};
  visitor_.OnChild(child);
}

}  // namespace picket
