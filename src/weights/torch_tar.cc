// The oldest torch files: a tar archive of sys_info, pickle, storages and tensors. In the last two
// pickles and raw numbers take turns, and torch unpickles each: those behind numbers are found by
// the lengths that stand before the numbers.
// Source: torch/serialization.py, legacy_load of tar files (torch before 0.1.10).
#include <algorithm>
#include <string>
#include <string_view>

#include "core/byte_reader.h"
#include "weights/format.h"

namespace picket {
namespace {

constexpr size_t kMaxStreams = 65'536;

std::string_view LastPart(std::string_view member) {
  size_t cut = member.find_last_of("/:");
  return cut == std::string_view::npos ? member : member.substr(cut + 1);
}

// Bytes of an element of "torch.FloatStorage"; 0 where it can't be told.
uint64_t ElementBytes(const PickleStream& stream) {
  constexpr struct {
    std::string_view name;
    uint64_t bytes;
  } kStorages[] = {{"DoubleStorage", 8}, {"FloatStorage", 4}, {"HalfStorage", 2},
                   {"LongStorage", 8},   {"IntStorage", 4},   {"ShortStorage", 2},
                   {"CharStorage", 1},   {"ByteStorage", 1},  {"BoolStorage", 1}};
  for (const JudgedGlobal& global : stream.globals) {
    for (const auto& storage : kStorages) {
      if (global.name == storage.name) return storage.bytes;
    }
  }
  return 0;
}

// Passes over what stands behind the pickle of one tensor or storage.
void SkipNumbers(ByteReader& reader, uint64_t element_bytes, bool tensors) {
  if (tensors) {
    uint64_t dimensions = reader.U32Le();
    reader.Skip(4);
    return reader.Skip(dimensions * 16 + 8);
  }
  uint64_t count = reader.U64Le();
  if (element_bytes == 0 || count > reader.remaining() / element_bytes) return reader.Fail();
  reader.Skip(count * element_bytes);
}

}  // namespace

bool IsTorchTarMember(const Blob& blob) {
  std::string_view name = LastPart(blob.origin.member);
  return name == "sys_info" || name == "pickle" || name == "storages" || name == "tensors";
}

void ReadTorchTar(const Blob& blob, PickleScanner& scanner, WeightReport& report) {
  std::string_view name = LastPart(blob.origin.member);
  bool tensors = name == "tensors";
  // What begins like no pickle is some other archive's file of that name.
  if ((!tensors && name != "storages") || report.pickles.empty()) return;
  uint64_t at = report.pickles.front().scan.streams.empty()
                    ? 0
                    : report.pickles.front().scan.streams.front().end;
  PickledPart part;
  part.scan.claimed = true;
  while (at < blob.bytes.size() && part.scan.streams.size() < kMaxStreams) {
    PickleStream stream = scanner.ScanOne(blob.bytes, at);
    bool whole = stream.ending == PickleEnd::kStop;
    ByteReader reader(blob.bytes, stream.end);
    uint64_t element_bytes = ElementBytes(stream);
    part.scan.streams.push_back(std::move(stream));
    bool last = reader.at_end();
    if (whole && !last) SkipNumbers(reader, element_bytes, tensors);
    if (!whole || !reader.ok()) {
      report.gaps.push_back("the pickles between its numbers can't be followed beyond offset " +
                            std::to_string(at));
      break;
    }
    if (last) break;
    at = reader.offset();
  }
  if (at < blob.bytes.size() && part.scan.streams.size() >= kMaxStreams) {
    report.gaps.push_back("it holds more than 65,536 pickles");
  }
  if (!part.scan.streams.empty()) report.pickles.push_back(std::move(part));
}

}  // namespace picket
