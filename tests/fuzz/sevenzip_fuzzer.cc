// The reader of 7z archives: of whole files, and of header databases by themselves, with the
// checksum of the start made to fit.
#include "contents/sevenzip.h"

#include <cstdlib>
#include <string>

#include "contents/sevenzip_directory.h"

namespace picket {
namespace {

constexpr uint64_t kLimit = uint64_t{1} << 20;

class Counter : public FindingSink, public ChildVisitor {
 public:
  void Add(Finding) override {}
  void Add(Gap gap) override {
    if (gap.reason.empty()) std::abort();
  }
  void Add(EncodedHint) override {}
  void OnChild(const Blob& child) override {
    if (child.bytes.empty() || child.bytes.size() > kLimit) std::abort();
  }
  void Open(Bytes bytes) {
    BlobRef ref;
    ExpandBudget budget{kLimit, 1000};
    ExpandSevenZip(Blob{ref, bytes, {}}, budget, *this, *this);
  }
};

std::string Le(uint64_t value, int width) {
  std::string bytes;
  for (int i = 0; i < width; ++i) bytes.push_back(static_cast<char>(value >> (8 * i) & 0xff));
  return bytes;
}

}  // namespace
}  // namespace picket

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace picket;
  Bytes bytes(data, size);
  Counter counter;
  counter.Open(bytes);
  // The same with the last bytes as the database: the first byte says how many they are.
  if (size == 0) return 0;
  uint64_t length = std::min<uint64_t>(data[0] * 2, size - 1);
  std::string start = Le(size - 1 - length, 8) + Le(length, 8) + Le(0, 4);
  std::string file = std::string("7z\xbc\xaf\x27\x1c\x00\x04", 8) +
                     Le(SevenZipSum(AsBytes(start)), 4) + start +
                     std::string(AsText(bytes.subspan(1)));
  counter.Open(AsBytes(file));
  return 0;
}
