#include "git/lfs_watch.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace picket {

class LfsWatch::Reader : public BlobReader, private BlobVisitor {
 public:
  explicit Reader(const LfsWatch& watch) : watch_(watch), reader_(watch.source_.NewReader()) {}

  void WillVisit(size_t first, size_t end) override { reader_->WillVisit(first, end); }
  void Visit(size_t item, BlobVisitor& visitor) override {
    visitor_ = &visitor;
    reader_->Visit(item, *this);
  }

 private:
  void OnBlob(const Blob& blob, const Derivation* derivation) override {
    const uint64_t seen = std::min<uint64_t>(blob.bytes.size(), kLfsPointerBytes);
    if (blob.ref.kind == ObjectKind::kBlob &&
        (blob.arrival == nullptr || blob.arrival->Await(seen))) {
      const std::optional<LfsPointer> pointer = TryParseLfsPointer(blob.bytes);
      if (pointer) watch_.Add(blob.ref, *pointer);
    }
    visitor_->OnBlob(blob, derivation);
  }
  void OnGap(Gap gap) override { visitor_->OnGap(std::move(gap)); }
  bool TakesArriving() const override { return visitor_->TakesArriving(); }
  void OnSkipped(Skipped skipped) override { visitor_->OnSkipped(std::move(skipped)); }

  const LfsWatch& watch_;
  std::unique_ptr<BlobReader> reader_;
  BlobVisitor* visitor_ = nullptr;
};

std::unique_ptr<BlobReader> LfsWatch::NewReader() const { return std::make_unique<Reader>(*this); }

bool LfsWatch::IsPointer(uint64_t position) const {
  std::lock_guard<std::mutex> lock(mutex_);
  return positions_.contains(position);
}

std::vector<MetPointer> LfsWatch::Met() const {
  std::lock_guard<std::mutex> lock(mutex_);
  std::vector<MetPointer> met = met_;
  std::sort(met.begin(), met.end(),
            [](const MetPointer& a, const MetPointer& b) { return a.position < b.position; });
  return met;
}

void LfsWatch::Add(const BlobRef& ref, const LfsPointer& pointer) const {
  std::lock_guard<std::mutex> lock(mutex_);
  if (positions_.insert(ref.position).second) met_.push_back({ref.position, ref.oid, pointer});
}

}  // namespace picket
