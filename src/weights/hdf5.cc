// HDF5: what makes a library that reads one file read others. A weights file has no use for that,
// and Keras refuses it; others follow it without a word.
//
// Nothing is followed from the superblock on: each of the three ways has a shape that the library
// insists on, so the whole file is searched for them, wherever a group or a heap keeps them and
// whichever superblock counts. What is left over from a deleted object is found as well. Links of a
// program's own kind are no concern: the library refuses them where no program registered it. Soft
// links stay in the file.
// Sources: HDF5 File Format Specification, III.D (local heap), III.E (global heap), III.F (virtual
// datasets), III.G (fractal heap), IV.A.2.g (link), .h (external files), .i (layout);
// CVE-2026-1669.
#include "weights/hdf5.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "core/byte_reader.h"
#include "weights/format.h"

namespace picket {
namespace {

constexpr std::string_view kMagic = "\x89HDF\r\n\x1a\n";
constexpr uint64_t kFirstUserBlock = 512;
constexpr uint64_t kFirstPage = 4096;
constexpr uint8_t kExternalLink = 64;
constexpr uint8_t kExternalFiles = 7;
constexpr uint32_t kMaxEntries = 4096;
constexpr uint64_t kMaxPath = 4096;
constexpr size_t kMaxShown = 256;
// What shapes lead to may be shared by all of them: looking at it may cost this many times the
// file, and then some.
constexpr uint64_t kWorkFactor = 16;
constexpr uint64_t kSpareWork = uint64_t{1} << 20;

// Numbers of the width that the superblock states.
class Hdf5Reader {
 public:
  Hdf5Reader(Bytes file, const Hdf5Superblock& superblock, uint64_t offset)
      : reader_(file, offset), superblock_(superblock) {}

  ByteReader& bytes() { return reader_; }
  // In the file; a value beyond it where there is none.
  uint64_t Address() {
    uint64_t address = Number(superblock_.address_bytes);
    uint64_t at = 0;
    return __builtin_add_overflow(address, superblock_.offset, &at) ? UINT64_MAX : at;
  }
  uint64_t Length() { return Number(superblock_.length_bytes); }

 private:
  uint64_t Number(uint32_t width) {
    return width == 8 ? reader_.U64Le() : width == 4 ? reader_.U32Le() : reader_.U16Le();
  }

  ByteReader reader_;
  const Hdf5Superblock& superblock_;
};

bool StandsAt(Bytes file, uint64_t at, std::string_view signature) {
  return at < file.size() && AsText(file.subspan(at)).starts_with(signature);
}

// A name as a file system has them: without control characters, up to its NUL, which is consumed.
bool ReadName(ByteReader& reader, std::string_view& name) {
  name = AsText(reader.TakeUntil(0));
  return reader.ok() && name.size() <= kMaxPath &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x20; });
}

class ReferenceFinder {
 public:
  ReferenceFinder(Bytes file, WeightReport& report)
      : file_(file), report_(report), work_(kWorkFactor * file.size() + kSpareWork) {}

  void FindLinks() {
    // '@' is the link's type; version and flags stand before it.
    EachByte(kExternalLink, 2, [&](uint64_t at) { Link(at); });
  }

  void FindIn(const Hdf5Superblock& superblock) {
    EachByte(kExternalFiles, 0, [&](uint64_t at) { ExternalFiles(superblock, at); });
    EachByte(3, 1, [&](uint64_t at) { VirtualDataset(superblock, at); });
  }

  // Objects in a compressed heap can't be found by their shape.
  void FindCompressedHeaps() {
    constexpr std::string_view kSignature("FRHP\0", 5);
    std::string_view text = AsText(file_);
    for (size_t at = text.find(kSignature); at != std::string_view::npos;
         at = text.find(kSignature, at + 1)) {
      ByteReader reader(file_, at + kSignature.size() + 2);
      if (reader.U16Le() == 0 || !reader.ok()) continue;
      AddGap(report_, "a heap of links or attributes in it is compressed");
      return;
    }
  }

 private:
  // Calls `look` with each place where `byte` stands `before` bytes further on.
  template <typename Look>
  void EachByte(uint8_t byte, uint64_t before, Look look) {
    uint64_t at = before;
    while (at < file_.size()) {
      const void* hit = std::memchr(file_.data() + at, byte, file_.size() - at);
      if (hit == nullptr) return;
      at = static_cast<uint64_t>(static_cast<const uint8_t*>(hit) - file_.data());
      look(at - before);
      ++at;
    }
  }

  bool Spend(uint64_t cost) {
    if (cost <= work_) {
      work_ -= cost;
      return true;
    }
    AddGap(report_, "it refers to other files more often than is followed");
    work_ = 0;
    return false;
  }

  // Up to its NUL; fails where there is none within `kMaxPath`.
  std::string_view PathAt(uint64_t at, bool& ok) {
    at = std::min<uint64_t>(at, file_.size());
    uint64_t room = std::min<uint64_t>(file_.size() - at, kMaxPath);
    ByteReader reader(file_.subspan(at, room));
    std::string_view path = AsText(reader.TakeUntil(0));
    ok = ok && reader.ok() && Spend(path.size());
    return path;
  }

  void Link(uint64_t at) {
    ByteReader reader(file_, at);
    uint8_t version = reader.U8();
    uint8_t flags = reader.U8();
    if (version != 1 || (flags & 0xe0) != 0 || (flags & 0x08) == 0) return;
    reader.Skip(1);
    if ((flags & 0x04) != 0) reader.Skip(8);
    if ((flags & 0x10) != 0 && reader.U8() > 1) return;
    uint64_t length = 0;
    switch (flags & 3) {
      case 0: length = reader.U8(); break;
      case 1: length = reader.U16Le(); break;
      case 2: length = reader.U32Le(); break;
      default: length = reader.U64Le();
    }
    Bytes name = reader.Take(length);
    Bytes value = reader.Take(reader.U16Le());
    if (!reader.ok() || name.empty() || value.empty() || value[0] != 0) return;
    if (!Spend(name.size() + value.size())) return;
    if (AsText(name).find('\0') != std::string_view::npos) return;
    ByteReader inner(value, 1);
    std::string_view path;
    std::string_view object;
    if (!ReadName(inner, path) || path.empty() || !ReadName(inner, object)) return;
    Add("hdf5.external-link", path, at, "This HDF5 file has a link into another file, ");
  }

  // A message of an object header: its type, its size and flags, perhaps a number, the body.
  void ExternalFiles(const Hdf5Superblock& superblock, uint64_t at) {
    for (uint64_t head : {uint64_t{8}, uint64_t{4}, uint64_t{6}}) {
      if (head > file_.size() - at) continue;
      Hdf5Reader reader(file_, superblock, at + head);
      uint32_t version = reader.bytes().U32Le();
      reader.bytes().Skip(2);
      uint32_t used = reader.bytes().U16Le();
      uint64_t heap = reader.Address();
      if (!reader.bytes().ok() || version != 1 || !StandsAt(file_, heap, "HEAP")) continue;
      Hdf5Reader names(file_, superblock, heap + 8);
      names.Length();
      names.Length();
      uint64_t segment = names.Address();
      for (uint32_t i = 0; i < std::min(used, kMaxEntries); ++i) {
        uint64_t name_at = 0;
        bool ok = !__builtin_add_overflow(segment, reader.Length(), &name_at) && names.bytes().ok();
        reader.Length();
        reader.Length();
        std::string_view path = PathAt(name_at, ok);
        if (!ok || !reader.bytes().ok()) {
          Malformed(at);
          break;
        }
        Add("hdf5.external-storage", path, at,
            "This HDF5 file has a dataset whose bytes are read from another file, ");
      }
      return;
    }
  }

  // The layout message of a virtual dataset: version, class, where its list stands.
  void VirtualDataset(const Hdf5Superblock& superblock, uint64_t at) {
    if (file_[at] != 4 && file_[at] != 5) return;
    Hdf5Reader reader(file_, superblock, at + 2);
    uint64_t heap = reader.Address();
    uint32_t wanted = reader.bytes().U32Le();
    if (!reader.bytes().ok() || !StandsAt(file_, heap, "GCOL")) return;
    Bytes list = GlobalObject(superblock, heap, wanted);
    if (list.empty()) return Malformed(at);
    if (!Spend(list.size())) return;
    Hdf5Reader entries(list, superblock, 0);
    if (entries.bytes().U8() != 0) {
      AddGap(report_, "a virtual dataset in it is written in a way that is not read");
      return;
    }
    uint64_t count = entries.Length();
    for (uint64_t i = 0; i < count && Spend(1); ++i) {
      std::string_view path = AsText(entries.bytes().TakeUntil(0)).substr(0, kMaxPath);
      entries.bytes().TakeUntil(0);
      SkipSelection(entries.bytes());
      SkipSelection(entries.bytes());
      // Also where the list goes on in a way that can't be followed: the library reads it in order.
      if (path != "." && !path.empty()) {
        Add("hdf5.virtual-dataset", path, at,
            "This HDF5 file has a dataset that is put together from other files, ");
      }
      if (!entries.bytes().ok()) return Malformed(at);
    }
  }

  Bytes GlobalObject(const Hdf5Superblock& superblock, uint64_t heap, uint32_t wanted) {
    Hdf5Reader reader(file_, superblock, heap + 8);
    uint64_t end = reader.Length();
    uint64_t limit = end > file_.size() - heap ? file_.size() : heap + end;
    while (reader.bytes().ok() && reader.bytes().offset() < limit && Spend(16)) {
      uint32_t index = reader.bytes().U16Le();
      reader.bytes().Skip(6);
      uint64_t size = reader.Length();
      if (index == 0) return {};
      Bytes object = reader.bytes().Take(size);
      if (index == wanted) return object;
      reader.bytes().Skip((8 - size % 8) % 8);
    }
    return {};
  }

  // A dataspace selection: points, blocks, all or none of the elements.
  static void SkipSelection(ByteReader& reader) {
    constexpr uint32_t kPoints = 1;
    constexpr uint32_t kBlocks = 2;
    uint32_t type = reader.U32Le();
    uint32_t version = reader.U32Le();
    if (type > 3) reader.Fail();
    if (version == 1 || type == 0 || type == 3) {
      reader.Skip(4);
      return reader.Skip(reader.U32Le());
    }
    if (type == kBlocks && version == 2) {
      reader.Skip(1);
      return reader.Skip(reader.U32Le());
    }
    bool regular = type == kBlocks && (reader.U8() & 1) != 0;
    uint64_t width = reader.U8();
    uint64_t rank = reader.U32Le();
    if ((width != 2 && width != 4 && width != 8) || rank > 32) return reader.Fail();
    if (regular) return reader.Skip(4 * rank * width);
    uint64_t count = width == 2 ? reader.U16Le() : width == 4 ? reader.U32Le() : reader.U64Le();
    uint64_t each = (type == kPoints ? 1 : 2) * rank * width;
    if (each != 0 && count > reader.remaining() / each) return reader.Fail();
    reader.Skip(count * each);
  }

  void Malformed(uint64_t at) {
    AddProblem(report_,
               {"hdf5.malformed-reference",
                "This HDF5 file has a reference to another file that can't be followed.", at});
  }

  void Add(const char* rule, std::string_view path, uint64_t at, const std::string& message) {
    bool leaves = LeavesFolder(path);
    AddProblem(report_, {rule, message + std::string(path.substr(0, kMaxShown)) + ".", at,
                         leaves ? WeightConcern::kDangerous : WeightConcern::kUnknown,
                         std::string(path.substr(0, kMaxShown))});
  }

  Bytes file_;
  WeightReport& report_;
  uint64_t work_;
};

}  // namespace

std::vector<Hdf5Superblock> FindHdf5Superblocks(const Blob& blob) {
  const Bytes file = blob.bytes;
  const uint64_t most = blob.is_left_out() ? kFirstPage : UINT64_MAX;
  const uint64_t end = std::min<uint64_t>(file.size(), most);
  std::vector<Hdf5Superblock> found;
  for (uint64_t at = 0; at < end; at = at == 0 ? kFirstUserBlock : at * 2) {
    if (!StandsAt(file, at, kMagic)) continue;
    ByteReader reader(file, at + kMagic.size());
    uint8_t version = reader.U8();
    reader.Skip(version < 2 ? 4 : 0);
    Hdf5Superblock superblock{at, reader.U8(), reader.U8()};
    auto width = [](uint32_t stated) { return stated == 2 || stated == 4 ? stated : 8; };
    superblock.address_bytes = width(superblock.address_bytes);
    superblock.length_bytes = width(superblock.length_bytes);
    found.push_back(superblock);
  }
  return found;
}

void ReadHdf5(const Blob& blob, PickleScanner&, WeightReport& report) {
  std::vector<Hdf5Superblock> superblocks = FindHdf5Superblocks(blob);
  if (superblocks.empty()) return;
  ReferenceFinder finder(blob.bytes, report);
  finder.FindLinks();
  finder.FindCompressedHeaps();
  for (const Hdf5Superblock& superblock : superblocks) finder.FindIn(superblock);
}

}  // namespace picket
