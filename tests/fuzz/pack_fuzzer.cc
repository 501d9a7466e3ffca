// A pack of the fuzzer's making: records of kind, reference, flags, length and content, so that
// compression and checksums are no wall before the parts that matter. A flag leaves the content
// uncompressed, lies about its size, stores the same id twice, or has the index place the entry
// somewhere else. The length of the input says what is wanted, what is too large, and the entries
// of which type are given up in the end: the others stay what they were.
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "git/object_stream.h"
#include "git/pack/forest_walk.h"
#include "git/repository.h"
#include "support/pack_builder.h"

namespace {

using picket::test::PackBuilder;

struct Walked : picket::ForestVisitor {
  void OnObject(const picket::WalkedObject& object) override {
    uint64_t end = 0;
    if (object.copies == nullptr) return;
    for (const picket::CopiedRange& copy : *object.copies) {
      if (copy.offset < end || copy.length > object.bytes.size() - copy.offset ||
          copy.length > object.base.size() - copy.base_offset) {
        abort();
      }
      end = copy.offset + copy.length;
    }
  }
  void OnLarge(const picket::DeltaForest&, uint32_t) override {}
  void OnDamaged(const picket::DeltaForest&, uint32_t, const std::string& why) override {
    if (why.empty()) abort();
  }
};

PackBuilder Build(picket::Bytes bytes) {
  PackBuilder pack;
  std::vector<uint64_t> offsets;
  for (uint32_t number = 0; bytes.size() > 4 && number < 64; ++number) {
    const uint8_t kind = bytes[0];
    const uint8_t reference = bytes[1];
    const uint8_t flags = bytes[2];
    const size_t length = std::min<size_t>(bytes[3], bytes.size() - 4);
    const std::string_view content = picket::AsText(bytes.subspan(4, length));
    bytes = bytes.subspan(4 + length);
    const std::string id = PackBuilder::Id((flags & 8) != 0 ? number / 2 : number);
    uint64_t offset = 0;
    if ((flags & 4) != 0) {
      offset = pack.AddRaw(id, content);
    } else if (kind == 6) {
      offset = pack.AddOffsetDelta(id, offsets.empty() ? 1 : offsets[reference % offsets.size()],
                                   content);
    } else if (kind == 7) {
      offset = pack.AddRefDelta(id, PackBuilder::Id(reference), content);
    } else {
      const uint64_t claim = (flags & 1) != 0 ? content.size() * reference : content.size();
      offset = pack.AddClaiming(id, kind & 7, (flags & 2) != 0 ? claim << reference % 60 : claim,
                                content);
    }
    if ((flags & 16) != 0) {
      pack.Misplace(offset + (uint64_t{reference} << (flags >> 5) * 4));
    }
    offsets.push_back(offset);
  }
  return pack;
}

// The entries of a type are given up; the rest is walked once more.
void Forget(picket::DeltaForest& forest, picket::ObjectType type, picket::ForestWalk& walk,
            Walked& walked) {
  struct Known {
    picket::ObjectId id;
    uint64_t offset;
    size_t children;
  };
  std::vector<Known> stay;
  std::vector<uint32_t> before;
  for (uint32_t i = 0; i < forest.entries().size(); ++i) {
    if (forest.entries()[i].type == type) continue;
    stay.push_back({forest.id(i), forest.offset(i), forest.children(i).size()});
    before.push_back(i);
  }
  const picket::DeltaForest::Moved moved = forest.Forget(type);
  if (forest.entries().size() != stay.size()) abort();
  for (uint32_t i = 0; i < stay.size(); ++i) {
    if (moved(before[i]) != i || forest.id(i) != stay[i].id) abort();
    if (forest.offset(i) != stay[i].offset || forest.children(i).size() != stay[i].children)
      abort();
    for (const uint32_t child : forest.children(i)) {
      if (child >= stay.size() || forest.entries()[child].base != i) abort();
    }
    if (forest.entries()[i].base == picket::DeltaForest::kNone) walk.Walk(forest, i, walked);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const PackBuilder built = Build({data, size});
  const std::string pack_bytes = built.Pack();
  const std::string index_bytes = built.Index();
  auto pack = std::make_shared<const picket::PackFile>(picket::AsBytes(index_bytes),
                                                       picket::AsBytes(pack_bytes), 20);
  if (!pack->Open()) return 0;
  picket::PackStore store(pack, 20);
  picket::ObjectDatabase database(store);
  auto forest = std::make_shared<picket::DeltaForest>(pack, database, 1);
  const bool wants_all = size % 5 != 0;
  forest->LabelAll([&](uint32_t entry) {
    return wants_all || entry % 3 == 0 ? entry : picket::DeltaForest::kNone;
  });
  const uint64_t budget = size % 3 * 100;
  const uint64_t most = size % 7 == 0 ? 16 : 1 << 20;
  picket::ForestWalk walk(database, {.object_bytes = most, .base_bytes = budget});
  Walked walked;
  for (uint32_t i = 0; i < forest->entries().size(); ++i) {
    const picket::DeltaForest::Entry& entry = forest->entries()[i];
    if (entry.base == picket::DeltaForest::kNone) walk.Walk(*forest, i, walked);
    if (entry.state != picket::DeltaForest::State::kGood && forest->Why(i).empty()) abort();
    picket::RawObject object;
    picket::ObjectHeader header;
    std::string why;
    const picket::ObjectId oid = forest->id(i);
    const auto read = database.Read(oid, &object, &why);
    if (read == picket::ReadStatus::kMissing || !database.Contains(oid)) abort();
    if (database.CountCopies(oid) == 0) abort();
    if (database.ReadHeader(oid, &header, &why) == picket::ReadStatus::kOk &&
        read == picket::ReadStatus::kOk && object.bytes().size() != header.size) {
      abort();
    }
    // In pieces, what is no delta. That of several copies which is read at once may be another one.
    for (size_t copy = 0; auto stream = database.OpenStream(oid, header, copy); ++copy) {
      uint8_t piece[61];
      uint64_t content = 0;
      while (const uint64_t count = stream->Read(piece, sizeof piece)) content += count;
      if (content > header.size || (stream->Ends() && content != header.size)) abort();
      if (copy > forest->entries().size()) abort();
      if (stream->Ends() && read != picket::ReadStatus::kOk) abort();
    }
  }
  Forget(*forest, size % 2 == 0 ? picket::ObjectType::kTree : picket::ObjectType::kBlob, walk,
         walked);
  return 0;
}
