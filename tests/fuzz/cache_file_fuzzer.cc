// The audit's cache as a damaged disk, or somebody who may write where he should not, leaves it.
// Byte 0 says which: the rest is laid over the bytes of a sound file (a place and the bytes that
// are combined with it, in turns), or it is rows of ids that are written behind the sound ones,
// with a checksum that fits where the row says so. What is told of a damaged file is a part of what
// the sound one said; whatever is told is in order; and each file, in the end, can be written
// again.
#include "scan/cache_file.h"

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/byte_reader.h"
#include "core/byte_writer.h"
#include "core/fingerprint.h"

namespace picket {
namespace {

const std::string kScope(32, 's');
constexpr size_t kIdBytes = 20;

void Require(bool good) {
  if (!good) std::abort();
}

// Ids and what they are.
using Known = std::map<std::string, char>;

std::string SumOf(std::string_view first, std::string_view second) {
  std::string parts = kScope;
  for (std::string_view part : {first, second}) {
    AppendU64Le(part.size(), &parts);
    parts += Sha256(AsBytes(part));
  }
  return Sha256(AsBytes(parts));
}

class Folder {
 public:
  Folder() {
    // Pages from one place: taking them anew for each file took most of the time.
    static std::array<uint64_t, 64 * 560> pages;
    Require(sqlite3_config(SQLITE_CONFIG_PAGECACHE, pages.data(), 4480, 64) == SQLITE_OK);
    // In memory, where there is such a place: SQLite waits for the disk.
    std::array<std::string, 2> names = {"/dev/shm/picket-cache-file-XXXXXX",
                                        "/tmp/picket-cache-file-XXXXXX"};
    for (std::string& name : names) {
      if (mkdtemp(name.data()) == nullptr) continue;
      path_ = name;
      break;
    }
    Require(!path_.empty());
    std::string why;
    {
      const std::unique_ptr<AuditCache> cache = CacheFile::Open(file(), true, kScope, &why);
      Require(cache != nullptr);
      for (int batch = 0; batch < 3; ++batch) {
        CleanIds ids;
        for (int i = 0; i < 70; ++i) {
          std::string id(kIdBytes, static_cast<char>(3 * i + batch));
          known_[id] = static_cast<char>(i % 3);
          ids.ids += id;
          ids.kinds.push_back(static_cast<char>(i % 3));
        }
        cache->AddBatch(ids);
      }
      cache->Put({{"p1", "pack"}, {"h1", std::string(600, 'h')}});
      Require(cache->trouble().empty());
    }
    std::ifstream stream(file(), std::ios::binary);
    sound_.assign(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::string file() const { return path_ + "/cache"; }
  const std::string& sound() const { return sound_; }
  const Known& known() const { return known_; }

  void Write(const std::string& bytes) const {
    for (const char* end : {"", "-journal", "-wal", "-shm", ".set-aside"})
      unlink((file() + end).c_str());
    std::ofstream(file(), std::ios::binary) << bytes;
  }

 private:
  std::string path_;
  std::string sound_;
  Known known_;
};

std::string Damaged(std::string bytes, ByteReader& in) {
  bytes.resize(bytes.size() - std::min<size_t>(bytes.size(), size_t{in.U8()} * 256));
  while (in.ok() && !in.at_end() && !bytes.empty()) {
    const size_t at = in.U16Le() % bytes.size();
    const uint64_t count = std::min<uint64_t>(in.U8() % 32 + 1, bytes.size() - at);
    const Bytes over = in.Take(std::min(count, in.remaining()));
    for (size_t i = 0; i < over.size(); ++i)
      bytes[at + i] = static_cast<char>(bytes[at + i] ^ over[i]);
  }
  return bytes;
}

// A value of any of SQLite's types.
void Bind(sqlite3_stmt* statement, int column, uint8_t kind, std::string_view bytes) {
  const int size = static_cast<int>(bytes.size());
  switch (kind % 4) {
    case 1: sqlite3_bind_text(statement, column, bytes.data(), size, SQLITE_TRANSIENT); break;
    case 2: sqlite3_bind_int64(statement, column, size); break;
    case 3: sqlite3_bind_null(statement, column); break;
    default: sqlite3_bind_blob(statement, column, bytes.data(), size, SQLITE_TRANSIENT);
  }
}

// As somebody does who knows how.
void AddRows(const std::string& file, ByteReader& in) {
  sqlite3* database = nullptr;
  Require(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
  sqlite3_exec(database, "PRAGMA synchronous=OFF; BEGIN", nullptr, nullptr, nullptr);
  sqlite3_stmt* insert = nullptr;
  Require(sqlite3_prepare_v2(database,
                             "INSERT INTO segments(scope, id_bytes, ids, kinds, sum)"
                             " VALUES(?, ?, ?, ?, ?)",
                             -1, &insert, nullptr) == SQLITE_OK);
  for (int i = 0; i < 8 && in.ok() && !in.at_end(); ++i) {
    const uint8_t flags = in.U8();
    const uint64_t id_bytes = in.U8();
    const size_t count = in.U8();
    const std::string_view ids = AsText(in.Take(std::min(count * id_bytes, in.remaining())));
    const std::string_view kinds = AsText(in.Take(std::min<uint64_t>(count, in.remaining())));
    const std::string sum = (flags & 1) != 0 ? SumOf(ids, kinds) : std::string(ids.substr(0, 32));
    sqlite3_bind_blob(insert, 1, kScope.data(), static_cast<int>(kScope.size()), SQLITE_STATIC);
    sqlite3_bind_int64(insert, 2, static_cast<sqlite3_int64>(id_bytes));
    Bind(insert, 3, flags >> 1, ids);
    Bind(insert, 4, flags >> 3, kinds);
    Bind(insert, 5, flags >> 5, sum);
    sqlite3_step(insert);
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
  sqlite3_exec(database, "COMMIT", nullptr, nullptr, nullptr);
  sqlite3_close(database);
}

// nullopt where they can't be read.
std::optional<Known> Look(AuditCache& cache) {
  if (!cache.BeginStep(AuditCache::Step::kLook)) return std::nullopt;
  Known known;
  std::string last;
  bool whole = false;
  for (;;) {
    const std::optional<CleanIds> part = cache.NextKnown();
    if (!part) break;
    Require(part->ids.size() == part->size() * part->id_bytes);
    for (size_t i = 0; i < part->size(); ++i) {
      Require(part->kind(i) <= ObjectKind::kFile);
      const std::string id(AsText(part->id(i)));
      Require(last.empty() || last < id);
      known[id] = part->kinds[i];
      last = id;
    }
    whole = part->size() == 0;
    if (whole) break;
  }
  cache.EndStep(false);
  if (!whole) return std::nullopt;
  return known;
}

// Reads all there is, and writes over it. False where there was trouble.
bool Use(const Folder& folder, bool is_damaged) {
  std::string why;
  const std::unique_ptr<AuditCache> cache = CacheFile::Open(folder.file(), true, kScope, &why);
  Require(why.empty() || why.ends_with('.'));
  Require(cache != nullptr || !why.empty());
  if (cache == nullptr) return false;
  const std::optional<Known> known = Look(*cache);
  if (known && is_damaged) {
    for (const auto& one : *known) {
      const auto sound = folder.known().find(one.first);
      Require(sound != folder.known().end() && *sound == one);
    }
  }
  const std::optional<std::string> row = cache->Find("p1");
  Require(!row || *row == "pack");
  const std::optional<std::string> history = cache->Find("h1");
  Require(!history || *history == std::string(600, 'h'));
  cache->Finish({.store =
                     [&](const auto& visit) {
                       for (const auto& one : folder.known()) visit(AsBytes(one.first));
                     },
                 .is_clean = [](Bytes) { return std::optional<ObjectKind>(); },
                 .on_id = [](Bytes, std::optional<ObjectKind>) {},
                 .rows =
                     [] {
                       return AuditCache::Rows{{"p1", "pack"}};
                     }});
  Require(cache->trouble().empty() || cache->trouble().ends_with('.'));
  return why.empty() && cache->trouble().empty();
}

}  // namespace
}  // namespace picket

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace picket;
  static const Folder folder;
  if (size == 0) return 0;
  ByteReader in(Bytes(data + 1, size - 1));
  const bool is_damaged = data[0] % 2 == 0;
  folder.Write(is_damaged ? Damaged(folder.sound(), in) : folder.sound());
  if (!is_damaged) AddRows(folder.file(), in);
  if (Use(folder, is_damaged)) return 0;
  // The next audit finds either what this one left or a file that was begun anew.
  std::string why;
  const std::unique_ptr<AuditCache> next = CacheFile::Open(folder.file(), true, kScope, &why);
  Require(next != nullptr || !why.empty());
  if (next != nullptr) Look(*next);
  return 0;
}
