#include "scan/cache_file.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "support/git_fixture.h"

namespace picket {
namespace {

using test::TemporaryFolder;

const std::string kScope(32, 's');

ObjectId Id(uint32_t number) {
  std::vector<uint8_t> raw(20, 0);
  for (int i = 0; i < 4; ++i)
    raw[static_cast<size_t>(i)] = static_cast<uint8_t>(number >> (24 - 8 * i));
  return ObjectId::FromRaw(raw);
}

std::unique_ptr<AuditCache> OpenAt(const std::string& file, std::string* why,
                                   const std::string& scope = kScope) {
  why->clear();
  return CacheFile::Open(file, true, scope, why);
}

AuditCache::EachId Store(const std::vector<uint32_t>& numbers) {
  return [numbers](const std::function<void(Bytes)>& visit) {
    for (uint32_t number : numbers) {
      const ObjectId id = Id(number);
      visit(id.raw());
    }
  };
}

// All that is known; nothing where it can't be read.
CleanIds Load(AuditCache& cache) {
  CleanIds all;
  if (!cache.BeginStep(AuditCache::Step::kLook)) return all;
  for (;;) {
    const std::optional<CleanIds> part = cache.NextKnown();
    if (!part) all = {};
    if (!part || part->size() == 0) break;
    all.id_bytes = part->id_bytes;
    all.ids += part->ids;
    all.kinds += part->kinds;
  }
  cache.EndStep(false);
  return all;
}

// That keeps what was known of these.
AuditCache::End Keeping(const std::vector<uint32_t>& store) {
  return {.store = Store(store),
          .is_clean = [](Bytes) { return std::nullopt; },
          .on_id = [](Bytes, std::optional<ObjectKind>) {},
          .rows = [] { return AuditCache::Rows(); }};
}

std::set<std::string> Hex(const CleanIds& ids) {
  std::set<std::string> all;
  for (size_t i = 0; i < ids.size(); ++i) all.insert(ObjectId::FromRaw(ids.id(i)).ToHex());
  CHECK(all.size() == ids.size());
  return all;
}

}  // namespace

TEST_CASE("what is added from several threads is there for the next audit, of this scope only") {
  TemporaryFolder folder;
  const std::string file = folder.path() + "/audit.sqlite";
  std::string why;
  {
    auto cache = OpenAt(file, &why);
    REQUIRE(cache != nullptr);
    CHECK(why.empty());
    std::vector<std::thread> threads;
    for (uint32_t part = 0; part < 4; ++part) {
      threads.emplace_back([&cache, part] {
        for (uint32_t i = 0; i < 50'000; ++i)
          cache->AddClean(Id(i * 4 + part), part == 0 ? ObjectKind::kCommit : ObjectKind::kBlob);
      });
    }
    for (std::thread& thread : threads) thread.join();
    cache->AddClean(Id(3), ObjectKind::kBlob);  // twice
    cache->Flush();
    CHECK(cache->changed());
    CHECK(cache->trouble().empty());
  }
  struct stat status {};
  REQUIRE(stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  auto cache = OpenAt(file, &why);
  REQUIRE(cache != nullptr);
  const CleanIds known = Load(*cache);
  REQUIRE(known.size() == 200'000);
  for (uint32_t i = 0; i < known.size(); i += 997) {
    CHECK(ObjectId::FromRaw(known.id(i)) == Id(i));
    CHECK(known.kind(i) == (i % 4 == 0 ? ObjectKind::kCommit : ObjectKind::kBlob));
  }
  CHECK(Load(*OpenAt(file, &why, std::string(32, 't'))).size() == 0);
}

TEST_CASE("the end of an audit keeps what the store holds, and a few rows of each kind") {
  TemporaryFolder folder;
  const std::string file = folder.path() + "/audit.sqlite";
  std::string why;
  auto cache = OpenAt(file, &why);
  REQUIRE(cache != nullptr);
  for (uint32_t i : {1u, 2u, 3u, 7u}) cache->AddClean(Id(i), ObjectKind::kBlob);
  AuditCache::End end = Keeping({2, 3, 4, 5});
  std::string told;
  end.is_clean = [](Bytes id) -> std::optional<ObjectKind> {
    if (ObjectId::FromRaw(id) != Id(5)) return std::nullopt;
    return ObjectKind::kTree;
  };
  end.on_id = [&told](Bytes id, std::optional<ObjectKind> kind) {
    told += std::to_string(id[3]) + (kind ? std::to_string(static_cast<int>(*kind)) : "-") + " ";
  };
  end.rows = [&told]() -> AuditCache::Rows {
    CHECK(told == "20 30 4- 53 ");
    return {{"s1", "one"}};
  };
  cache->Finish(end);
  CHECK(cache->trouble().empty());
  auto again = OpenAt(file, &why);
  CHECK(Hex(Load(*again)) == std::set<std::string>{Id(2).ToHex(), Id(3).ToHex(), Id(5).ToHex()});
  CHECK(again->Find("s1") == "one");
  CHECK(!again->Find("s2").has_value());
  for (int i = 0; i < 20; ++i) again->Put({{"s" + std::to_string(i), "x"}, {"w", "y"}});
  CHECK(!again->Find("s1").has_value());
  CHECK(again->Find("s19") == "x");
  CHECK(again->Find("w") == "y");
}

TEST_CASE("two audits that end at once lose nothing of each other") {
  TemporaryFolder folder;
  const std::string file = folder.path() + "/audit.sqlite";
  std::vector<uint32_t> store(4000);
  for (uint32_t i = 0; i < store.size(); ++i) store[i] = i;
  std::vector<std::thread> audits;
  for (uint32_t part = 0; part < 4; ++part) {
    audits.emplace_back([&, part] {
      std::string trouble;
      auto cache = OpenAt(file, &trouble);
      REQUIRE(cache != nullptr);
      for (uint32_t i = part * 1000; i < (part + 1) * 1000; ++i) {
        cache->AddClean(Id(i), ObjectKind::kBlob);
        if (i % 100 == 0) cache->Flush();
      }
      cache->Finish(Keeping(store));
      CHECK(cache->trouble().empty());
    });
  }
  for (std::thread& audit : audits) audit.join();
  std::string why;
  CHECK(Load(*OpenAt(file, &why)).size() == store.size());
}

TEST_CASE("what is known is merged from overlapping parts, in portions") {
  TemporaryFolder folder;
  std::string why;
  auto cache = OpenAt(folder.path() + "/audit.sqlite", &why);
  REQUIRE(cache != nullptr);
  // More than one portion of each part, and of what is told at once.
  constexpr uint32_t kCount = 150'000;
  std::vector<uint32_t> store;
  for (uint32_t i = 0; i < kCount; ++i) {
    for (uint32_t part = 2; part < 6; ++part) {
      if (i % part == 0) cache->AddClean(Id(i), ObjectKind::kBlob);
    }
    if (i % 3 != 0) store.push_back(i);
  }
  cache->Flush();
  const auto check = [&](auto is_known) {
    const CleanIds known = Load(*cache);
    size_t at = 0;
    for (uint32_t i = 0; i < kCount; ++i) {
      if (!is_known(i)) continue;
      if (at == known.size() || ObjectId::FromRaw(known.id(at)) != Id(i)) FAIL(i);
      ++at;
    }
    CHECK(at == known.size());
  };
  check([](uint32_t i) { return i % 2 == 0 || i % 3 == 0 || i % 5 == 0; });
  cache->Finish(Keeping(store));
  check([](uint32_t i) { return i % 3 != 0 && (i % 2 == 0 || i % 5 == 0); });
  // What is given up changes nothing.
  REQUIRE(cache->BeginStep(AuditCache::Step::kFinish));
  cache->PutRow("s1", "one");
  cache->EndStep(true);
  check([](uint32_t i) { return i % 3 != 0 && (i % 2 == 0 || i % 5 == 0); });
  CHECK_FALSE(cache->Find("s1"));
  CHECK(cache->trouble().empty());
}

TEST_CASE("a long row is kept in pieces, and is there whole or not at all") {
  TemporaryFolder folder;
  std::string why;
  auto cache = OpenAt(folder.path() + "/audit.sqlite", &why);
  REQUIRE(cache != nullptr);
  constexpr size_t kPiece = size_t{4} << 20;
  const auto value_of = [](size_t size, char seed) {
    std::string value(size, seed);
    for (size_t i = 0; i < size; i += 1000) value[i] = static_cast<char>(i / 1000);
    return value;
  };
  for (const size_t size : {size_t{0}, kPiece, kPiece + 1, 2 * kPiece, 2 * kPiece + 5}) {
    CAPTURE(size);
    cache->Put({{"h1", value_of(size, 'a')}});
    CHECK(cache->Find("h1") == value_of(size, 'a'));
    CHECK(cache->FindPiece("h1", 1).has_value() == (size > kPiece));
  }
  // One that is replaced leaves no piece behind; of those that go, all pieces go.
  cache->Put({{"h1", "short"}});
  CHECK(cache->Find("h1") == "short");
  CHECK_FALSE(cache->FindPiece("h1", 1));
  for (const char* key : {"h2", "h3", "h4"}) cache->Put({{key, value_of(2 * kPiece, *key)}});
  CHECK_FALSE(cache->Find("h1"));
  CHECK_FALSE(cache->FindPiece("h2", 2));
  CHECK(cache->Find("h3") == value_of(2 * kPiece, 'h'));
  // A piece that another audit wrote meanwhile, one that is cut, and one that is not there.
  const auto put = [&](uint32_t piece, const std::string& value) {
    REQUIRE(cache->BeginStep(AuditCache::Step::kPut));
    cache->PutPiece("h3", piece, value);
    cache->EndStep(false);
  };
  put(2, value_of(kPiece, 'x'));
  CHECK_FALSE(cache->Find("h3"));
  put(2, value_of(kPiece - 1, 'h'));
  CHECK_FALSE(cache->Find("h3"));
  const std::string head = *cache->FindPiece("h4", 0);
  put(0, head);
  CHECK_FALSE(cache->Find("h3"));
  CHECK(cache->Find("h4") == value_of(2 * kPiece, 'h'));
  CHECK(cache->trouble().empty());
}

TEST_CASE("a cache that is not picket's own, or not whole, is set aside") {
  TemporaryFolder folder;
  const std::string file = folder.path() + "/audit.sqlite";
  std::string why;
  const auto write = [&file](const std::string& bytes) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
  };
  write(std::string(5000, 'x'));
  CHECK(CacheFile::Open(file, false, kScope, &why) == nullptr);
  CHECK(why.find("not used") != std::string::npos);
  CHECK(std::filesystem::file_size(file) == 5000);
  auto cache = OpenAt(file, &why);
  REQUIRE(cache != nullptr);
  CHECK(why.find("set aside") != std::string::npos);
  CHECK(std::filesystem::file_size(file + ".set-aside") == 5000);
  for (uint32_t i = 0; i < 3000; ++i) cache->AddClean(Id(i), ObjectKind::kBlob);
  cache->Flush();
  cache.reset();

  // Whatever byte is wrong: an id that was never added is never known.
  std::ifstream stream(file, std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(stream)),
                          std::istreambuf_iterator<char>());
  for (size_t at = 0; at < whole.size(); at += whole.size() / 200 + 1) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x41);
    write(damaged);
    cache = OpenAt(file, &why);
    if (cache == nullptr) continue;
    const CleanIds known = Load(*cache);
    CHECK((known.size() == 0 || known.size() == 3000));
    for (size_t i = 0; i < known.size(); ++i) {
      if (ObjectId::FromRaw(known.id(i)) != Id(static_cast<uint32_t>(i))) FAIL("a foreign id");
    }
    cache.reset();
    std::filesystem::remove(file);
  }
}

TEST_CASE("a cache that others may write is not used") {
  TemporaryFolder folder;
  const std::string file = folder.path() + "/audit.sqlite";
  std::string why;
  REQUIRE(OpenAt(file, &why) != nullptr);
  chmod(file.c_str(), 0660);
  CHECK(OpenAt(file, &why) == nullptr);
  CHECK(why.find("may write") != std::string::npos);
  chmod(file.c_str(), 0600);
  CHECK(OpenAt(file, &why) != nullptr);
  chmod(folder.path().c_str(), 0770);
  CHECK(OpenAt(file, &why) == nullptr);
  chmod(folder.path().c_str(), 0700);
  std::filesystem::create_symlink(file, folder.path() + "/link");
  CHECK(OpenAt(folder.path() + "/link", &why) == nullptr);
  CHECK(OpenAt(folder.path() + "/none/audit.sqlite", &why) == nullptr);
}

}  // namespace picket
