#include "scan/kept_cache.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "core/error.h"
#include "scan/cache_file.h"
#include "scan/fakes.h"
#include "support/git_fixture.h"

namespace picket {
namespace {

// A door that leads straight to a keeper in the same process.
class NearDoor : public Door {
 public:
  NearDoor(std::string file, std::string scope)
      : file_(std::move(file)), scope_(std::move(scope)), before_(&TheDoor()) {
    SetDoor(this);
  }
  ~NearDoor() override { SetDoor(before_); }

  bool is_shut() const override { return true; }
  int OpenToRead(const std::string& path) override { return before_->OpenToRead(path); }
  bool Exists(const std::string& path) override { return before_->Exists(path); }
  int64_t ChangedAt(const std::string& path) override { return before_->ChangedAt(path); }
  int ListNames(const std::string& folder, NameList* names) override {
    return before_->ListNames(folder, names);
  }
  Answer Ask(Errand errand, std::string_view question) override {
    return keeper_.Do(errand, file_, true, scope_, question);
  }

 private:
  std::string file_;
  std::string scope_;
  Door* before_;
  CacheKeeper keeper_;
};

std::vector<std::string> KnownTo(AuditCache& cache) {
  std::vector<std::string> list;
  REQUIRE(cache.BeginStep(AuditCache::Step::kLook));
  for (;;) {
    const std::optional<CleanIds> ids = cache.NextKnown();
    REQUIRE(ids);
    if (ids->size() == 0) break;
    for (size_t i = 0; i < ids->size(); ++i)
      list.push_back(ToHex(ids->id(i)) + std::to_string(static_cast<int>(ids->kind(i))));
  }
  cache.EndStep(false);
  return list;
}

// Of three pieces, all of them different.
std::string LongValue() {
  std::string value(size_t{9} << 20, '\0');
  for (size_t i = 0; i < value.size(); i += 4096) value[i] = static_cast<char>(i >> 20);
  return value;
}

}  // namespace

TEST_CASE("what is kept outside is what an audit would have kept itself") {
  const test::TemporaryFolder folder;
  const std::string scope(32, 's');
  const ObjectId one = IdOf("one");
  const ObjectId two = IdOf("two");
  const ObjectId gone = IdOf("gone");
  const auto fill = [&](AuditCache& cache) {
    cache.AddClean(one, ObjectKind::kBlob);
    cache.AddClean(gone, ObjectKind::kBlob);
    cache.Put({{"p1", "pack"}, {"h1", LongValue()}});
    std::vector<ObjectId> store = {one, two};
    std::sort(store.begin(), store.end());
    size_t kept = 0;
    cache.Finish(
        {.store =
             [&store](const auto& visit) {
               for (const ObjectId& oid : store) visit(oid.raw());
             },
         .is_clean = [](Bytes) { return std::optional(ObjectKind::kTree); },
         .on_id = [&kept](Bytes, std::optional<ObjectKind> kind) { kept += kind ? 1U : 0U; },
         .rows = [&kept]() -> AuditCache::Rows {
           return {{"s1", std::to_string(kept)}};
         }});
    CHECK(cache.trouble() == "");
  };
  std::string why;
  const std::string near = folder.path() + "/near.sqlite";
  const std::string far = folder.path() + "/far.sqlite";
  {
    const auto cache = CacheFile::Open(near, true, scope, &why);
    REQUIRE(cache != nullptr);
    fill(*cache);
  }
  {
    NearDoor door(far, scope);
    const auto cache = KeptCache::Open(&why);
    REQUIRE(cache != nullptr);
    fill(*cache);
    CHECK(cache->Find("s1") == "2");
    CHECK_FALSE(cache->Find("s2"));
    CHECK(KnownTo(*cache).size() == 2);
  }
  CHECK(why == "");
  const auto a = CacheFile::Open(near, true, scope, &why);
  const auto b = CacheFile::Open(far, true, scope, &why);
  REQUIRE(a != nullptr);
  REQUIRE(b != nullptr);
  CHECK(KnownTo(*a) == KnownTo(*b));
  for (const char* key : {"s1", "p1", "h1", "x"}) CHECK(a->Find(key) == b->Find(key));
  CHECK(a->Find("h1") == LongValue());
}

TEST_CASE("ids and rows that are not what they have to be change nothing") {
  const test::TemporaryFolder folder;
  const std::string file = folder.path() + "/cache.sqlite";
  const std::string scope(32, 's');
  const auto number = [](uint64_t value) {
    std::string text;
    for (int shift = 0; shift < 64; shift += 8) text.push_back(static_cast<char>(value >> shift));
    return text;
  };
  const auto ids = [&number](uint64_t width, const std::string& raw, const std::string& kinds) {
    return number(width) + number(raw.size()) + raw + number(kinds.size()) + kinds;
  };
  const std::string a(20, 'a');
  const std::string b(20, 'b');
  const std::string none = number(0);
  struct Row {
    Errand errand;
    std::string question;
  };
  const std::vector<Row> rows = {
      {Errand::kCacheAdd, ""},
      {Errand::kCacheAdd, ids(20, a, "")},
      {Errand::kCacheAdd, ids(20, a, std::string(1, '\x70'))},
      {Errand::kCacheAdd, ids(19, std::string(19, 'a'), std::string(1, '\0'))},
      {Errand::kCacheAdd, ids(20, b + a, std::string(2, '\0'))},
      {Errand::kCacheAdd, ids(20, a + a, std::string(2, '\0'))},
      {Errand::kCacheAdd, ids(20, a, std::string(1, '\0')) + "x"},
      {Errand::kCacheAdd, number(20) + number(UINT64_MAX) + a},
      {Errand::kCacheBegin, ""},
      {Errand::kCacheBegin, "\x03"},
      {Errand::kCacheBegin, std::string(2, '\0')},
      {Errand::kCacheKeep, ids(20, b + a, std::string(2, '\0'))},
      {Errand::kCacheKeep, ids(20, a, std::string(1, '\0')) + "x"},
      {Errand::kCacheFind, "s1"},
      {Errand::kCacheFind, number(uint64_t{1} << 32) + "s1"},
      {Errand::kCacheRow, none + number(UINT64_MAX)},
      {Errand::kCacheRow, none + none + "x"},
      {Errand::kCacheRow, number(uint64_t{1} << 32) + number(2) + "s1"},
      {Errand::kCacheEnd, "y"},
      {Errand::kSpool, ""},
  };
  std::string why;
  CacheKeeper keeper;
  // Not before it was opened.
  CHECK_THROWS_AS(keeper.Do(Errand::kCacheNext, file, true, scope, ""), Error);
  CHECK_THROWS_AS(keeper.Do(Errand::kCacheOpen, "", true, scope, ""), Error);
  REQUIRE(keeper.Do(Errand::kCacheOpen, file, true, scope, "").error == 0);
  for (const Row& row : rows) {
    CAPTURE(static_cast<int>(row.errand));
    CAPTURE(row.question.size());
    CHECK_THROWS_AS(keeper.Do(row.errand, file, true, scope, row.question), Error);
  }
  // Without a beginning, and in a step that changes nothing, nothing is done.
  const auto ask = [&](Errand errand, const std::string& question) {
    return keeper.Do(errand, file, true, scope, question).error;
  };
  const std::string id = ids(20, a, std::string(1, '\0'));
  CHECK(ask(Errand::kCacheNext, "") != 0);
  for (const bool begins : {false, true}) {
    if (begins) CHECK(ask(Errand::kCacheBegin, std::string(1, '\0')) == 0);
    ask(Errand::kCacheKeep, id);
    ask(Errand::kCacheRow, none + number(2) + "s1");
    ask(Errand::kCacheEnd, "");
  }
  // Nor where it is never ended.
  CHECK(ask(Errand::kCacheBegin, "\x01") == 0);
  ask(Errand::kCacheKeep, id);
  ask(Errand::kCacheRow, none + number(2) + "s1");
  keeper.Forget();
  const auto cache = CacheFile::Open(file, true, scope, &why);
  REQUIRE(cache != nullptr);
  CHECK(KnownTo(*cache).empty());
  CHECK_FALSE(cache->Find("s1"));
}

}  // namespace picket
