#include "secrets/deep_scan.h"

#include <algorithm>
#include <utility>

#include "contents/child_origin.h"

namespace picket {
namespace {

class Collector : public FindingSink, public ChildVisitor {
 public:
  Collector(uint64_t size, Session& session, Expander& expander)
      : size_(size), session_(session), expander_(expander) {}

  void ScanBlob(Blob blob) {
    const Origin* outer_origin = std::exchange(origin_, &blob.origin);
    std::vector<EncodedHint> outer_hints = std::exchange(hints_, {});
    const bool instead = IsContent(blob.ref.kind) && expander_.ExpandInstead(blob, *this, *this);
    blob.origin.bytes_seen = blob.origin.bytes_seen || instead;
    session_.Scan(blob, nullptr, *this);
    std::vector<EncodedHint> hints = std::exchange(hints_, {});
    expander_.Expand(blob, hints, *this, *this, instead);
    origin_ = outer_origin;
    hints_ = std::move(outer_hints);
  }

  void Add(Finding finding) override {
    finding.span = Outermost(finding.span);
    finding.match = Outermost(finding.match);
    findings_.push_back(std::move(finding));
  }
  void Add(Gap) override {}
  void Add(EncodedHint hint) override { hints_.push_back(hint); }
  void OnChild(const Blob& child) override { ScanBlob(child); }

  std::vector<Finding> Take() {
    std::stable_sort(findings_.begin(), findings_.end(), [](const Finding& a, const Finding& b) {
      return std::tie(a.span, a.rule) < std::tie(b.span, b.rule);
    });
    // What stands in unescaped text between escapes was found in the outer text already.
    std::vector<Finding> kept;
    for (Finding& finding : findings_) {
      bool repeat = !kept.empty() && kept.back().rule == finding.rule &&
                    kept.back().fingerprint == finding.fingerprint &&
                    finding.span.offset < kept.back().span.end();
      if (!repeat) {
        kept.push_back(std::move(finding));
      } else if (finding.member.size() < kept.back().member.size()) {
        kept.back() = std::move(finding);
      }
    }
    return kept;
  }

 private:
  Span Outermost(Span inner) const {
    if (origin_->depth == 0) return inner;
    if (origin_->inner_bytes == 0) return {0, size_};
    uint64_t begin = MapOutward(*origin_, inner.offset, false);
    uint64_t end = MapOutward(*origin_, inner.end(), true);
    // Where lines are wrapped the mapping is an average, right to within a line break or two.
    uint64_t slack = origin_->inner_bytes <= 3 ? 0 : 16;
    begin = std::min(begin, size_);
    begin -= std::min(begin, slack);
    end = std::min(size_, end + slack);
    begin = std::min(begin, end);
    return {begin, end - begin};
  }

  uint64_t size_;
  Session& session_;
  Expander& expander_;
  const Origin* origin_ = nullptr;
  std::vector<EncodedHint> hints_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> DeepScan(std::string_view text, ObjectKind kind, Session& session,
                              Expander& expander) {
  BlobRef ref;
  ref.kind = kind;
  expander.Reset();
  Collector collector(text.size(), session, expander);
  collector.ScanBlob(Blob{ref, AsBytes(text), {}});
  return collector.Take();
}

}  // namespace picket
