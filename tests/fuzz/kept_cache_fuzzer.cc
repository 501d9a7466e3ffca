// The audit's cache behind the keeper: whatever is asked, it is done or refused with a sentence,
// and what is answered can be read on the other side; and whatever is answered, it is read or is
// nothing. The first byte says which errand it is.
#include "scan/kept_cache.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"

namespace picket {
namespace {

void Require(bool good) {
  if (!good) std::abort();
}

void CheckIds(const CleanIds& ids) {
  Require(ids.ids.size() == ids.size() * ids.id_bytes);
  for (size_t i = 0; i < ids.size(); ++i) {
    Require(ids.kind(i) <= ObjectKind::kFile);
    Require(i == 0 || std::memcmp(ids.id(i - 1).data(), ids.id(i).data(), ids.id_bytes) < 0);
  }
}

// One file for the whole run, made anew before it grows large.
class Cache {
 public:
  Cache() {
    // In memory, where there is such a place: SQLite waits for the disk.
    char in_memory[] = "/dev/shm/picket-kept-cache-XXXXXX";
    char on_disk[] = "/tmp/picket-kept-cache-XXXXXX";
    const char* path = mkdtemp(in_memory);
    if (path == nullptr) path = mkdtemp(on_disk);
    Require(path != nullptr);
    folder_ = path;
  }
  ~Cache() {
    keeper_.Forget();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  Answer Do(Errand errand, std::string_view question) {
    if (uses_++ % 256 == 0) {
      keeper_.Forget();
      std::filesystem::remove(folder_ + "/cache");
      Require(keeper_.Do(Errand::kCacheOpen, folder_ + "/cache", true, scope_, "").error == 0);
    }
    return keeper_.Do(errand, folder_ + "/cache", true, scope_, question);
  }

 private:
  std::string folder_;
  const std::string scope_ = std::string(32, 's');
  uint64_t uses_ = 0;
  CacheKeeper keeper_;
};

class FakeDoor : public Door {
 public:
  bool is_shut() const override { return true; }
  int OpenToRead(const std::string&) override { std::abort(); }
  bool Exists(const std::string&) override { std::abort(); }
  int64_t ChangedAt(const std::string&) override { std::abort(); }
  int ListNames(const std::string&, NameList*) override { std::abort(); }
  // The fuzzer's bytes, or what the keeper says.
  Answer Ask(Errand errand, std::string_view question) override {
    if (keeper != nullptr) return keeper->Do(errand, question);
    Answer answer;
    answer.text = bytes;
    answer.error = error;
    return answer;
  }

  Cache* keeper = nullptr;
  std::string_view bytes;
  int error = 0;
};

void Read(FakeDoor& door) {
  std::string why;
  const std::unique_ptr<AuditCache> cache = KeptCache::Open(&why);
  Require((cache == nullptr) == (door.error != 0));
  if (cache == nullptr) return;
  cache->Find("p1");
  if (cache->BeginStep(AuditCache::Step::kLook)) {
    // Bytes that are always the same would go on for ever.
    for (int i = 0; i < 2; ++i) {
      if (const std::optional<CleanIds> ids = cache->NextKnown()) CheckIds(*ids);
    }
    cache->EndStep(false);
  }
  cache->Put({{"p1", std::string(door.bytes)}});
  cache->AddClean(ObjectId::FromRaw(AsBytes(std::string(20, 'a'))), ObjectKind::kBlob);
  cache->Flush();
  if (door.keeper != nullptr) {
    cache->Finish(
        {.store =
             [](const auto& visit) {
               for (char letter : {'a', 'b'}) visit(AsBytes(std::string(20, letter)));
             },
         .is_clean = [](Bytes) { return ObjectKind::kTree; },
         .on_id = [](Bytes, std::optional<ObjectKind> kind) { Require(kind.has_value()); },
         .rows = [] { return AuditCache::Rows(); }});
  }
  cache->trouble();
}

}  // namespace
}  // namespace picket

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace picket;
  static Cache cache;
  static FakeDoor door;
  SetDoor(&door);
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  constexpr auto kFirst = static_cast<uint32_t>(Errand::kCacheFind);
  constexpr auto kLast = static_cast<uint32_t>(Errand::kCacheTrouble);
  const auto errand = static_cast<Errand>(kFirst + data[0] % (kLast - kFirst + 1));
  try {
    cache.Do(errand, rest);
  } catch (const Error& error) {
    Require(std::string_view(error.what()).ends_with('.'));
    // Only what makes no sense is refused.
    Require(errand != Errand::kCacheNext && errand != Errand::kCacheTrouble);
  }
  door.keeper = nullptr;
  door.bytes = rest;
  door.error = data[0] == 0xff ? 2 : 0;
  Read(door);
  if (data[0] % 16 != 15) return 0;
  door.keeper = &cache;
  door.error = 0;
  Read(door);
  return 0;
}
