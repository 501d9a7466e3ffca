// The zip reader, children of children included. The limits are small, so that small inputs reach
// them.
#include "contents/zip.h"

namespace {

class Walker : public picket::FindingSink, public picket::ChildVisitor {
 public:
  void Add(picket::Finding) override {}
  void Add(picket::Gap) override {}
  void Add(picket::EncodedHint) override {}
  void OnChild(const picket::Blob& child) override {
    if (child.bytes.size() > kBytes) __builtin_trap();
    if (child.origin.depth < 3) picket::ExpandZip(child, budget_, *this, *this);
  }
  void Walk(const picket::Blob& blob) { picket::ExpandZip(blob, budget_, *this, *this); }

 private:
  static constexpr uint64_t kBytes = uint64_t{1} << 16;
  picket::ExpandBudget budget_{kBytes, 64};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  picket::BlobRef ref;
  Walker().Walk(picket::Blob{ref, picket::Bytes(data, size)});
  return 0;
}
