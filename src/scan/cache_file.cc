#include "scan/cache_file.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "core/byte_writer.h"
#include "core/fingerprint.h"

namespace picket {
namespace {

// "pckt"; https://www.sqlite.org/pragma.html#pragma_application_id
constexpr int kApplicationId = 0x70636b74;
constexpr int kVersion = 2;
constexpr off_t kApplicationIdOffset = 68;  // https://www.sqlite.org/fileformat.html, 1.3
constexpr int kBusyMilliseconds = 20'000;
// SQLite holds two copies of a value that it writes.
constexpr size_t kIdsInASegment = 262'144;
// That are held of all segments together while they are merged, and the fewest of one.
constexpr size_t kMergedAtOnce = 262'144;
constexpr size_t kTakenAtOnce = 65'536;
constexpr size_t kFewestOfOne = 64;
constexpr int kRowsKept = 8;
constexpr int kHistoryRowsKept = 2;  // the largest
constexpr int kPackRowsKept = 4096;
constexpr int64_t kMostBytes = int64_t{1} << 30;

std::string SetAsideName(const std::string& file) { return file + ".set-aside"; }

std::string FolderOf(const std::string& file) {
  const size_t slash = file.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : file.substr(0, slash);
}

bool IsOursAlone(const struct stat& status) {
  return (status.st_uid == 0 || status.st_uid == geteuid()) && (status.st_mode & 022) == 0;
}

bool SetAside(const std::string& file) {
  if (std::rename(file.c_str(), SetAsideName(file).c_str()) != 0) return false;
  // A journal that stayed would be played back into the next file of that name.
  unlink((file + "-journal").c_str());
  return true;
}

bool HasOurMark(const std::string& file) {
  const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  std::array<uint8_t, 4> mark{};
  const bool read = fd >= 0 && pread(fd, mark.data(), mark.size(), kApplicationIdOffset) == 4;
  if (fd >= 0) close(fd);
  return read && (mark[0] << 24 | mark[1] << 16 | mark[2] << 8 | mark[3]) == kApplicationId;
}

std::string PieceName(std::string_view key, uint32_t piece) {
  std::string name(key);
  AppendU64Le(piece, &name);
  return name;
}

// Of what one row says, its scope included.
std::string SumOf(std::string_view scope, std::string_view first, std::string_view second) {
  std::string parts(scope);
  for (std::string_view part : {first, second}) {
    AppendU64Le(part.size(), &parts);
    parts += Sha256(AsBytes(part));
  }
  return Sha256(AsBytes(parts));
}

}  // namespace

// One prepared statement; every failure is remembered by the cache.
class CacheFile::Statement {
 public:
  Statement(CacheFile* cache, const char* sql) : cache_(cache) {
    if (!cache->failed_ &&
        sqlite3_prepare_v2(cache->database_, sql, -1, &statement_, nullptr) != SQLITE_OK) {
      cache->Fail();
    }
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // `bytes` outlives the statement.
  Statement& Bind(std::string_view bytes) {
    if (statement_ != nullptr) {
      sqlite3_bind_blob64(statement_, ++bound_, bytes.data() == nullptr ? "" : bytes.data(),
                          bytes.size(), SQLITE_STATIC);
    }
    return *this;
  }
  Statement& Bind(int64_t number) {
    if (statement_ != nullptr) sqlite3_bind_int64(statement_, ++bound_, number);
    return *this;
  }

  // True while there is a row.
  bool Next() {
    if (statement_ == nullptr || cache_->failed_) return false;
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) cache_->Fail();
    return false;
  }
  // False where it failed.
  bool Run() {
    while (Next()) {
    }
    return !cache_->failed_;
  }

  // Valid until the next row.
  std::string_view Blob(int column) const {
    const void* bytes = sqlite3_column_blob(statement_, column);
    const int size = sqlite3_column_bytes(statement_, column);
    if (bytes == nullptr || size <= 0) return "";
    return {static_cast<const char*>(bytes), static_cast<size_t>(size)};
  }
  int64_t Number(int column) const { return sqlite3_column_int64(statement_, column); }

 private:
  CacheFile* cache_;
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
};

// Taken back unless it is committed.
class CacheFile::Transaction {
 public:
  explicit Transaction(CacheFile* cache, const char* begin = "BEGIN IMMEDIATE") : cache_(cache) {
    begun_ = Statement(cache, begin).Run();
  }
  ~Transaction() {
    if (begun_) sqlite3_exec(cache_->database_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  bool begun() const { return begun_; }
  bool Commit() {
    if (!Statement(cache_, "COMMIT").Run()) return false;
    begun_ = false;
    return true;
  }

 private:
  CacheFile* cache_;
  bool begun_ = false;
};

// The ids of all segments of a scope in one order, read in portions. CheckSegments() has seen them.
class CacheFile::Merger {
 public:
  explicit Merger(CacheFile* cache) : cache_(cache) {
    Statement rows(cache, "SELECT id, id_bytes, length(kinds) FROM segments WHERE scope = ?");
    rows.Bind(cache->scope_);
    while (rows.Next()) {
      id_bytes_ = static_cast<size_t>(rows.Number(1));
      runs_.push_back({.row = rows.Number(0), .left = static_cast<size_t>(rows.Number(2))});
    }
    portion_ = std::max(kFewestOfOne, kMergedAtOnce / std::max<size_t>(runs_.size(), 1));
    for (Run& run : runs_) {
      if (run.left == 0 || !Open(&run) || !Fill(&run)) continue;
      heap_.push_back(&run);
    }
    std::make_heap(heap_.begin(), heap_.end(), Later{id_bytes_});
  }
  ~Merger() {
    for (const Run& run : runs_) {
      sqlite3_blob_close(run.ids);
      sqlite3_blob_close(run.kinds);
    }
  }
  Merger(const Merger&) = delete;
  Merger& operator=(const Merger&) = delete;

  // No more than `most`; fewer only at the end, or where it failed.
  CleanIds Take(size_t most) {
    CleanIds taken;
    taken.id_bytes = id_bytes_;
    while (!heap_.empty() && taken.size() < most) {
      std::pop_heap(heap_.begin(), heap_.end(), Later{id_bytes_});
      Run& run = *heap_.back();
      const std::string_view id(run.part.ids.data() + run.at * id_bytes_, id_bytes_);
      if (id != last_) {
        taken.ids += id;
        taken.kinds.push_back(run.part.kinds[run.at]);
        last_ = id;
      }
      if (++run.at < run.part.size() || (run.left > 0 && Fill(&run))) {
        std::push_heap(heap_.begin(), heap_.end(), Later{id_bytes_});
      } else {
        heap_.pop_back();
      }
    }
    return taken;
  }

 private:
  struct Run {
    int64_t row = 0;
    size_t left = 0;  // to be read
    sqlite3_blob* ids = nullptr;
    sqlite3_blob* kinds = nullptr;
    size_t read = 0;
    CleanIds part = {};
    size_t at = 0;  // in the part
  };
  // For a heap with the smallest id on top.
  struct Later {
    size_t id_bytes;
    bool operator()(const Run* a, const Run* b) const {
      return std::memcmp(a->part.ids.data() + a->at * id_bytes,
                         b->part.ids.data() + b->at * id_bytes, id_bytes) > 0;
    }
  };

  bool Open(Run* run) {
    for (const auto& [column, blob] : {std::pair("ids", &run->ids), {"kinds", &run->kinds}}) {
      if (sqlite3_blob_open(cache_->database_, "main", "segments", column, run->row, 0, blob) !=
          SQLITE_OK) {
        cache_->Fail();
        return false;
      }
    }
    return true;
  }

  bool Fill(Run* run) {
    const size_t count = std::min(portion_, run->left);
    run->part.ids.resize(count * id_bytes_);
    run->part.kinds.resize(count);
    const auto read = [](sqlite3_blob* blob, std::string* to, size_t at) {
      return sqlite3_blob_read(blob, to->data(), static_cast<int>(to->size()),
                               static_cast<int>(at)) == SQLITE_OK;
    };
    if (!read(run->ids, &run->part.ids, run->read * id_bytes_) ||
        !read(run->kinds, &run->part.kinds, run->read)) {
      cache_->Fail();
      return false;
    }
    run->read += count;
    run->left -= count;
    run->at = 0;
    return true;
  }

  CacheFile* cache_;
  size_t id_bytes_ = 20;
  size_t portion_ = 0;
  std::vector<Run> runs_;
  std::vector<Run*> heap_;
  std::string last_;
};

std::unique_ptr<AuditCache> CacheFile::Open(const std::string& file, bool is_ours,
                                            const std::string& scope, std::string* why) {
  const auto refuse = [&](const std::string& reason) {
    *why = "The cache " + file + " is not used: " + reason + ".";
    return nullptr;
  };
  struct stat status {};
  if (stat(FolderOf(file).c_str(), &status) != 0) return refuse(std::strerror(errno));
  if (!IsOursAlone(status)) return refuse("somebody else owns its folder or may write there");
  if (lstat(file.c_str(), &status) == 0) {
    if (!S_ISREG(status.st_mode) || !IsOursAlone(status))
      return refuse("it is no regular file, or somebody else owns it or may write it");
  } else {
    const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 && errno != EEXIST) return refuse(std::strerror(errno));
    if (fd >= 0) close(fd);
  }
  for (int attempt = 0; attempt < 2; ++attempt) {
    std::unique_ptr<CacheFile> cache(new CacheFile(file, scope));
    std::string reason;
    if (cache->OpenFile(&reason)) {
      cache->is_open_ = true;
      return cache;
    }
    if (reason.empty()) return refuse("another audit holds it, or it can't be written");
    cache.reset();
    if (!is_ours && !HasOurMark(file)) return refuse(reason + "; name another file");
    if (attempt > 0 || !SetAside(file)) return refuse(reason);
    *why = "The cache " + file + " was set aside as " + SetAsideName(file) + ": " + reason + ".";
    const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0) close(fd);
  }
  return nullptr;
}

// False with a reason where the file is none of ours; without one where it can't be had now.
bool CacheFile::OpenFile(std::string* why) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_FULLMUTEX;
  if (sqlite3_open_v2(file_.c_str(), &database_, flags, nullptr) != SQLITE_OK) return false;
  sqlite3_busy_timeout(database_, kBusyMilliseconds);
  sqlite3_db_config(database_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(database_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  const auto number = [this](const char* pragma) {
    Statement statement(this, pragma);
    return statement.Next() ? statement.Number(0) : -1;
  };
  Statement(this, "PRAGMA synchronous=NORMAL").Run();
  // At one moment: another audit may be making the tables.
  std::optional<Transaction> reading(std::in_place, this, "BEGIN");
  const int64_t mark = number("PRAGMA application_id");
  const int64_t version = number("PRAGMA user_version");
  const int64_t tables = number("SELECT count(*) FROM sqlite_master");
  reading.reset();
  if (failed_) {
    const int code = sqlite3_errcode(database_);
    if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT) *why = "it is damaged or no cache";
    return false;
  }
  if (mark == 0 && tables == 0) return MakeTables();
  if (mark != kApplicationId) {
    *why = "it is no cache of audits";
    return false;
  }
  if (version != kVersion) {
    *why = "another version wrote it";
    return false;
  }
  return true;
}

// Two audits may come here at once.
bool CacheFile::MakeTables() {
  Transaction transaction(this);
  if (!transaction.begun()) return false;
  const std::string marks = "PRAGMA application_id=" + std::to_string(kApplicationId) +
                            "; PRAGMA user_version=" + std::to_string(kVersion) + ";";
  const std::string sql =
      "CREATE TABLE IF NOT EXISTS segments(id INTEGER PRIMARY KEY, scope BLOB, id_bytes INTEGER,"
      " ids BLOB, kinds BLOB, sum BLOB);"
      "CREATE INDEX IF NOT EXISTS segment_scopes ON segments(scope);"
      "CREATE TABLE IF NOT EXISTS rows(id INTEGER PRIMARY KEY, scope BLOB, key BLOB,"
      " piece INTEGER, value BLOB, sum BLOB, UNIQUE(scope, key, piece));"
      "CREATE TABLE IF NOT EXISTS scopes(scope BLOB PRIMARY KEY, used INTEGER) WITHOUT ROWID;" +
      marks;
  if (sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return false;
  return transaction.Commit();
}

CacheFile::CacheFile(std::string file, std::string scope)
    : file_(std::move(file)), scope_(std::move(scope)) {}

CacheFile::~CacheFile() {
  merger_.reset();
  transaction_.reset();
  sqlite3_close(database_);
}

void CacheFile::Fail() {
  if (failed_) return;
  failed_ = true;
  if (!is_open_) return;
  switch (sqlite3_errcode(database_)) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      trouble_ = "The cache " + file_ +
                 " is held by another audit, so that not all of this one is remembered.";
      return;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: SetDamaged(); return;
    default:
      trouble_ = "The cache " + file_ +
                 " can't be written, so that not all is remembered: " + sqlite3_errmsg(database_) +
                 ".";
  }
}

void CacheFile::SetDamaged() {
  failed_ = true;
  trouble_ = "The cache " + file_ + " is damaged" +
             (SetAside(file_) ? " and was set aside as " + SetAsideName(file_) : "") + ".";
}

// All are as they were written; else none of them counts.
bool CacheFile::CheckSegments() {
  Statement rows(this, "SELECT id_bytes, ids, kinds, sum FROM segments WHERE scope = ?");
  rows.Bind(scope_);
  size_t width = 0;
  while (rows.Next()) {
    const auto id_bytes = static_cast<size_t>(rows.Number(0));
    const std::string_view ids = rows.Blob(1);
    const std::string_view kinds = rows.Blob(2);
    const bool whole = (width == 0 || width == id_bytes) && AreCleanIds(id_bytes, ids, kinds) &&
                       SumOf(scope_, ids, kinds) == rows.Blob(3);
    if (!whole && !failed_) SetDamaged();
    width = id_bytes;
  }
  return !failed_;
}

std::optional<std::string> CacheFile::FindPiece(std::string_view key, uint32_t piece) {
  Statement rows(this, "SELECT value, sum FROM rows WHERE scope = ? AND key = ? AND piece = ?");
  rows.Bind(scope_).Bind(key).Bind(int64_t{piece});
  if (!rows.Next()) return std::nullopt;
  const std::string_view value = rows.Blob(0);
  if (SumOf(scope_, PieceName(key, piece), value) != rows.Blob(1)) return std::nullopt;
  return std::string(value);
}

void CacheFile::AddBatch(const CleanIds& batch) {
  Transaction transaction(this);
  if (transaction.begun() && WriteSegment(batch)) transaction.Commit();
}

bool CacheFile::WriteSegment(const CleanIds& ids) {
  for (size_t first = 0; first < ids.size(); first += kIdsInASegment) {
    const size_t count = std::min(kIdsInASegment, ids.size() - first);
    const auto raw = std::string_view(ids.ids).substr(first * ids.id_bytes, count * ids.id_bytes);
    const auto kinds = std::string_view(ids.kinds).substr(first, count);
    const std::string sum = SumOf(scope_, raw, kinds);
    Statement insert(this,
                     "INSERT INTO segments(scope, id_bytes, ids, kinds, sum)"
                     " VALUES(?, ?, ?, ?, ?)");
    insert.Bind(scope_).Bind(static_cast<int64_t>(ids.id_bytes)).Bind(raw).Bind(kinds).Bind(sum);
    if (!insert.Run()) return false;
  }
  return !failed_;
}

bool CacheFile::DropOldRows() {
  for (const char& kind : row_kinds_) {
    const std::string_view first(&kind, 1);
    Statement drop(this,
                   "DELETE FROM rows WHERE scope = ?1 AND substr(key, 1, 1) = ?2 AND key NOT IN "
                   "(SELECT key FROM rows WHERE scope = ?1 AND substr(key, 1, 1) = ?2 AND "
                   "piece = 0 ORDER BY id DESC LIMIT ?3)");
    const int kept = kind == 'p' ? kPackRowsKept : kind == 'h' ? kHistoryRowsKept : kRowsKept;
    if (!drop.Bind(scope_).Bind(first).Bind(kept).Run()) return false;
  }
  return true;
}

// What was not used for longest goes, once the file is large.
void CacheFile::DropOldScopes() {
  Statement(this, "INSERT OR REPLACE INTO scopes(scope, used) VALUES(?, unixepoch())")
      .Bind(scope_)
      .Run();
  Statement size(this,
                 "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count(), "
                 "pragma_freelist_count(), pragma_page_size()");
  if (!size.Next() || size.Number(0) < kMostBytes) return;
  for (const char* table : {"segments", "rows", "scopes"}) {
    const std::string sql =
        std::string("DELETE FROM ") + table +
        " WHERE scope IN (SELECT scope FROM scopes WHERE scope <> ?1 ORDER BY used LIMIT "
        "max(1, (SELECT count(*) / 2 FROM scopes)))";
    Statement(this, sql.c_str()).Bind(scope_).Run();
  }
}

bool CacheFile::BeginStep(Step step) {
  merger_.reset();
  transaction_.reset();
  step_ = step;
  row_kinds_.clear();
  transaction_ =
      std::make_unique<Transaction>(this, step == Step::kLook ? "BEGIN" : "BEGIN IMMEDIATE");
  if (transaction_->begun()) {
    if (step == Step::kPut) return true;
    if (CheckSegments()) {
      Statement last(this, "SELECT max(id) FROM segments");
      last_segment_ = last.Next() ? last.Number(0) : 0;
      merger_ = std::make_unique<Merger>(this);
    }
    if (!failed_) return true;
  }
  EndStep(true);
  return false;
}

std::optional<CleanIds> CacheFile::NextKnown() {
  if (merger_ == nullptr) return std::nullopt;
  CleanIds taken = merger_->Take(kTakenAtOnce);
  if (failed_) return std::nullopt;
  return taken;
}

void CacheFile::Keep(const CleanIds& ids) {
  if (transaction_ != nullptr && step_ == Step::kFinish) WriteSegment(ids);
}

void CacheFile::PutPiece(std::string_view key, uint32_t piece, std::string_view value) {
  if (transaction_ == nullptr || step_ == Step::kLook || key.empty()) return;
  if (piece == 0) {
    Statement(this, "DELETE FROM rows WHERE scope = ? AND key = ?").Bind(scope_).Bind(key).Run();
  }
  const std::string sum = SumOf(scope_, PieceName(key, piece), value);
  Statement(this,
            "INSERT OR REPLACE INTO rows(scope, key, piece, value, sum) VALUES(?, ?, ?, ?, ?)")
      .Bind(scope_)
      .Bind(key)
      .Bind(int64_t{piece})
      .Bind(value)
      .Bind(sum)
      .Run();
  if (row_kinds_.find(key.front()) == std::string::npos) row_kinds_.push_back(key.front());
}

void CacheFile::EndStep(bool gives_up) {
  merger_.reset();
  const std::unique_ptr<Transaction> transaction = std::move(transaction_);
  if (transaction == nullptr || gives_up || failed_ || step_ == Step::kLook) return;
  if (step_ == Step::kFinish) {
    Statement(this, "DELETE FROM segments WHERE scope = ? AND id <= ?")
        .Bind(scope_)
        .Bind(last_segment_)
        .Run();
    DropOldScopes();
  }
  if (DropOldRows()) transaction->Commit();
}

}  // namespace picket
