// The whole wing as a scan drives it: the expander opens what it can, and the detector looks at the
// file and at every child. The file's name is the input's first line. Of a small file it is asked
// first whether there is anything to say.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "contents/expander.h"
#include "core/sieve.h"
#include "fuzz/small_imports.h"
#include "scan/held_blobs.h"
#include "weights/weight_detector.h"

namespace picket {
namespace {

class Walker : public FindingSink, public ChildVisitor {
 public:
  Walker(Session& session, const ExpandLimits& limits) : session_(session), expander_(limits) {}

  void Walk(const Blob& blob) {
    scanned_ = &blob;
    session_.Scan(blob, nullptr, *this);
    scanned_ = nullptr;
    expander_.Expand(blob, {}, *this, *this);
  }
  void Add(Finding finding) override {
    if (finding.rule.empty() || finding.message.empty()) __builtin_trap();
    // What the expander finds has no fingerprint, and counts in the outermost blob.
    if (scanned_ == nullptr) return;
    if (finding.fingerprint.empty() || finding.span.offset > scanned_->bytes.size()) {
      __builtin_trap();
    }
  }
  void Add(Gap gap) override {
    if (gap.reason.empty()) __builtin_trap();
  }
  void Add(EncodedHint) override {}
  void OnChild(const Blob& child) override { Walk(child); }

 private:
  Session& session_;
  Expander expander_;
  const Blob* scanned_ = nullptr;
};

struct Ear : FindingSink {
  void Add(Finding) override { heard = true; }
  void Add(Gap) override { heard = true; }
  void Add(EncodedHint) override { heard = true; }

  bool heard = false;
};

void AskFirst(Session& session, const Blob& blob) {
  if (!HeldBlobs::Takes(blob, nullptr)) return;
  HeldBlobs held;
  held.Add(blob);
  std::vector<bool> speaks = {false};
  dynamic_cast<Sieve&>(session).Sift(held.group(), &speaks);
  Ear ear;
  session.Scan(blob, nullptr, ear);
  if (ear.heard && !speaks[0]) __builtin_trap();
}

}  // namespace
}  // namespace picket

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace picket;
  static const SmallImports imports;
  static const FingerprintKey key;
  static const std::unique_ptr<Session> session = WeightDetector(imports, key).NewSession();
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t cut = std::min(text.find('\n'), text.size());
  BlobRef ref;
  ref.kind = ObjectKind::kBlob;
  ref.names.push_back(text.substr(0, cut));
  ExpandLimits limits;
  limits.bytes = 1 << 18;
  limits.children = 50;
  limits.depth = 3;
  text.remove_prefix(std::min(cut + 1, text.size()));
  const Blob blob{ref, AsBytes(text), {}};
  AskFirst(*session, blob);
  Walker(*session, limits).Walk(blob);
  return 0;
}
