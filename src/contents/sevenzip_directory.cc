#include "contents/sevenzip_directory.h"

#include <libdeflate.h>

#include <algorithm>

#include "core/byte_reader.h"

namespace picket {
namespace {

constexpr uint64_t kSumAt = 8;
constexpr uint64_t kSummedAt = 12;
constexpr uint64_t kMostListed = 1'000'000;
// 7-Zip itself takes no more coders than this for one folder.
constexpr uint64_t kMostCoders = 32;

enum Property : uint8_t {
  kEnd = 0x00,
  kHeader = 0x01,
  kArchiveProperties = 0x02,
  kAdditionalStreams = 0x03,
  kMainStreams = 0x04,
  kFilesInfo = 0x05,
  kPackInfo = 0x06,
  kUnpackInfo = 0x07,
  kSubStreamsInfo = 0x08,
  kSize = 0x09,
  kSum = 0x0a,
  kFolder = 0x0b,
  kCodersUnpackSize = 0x0c,
  kNumUnpackStream = 0x0d,
  kEmptyStream = 0x0e,
  kNames = 0x11,
  kEncodedHeader = 0x17,
};

constexpr uint8_t kIdBytes = 0x0f;
constexpr uint8_t kIsComplex = 0x10;
constexpr uint8_t kHasProperties = 0x20;
constexpr uint8_t kReserved = 0xc0;

void AppendUtf8(uint32_t code, std::string& text) {
  auto add = [&](uint32_t byte) { text.push_back(static_cast<char>(byte)); };
  if (code < 0x80) return add(code);
  if (code < 0x800) {
    add(0xc0 | code >> 6);
  } else {
    if (code < 0x10000) {
      add(0xe0 | code >> 12);
    } else {
      add(0xf0 | code >> 18);
      add(0x80 | (code >> 12 & 0x3f));
    }
    add(0x80 | (code >> 6 & 0x3f));
  }
  add(0x80 | (code & 0x3f));
}

class HeaderReader {
 public:
  explicit HeaderReader(Bytes header) : reader_(header) {}

  std::optional<SevenZipDirectory> Read() {
    SevenZipDirectory directory;
    uint8_t kind = reader_.U8();
    if (kind == kEncodedHeader) {
      std::vector<SevenZipFolder> folders = Streams();
      if (!reader_.ok() || folders.size() != 1) return std::nullopt;
      directory.packed_header = std::move(folders.front());
      return directory;
    }
    if (kind != kHeader) return std::nullopt;
    uint8_t property = reader_.U8();
    if (property == kArchiveProperties) {
      while (reader_.ok() && Number() != kEnd) reader_.Skip(Number());
      property = reader_.U8();
    }
    // Streams that hold parts of the database itself: nobody writes them, and no part that is read
    // here may stand in one.
    if (property == kAdditionalStreams) return std::nullopt;
    if (property == kMainStreams) {
      directory.folders = Streams();
      property = reader_.U8();
    }
    if (property == kFilesInfo) {
      directory.files = Files();
      property = reader_.U8();
    }
    if (!reader_.ok() || property != kEnd) return std::nullopt;
    return directory;
  }

 private:
  // The first byte's leading ones say how many bytes follow; the rest of it are the highest bits.
  uint64_t Number() {
    uint8_t first = reader_.U8();
    uint64_t value = 0;
    uint8_t mask = 0x80;
    for (int i = 0; i < 8; ++i, mask >>= 1) {
      if ((first & mask) == 0) return value | static_cast<uint64_t>(first & (mask - 1)) << (8 * i);
      value |= static_cast<uint64_t>(reader_.U8()) << (8 * i);
    }
    return value;
  }

  // A number of things of which each takes a byte of the header at least.
  uint64_t Count() {
    uint64_t count = Number();
    if (count > kMostListed || count > reader_.remaining()) reader_.Fail();
    return reader_.ok() ? count : 0;
  }

  // One bit for each of `count`.
  std::vector<bool> Bits(uint64_t count) {
    Bytes bytes = reader_.Take((count + 7) / 8);
    std::vector<bool> bits(reader_.ok() ? count : 0);
    for (uint64_t i = 0; i < bits.size(); ++i) bits[i] = (bytes[i / 8] & 0x80 >> i % 8) != 0;
    return bits;
  }

  // Which of `count` streams have a checksum. The sums are passed over: who extracts a member has
  // written it by the time that its sum turns out wrong.
  std::vector<bool> Sums(uint64_t count) {
    std::vector<bool> defined =
        reader_.U8() == 0 ? Bits(count)
                          : std::vector<bool>(count <= reader_.remaining() ? count : 0, true);
    if (defined.size() != count) reader_.Fail();
    reader_.Skip(4 * static_cast<uint64_t>(std::count(defined.begin(), defined.end(), true)));
    return defined;
  }

  // Checksums up to the end mark, and nothing else.
  std::vector<bool> SumsToEnd(uint8_t property, uint64_t count) {
    std::vector<bool> defined;
    for (; reader_.ok() && property != kEnd; property = reader_.U8()) {
      if (property != kSum) reader_.Fail();
      if (reader_.ok()) defined = Sums(count);
    }
    return defined;
  }

  std::vector<SevenZipFolder> Streams() {
    std::vector<SevenZipFolder> folders;
    packed_.clear();
    summed_.clear();
    uint8_t property = reader_.U8();
    if (property == kPackInfo) {
      PackInfo();
      property = reader_.U8();
    }
    if (property == kUnpackInfo) {
      folders = UnpackInfo();
      property = reader_.U8();
    }
    for (SevenZipFolder& folder : folders) {
      folder.members = {folder.coders.empty() ? 0 : folder.coders.back().size};
    }
    if (property == kSubStreamsInfo) {
      SubStreams(folders);
      property = reader_.U8();
    }
    if (property != kEnd) reader_.Fail();
    return folders;
  }

  void PackInfo() {
    uint64_t at = Number();
    if (__builtin_add_overflow(at, kSevenZipStart, &at)) return reader_.Fail();
    uint64_t count = Count();
    uint8_t property = reader_.U8();
    if (property == kSize) {
      for (uint64_t i = 0; i < count && reader_.ok(); ++i) {
        packed_.push_back({at, Number()});
        if (__builtin_add_overflow(at, packed_.back().length, &at)) return reader_.Fail();
      }
      property = reader_.U8();
    } else if (count > 0) {
      return reader_.Fail();
    }
    SumsToEnd(property, count);
  }

  std::vector<SevenZipFolder> UnpackInfo() {
    std::vector<SevenZipFolder> folders;
    if (reader_.U8() != kFolder) reader_.Fail();
    uint64_t count = Count();
    if (reader_.U8() != 0) reader_.Fail();  // folders that stand elsewhere
    std::vector<Shape> shapes;
    uint64_t next_packed = 0;
    for (uint64_t i = 0; i < count && reader_.ok(); ++i) {
      shapes.push_back(ReadFolder());
      uint64_t packed = shapes.back().packed;
      if (packed > packed_.size() - next_packed) reader_.Fail();
      if (!reader_.ok()) return {};
      SevenZipFolder folder;
      if (packed == 1) folder.packed = packed_[next_packed];
      next_packed += packed;
      folders.push_back(std::move(folder));
    }
    if (reader_.U8() != kCodersUnpackSize) reader_.Fail();
    for (size_t i = 0; i < folders.size() && reader_.ok(); ++i) {
      for (SevenZipCoder& coder : shapes[i].coders) coder.size = Number();
      for (uint64_t more = shapes[i].coders.size(); more < shapes[i].outputs; ++more) Number();
      for (size_t place : shapes[i].order) {
        folders[i].coders.push_back(shapes[i].coders[place]);
      }
      shapes[i].coders.clear();
    }
    summed_ = SumsToEnd(reader_.U8(), count);
    return folders;
  }

  struct Shape {
    std::vector<SevenZipCoder> coders;
    std::vector<size_t> order;  // empty: no line
    uint64_t outputs = 0;
    uint64_t packed = 0;
  };

  Shape ReadFolder() {
    Shape shape;
    uint64_t inputs = 0;
    uint64_t count = Number();
    if (count == 0 || count > kMostCoders) reader_.Fail();
    for (uint64_t i = 0; i < count && reader_.ok(); ++i) {
      uint8_t flags = reader_.U8();
      if ((flags & kReserved) != 0) reader_.Fail();
      SevenZipCoder coder;
      coder.id = reader_.Take(flags & kIdBytes);
      bool complex = (flags & kIsComplex) != 0;
      uint64_t ins = complex ? Number() : 1;
      uint64_t outs = complex ? Number() : 1;
      if (ins > kMostCoders || outs > kMostCoders) reader_.Fail();
      inputs += ins;
      shape.outputs += outs;
      if ((flags & kHasProperties) != 0) coder.properties = reader_.Take(Number());
      shape.coders.push_back(coder);
    }
    if (!reader_.ok() || shape.outputs == 0) {
      reader_.Fail();
      return shape;
    }
    bool line = inputs == count && shape.outputs == count;
    uint64_t bonds = shape.outputs - 1;
    if (inputs < bonds) reader_.Fail();
    // next[i]: the coder that takes what coder i gives.
    std::vector<uint64_t> next(count, count);
    std::vector<bool> fed(count);
    for (uint64_t i = 0; i < bonds && reader_.ok(); ++i) {
      uint64_t to = Number();
      uint64_t from = Number();
      if (!line) continue;
      if (to >= count || from >= count || fed[to] || next[from] != count) {
        reader_.Fail();
      } else {
        fed[to] = true;
        next[from] = to;
      }
    }
    shape.packed = reader_.ok() ? inputs - bonds : 0;
    if (shape.packed > 1) {
      for (uint64_t i = 0; i < shape.packed; ++i) Number();
    }
    if (!line || !reader_.ok()) return shape;
    uint64_t first = 0;
    while (first < count && fed[first]) ++first;
    for (uint64_t at = first; at < count && shape.order.size() < count; at = next[at]) {
      shape.order.push_back(at);
    }
    if (shape.order.size() < count) reader_.Fail();  // a ring
    return shape;
  }

  void SubStreams(std::vector<SevenZipFolder>& folders) {
    uint8_t property = reader_.U8();
    uint64_t total = folders.size();
    std::vector<uint64_t> counts(folders.size(), 1);
    if (property == kNumUnpackStream) {
      total = 0;
      for (uint64_t& count : counts) {
        count = Number();
        if (count > kMostListed) reader_.Fail();
        if (!reader_.ok()) return;
        total += count;
      }
      property = reader_.U8();
    }
    bool sized = property == kSize;
    for (size_t i = 0; i < folders.size() && reader_.ok(); ++i) {
      uint64_t whole = folders[i].coders.empty() ? 0 : folders[i].coders.back().size;
      folders[i].members.clear();
      for (uint64_t k = 0; k + 1 < counts[i] && reader_.ok(); ++k) {
        if (!sized) return reader_.Fail();
        folders[i].members.push_back(Number());
        whole -= std::min(whole, folders[i].members.back());
      }
      if (counts[i] > 0) folders[i].members.push_back(whole);
    }
    if (sized) property = reader_.U8();
    // A folder of one member that has a checksum is not given another.
    for (size_t i = 0; i < counts.size(); ++i) {
      if (counts[i] == 1 && i < summed_.size() && summed_[i]) --total;
    }
    SumsToEnd(property, total);
  }

  std::vector<SevenZipFile> Files() {
    std::vector<SevenZipFile> files;
    uint64_t count = Count();
    files.resize(count);
    while (reader_.ok()) {
      uint64_t property = Number();
      if (property == kEnd) return files;
      Bytes body = reader_.Take(Number());
      if (!reader_.ok()) return files;
      if (property == kEmptyStream) {
        if (body.size() < (count + 7) / 8) return Broken();
        for (uint64_t i = 0; i < count; ++i) {
          files[i].has_stream = (body[i / 8] & 0x80 >> i % 8) == 0;
        }
      } else if (property == kNames) {
        if (!Names(body, files)) return Broken();
      }
    }
    return files;
  }

  std::vector<SevenZipFile> Broken() {
    reader_.Fail();
    return {};
  }

  static bool Names(Bytes body, std::vector<SevenZipFile>& files) {
    ByteReader reader(body);
    if (reader.U8() != 0) return false;  // they stand elsewhere
    for (SevenZipFile& file : files) {
      file.name.clear();
      while (true) {
        uint32_t unit = reader.U16Le();
        if (!reader.ok()) return false;
        if (unit == 0) break;
        if (unit >> 10 == 0x36) {
          uint32_t low = reader.U16Le();
          unit = low >> 10 == 0x37 ? 0x10000 + ((unit & 0x3ff) << 10 | (low & 0x3ff)) : 0xfffd;
        } else if (unit >> 10 == 0x37) {
          unit = 0xfffd;
        }
        AppendUtf8(unit, file.name);
      }
    }
    return true;
  }

  ByteReader reader_;
  std::vector<Span> packed_;
  std::vector<bool> summed_;
};

}  // namespace

uint32_t SevenZipSum(Bytes bytes) { return libdeflate_crc32(0, bytes.data(), bytes.size()); }

SevenZipStart FindSevenZipHeader(Bytes file, Span& header) {
  if (!AsText(file).starts_with(kSevenZipSignature)) return SevenZipStart::kNone;
  ByteReader reader(file, kSumAt);
  uint32_t sum = reader.U32Le();
  uint64_t offset = reader.U64Le();
  uint64_t length = reader.U64Le();
  reader.U32Le();
  bool fits = !__builtin_add_overflow(offset, kSevenZipStart, &offset);
  uint64_t end = 0;
  fits = fits && !__builtin_add_overflow(offset, length, &end);
  if (!reader.ok() || !fits ||
      SevenZipSum(file.subspan(kSummedAt, kSevenZipStart - kSummedAt)) != sum) {
    return SevenZipStart::kDamaged;
  }
  header = {offset, length};
  return SevenZipStart::kFound;
}

std::optional<SevenZipDirectory> ReadSevenZipHeader(Bytes header) {
  return HeaderReader(header).Read();
}

}  // namespace picket
