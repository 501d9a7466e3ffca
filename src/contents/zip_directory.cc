#include "contents/zip_directory.h"

#include <algorithm>
#include <cstring>

#include "core/byte_reader.h"

namespace picket {
namespace {

constexpr uint32_t kLocalSignature = 0x04034b50;
constexpr uint32_t kEntrySignature = 0x02014b50;
constexpr uint32_t kEndSignature = 0x06054b50;
constexpr uint32_t kEnd64Signature = 0x06064b50;
constexpr uint32_t kLocator64Signature = 0x07064b50;
constexpr uint64_t kEndBytes = 22;
constexpr uint64_t kEnd64Bytes = 56;
constexpr uint64_t kLocator64Bytes = 20;
// An end record and the longest comment.
constexpr uint64_t kTailBytes = kEndBytes + 65535;
constexpr uint16_t kZip64Extra = 1;
constexpr size_t kMaxDirectories = 4;
constexpr int kMaxEndRecords = 8;

struct EndRecord {
  uint64_t entries = 0;
  uint64_t bytes = 0;
  uint64_t offset = 0;
  // Where the directory ends if it stands right before its end record.
  uint64_t directory_end = 0;
  uint64_t end = 0;
};

std::optional<EndRecord> ReadEndRecord(Bytes file, uint64_t at) {
  ByteReader reader(file, at);
  if (reader.U32Le() != kEndSignature) return std::nullopt;
  reader.Skip(6);
  EndRecord record;
  record.entries = reader.U16Le();
  record.bytes = reader.U32Le();
  record.offset = reader.U32Le();
  uint64_t comment = reader.U16Le();
  if (!reader.ok()) return std::nullopt;
  record.directory_end = at;
  record.end = std::min<uint64_t>(reader.offset() + comment, file.size());
  if (at < kLocator64Bytes) return record;
  ByteReader locator(file, at - kLocator64Bytes);
  if (locator.U32Le() != kLocator64Signature) return record;
  locator.Skip(4);
  uint64_t end64 = locator.U64Le();
  // zipfile looks right before the locator, miniz at the offset that it states.
  for (uint64_t place :
       {at - kLocator64Bytes - std::min(kEnd64Bytes, at - kLocator64Bytes), end64}) {
    ByteReader wide_record(file, place);
    if (wide_record.U32Le() != kEnd64Signature) continue;
    wide_record.Skip(28);
    EndRecord found = record;
    found.entries = wide_record.U64Le();
    found.bytes = wide_record.U64Le();
    found.offset = wide_record.U64Le();
    found.directory_end = place;
    if (wide_record.ok()) return found;
  }
  return record;
}

void ReadZip64Extra(Bytes extra, ZipEntry& entry) {
  ByteReader reader(extra);
  while (reader.remaining() >= 4) {
    uint16_t id = reader.U16Le();
    Bytes body = reader.Take(reader.U16Le());
    if (!reader.ok()) return;
    if (id != kZip64Extra) continue;
    ByteReader wide(body);
    for (uint64_t* field : {&entry.size, &entry.compressed, &entry.header}) {
      if (*field != UINT32_MAX) continue;
      uint64_t value = wide.U64Le();
      if (wide.ok()) *field = value;
    }
    return;
  }
}

// The offset of the last end record that begins before `before`, from `from` on. Looks for the byte
// that text does not have, so that the question is cheap to ask of every blob.
std::optional<uint64_t> LastEndRecord(Bytes file, uint64_t from, uint64_t before) {
  uint64_t end = std::min<uint64_t>(file.size(), before + 3);
  while (end > from + 3) {
    const void* hit = memrchr(file.data() + from, 0x06, end - from);
    if (hit == nullptr) return std::nullopt;
    auto last = static_cast<uint64_t>(static_cast<const uint8_t*>(hit) - file.data());
    if (last < from + 3) return std::nullopt;
    if (ByteReader(file, last - 3).U32Le() == kEndSignature) return last - 3;
    end = last;
  }
  return std::nullopt;
}

// `shift` is added to every offset: bytes that stand before the zip file proper.
std::optional<ZipDirectory> ReadDirectory(Bytes file, const EndRecord& record, uint64_t start,
                                          int64_t shift) {
  ByteReader reader(file, start);
  ZipDirectory directory;
  while (reader.remaining() >= 46) {
    uint64_t at = reader.offset();
    if (at >= start + record.bytes) break;
    if (reader.U32Le() != kEntrySignature) break;
    ZipEntry entry;
    reader.Skip(4);
    entry.flags = reader.U16Le();
    entry.method = reader.U16Le();
    reader.Skip(8);
    entry.compressed = reader.U32Le();
    entry.size = reader.U32Le();
    uint64_t name = reader.U16Le();
    uint64_t extra = reader.U16Le();
    uint64_t comment = reader.U16Le();
    reader.Skip(8);
    entry.header = reader.U32Le();
    entry.name = AsText(reader.Take(name));
    Bytes extra_bytes = reader.Take(extra);
    reader.Skip(comment);
    if (!reader.ok()) {
      directory.cut = true;
      break;
    }
    ReadZip64Extra(extra_bytes, entry);
    // What leaves the file on either side is found missing later.
    entry.header += static_cast<uint64_t>(shift);
    directory.entries.push_back(entry);
    directory.span = {start, reader.offset() - start};
  }
  if (directory.entries.empty()) return std::nullopt;
  directory.cut = directory.cut || directory.entries.size() < record.entries;
  directory.end_records = {record.directory_end, record.end - record.directory_end};
  return directory;
}

}  // namespace

std::vector<ZipDirectory> FindZipDirectories(Bytes file) {
  std::vector<ZipDirectory> directories;
  if (file.size() < kEndBytes) return directories;
  uint64_t tail_start = file.size() - std::min<uint64_t>(file.size(), kTailBytes);
  std::vector<uint64_t> starts;
  auto add = [&](const EndRecord& record, uint64_t start, int64_t shift) {
    if (start >= file.size() || directories.size() >= kMaxDirectories) return;
    if (std::find(starts.begin(), starts.end(), start) != starts.end()) return;
    starts.push_back(start);
    if (auto directory = ReadDirectory(file, record, start, shift)) {
      directories.push_back(std::move(*directory));
    }
  };
  // The last end record wins for most readers; others stand in a comment or a nested file and are
  // tried while there is room.
  std::optional<uint64_t> at = LastEndRecord(file, tail_start, file.size());
  // An end record in the data of a member of the file just read is that member's affair.
  for (int tried = 0; at && directories.empty() && tried < kMaxEndRecords; ++tried) {
    if (auto record = ReadEndRecord(file, *at)) {
      if (record->bytes <= record->directory_end) {
        uint64_t start = record->directory_end - record->bytes;
        add(*record, start, static_cast<int64_t>(start - record->offset));
      }
      add(*record, record->offset, 0);
    }
    at = *at == 0 ? std::nullopt : LastEndRecord(file, tail_start, *at);
  }
  return directories;
}

std::optional<ZipLocalHeader> ReadZipLocalHeader(Bytes file, uint64_t offset) {
  ByteReader reader(file, offset);
  if (reader.U32Le() != kLocalSignature) return std::nullopt;
  reader.Skip(2);
  ZipLocalHeader header;
  header.flags = reader.U16Le();
  header.method = reader.U16Le();
  reader.Skip(8);
  header.compressed = reader.U32Le();
  reader.Skip(4);
  uint64_t name = reader.U16Le();
  uint64_t extra = reader.U16Le();
  header.name = AsText(reader.Take(name));
  reader.Skip(extra);
  if (!reader.ok()) return std::nullopt;
  header.data = reader.offset();
  return header;
}

}  // namespace picket
