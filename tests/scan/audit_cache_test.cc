#include "scan/audit_cache.h"

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
  return AuditCache::Open(file, true, scope, why);
}

AuditCache::EachId Store(const std::vector<uint32_t>& numbers) {
  return [numbers](const std::function<void(Bytes)>& visit) {
    for (uint32_t number : numbers) {
      const ObjectId id = Id(number);
      visit(id.raw());
    }
  };
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
  const CleanIds known = cache->Load();
  REQUIRE(known.size() == 200'000);
  for (uint32_t i = 0; i < known.size(); i += 997) {
    CHECK(ObjectId::FromRaw(known.id(i)) == Id(i));
    CHECK(known.kind(i) == (i % 4 == 0 ? ObjectKind::kCommit : ObjectKind::kBlob));
  }
  CHECK(OpenAt(file, &why, std::string(32, 't'))->Load().size() == 0);
}

TEST_CASE("the end of an audit keeps what the store holds, and a few rows of each kind") {
  TemporaryFolder folder;
  const std::string file = folder.path() + "/audit.sqlite";
  std::string why;
  auto cache = OpenAt(file, &why);
  REQUIRE(cache != nullptr);
  for (uint32_t i : {1u, 2u, 3u, 7u}) cache->AddClean(Id(i), ObjectKind::kBlob);
  cache->Finish(
      {.store = Store({2, 3, 4, 5}),
       .clean = {{Id(5), ObjectKind::kTree}, {Id(9), ObjectKind::kTree}},
       .rows = [](const CleanIds& known) {
         CHECK(Hex(known) == std::set<std::string>{Id(2).ToHex(), Id(3).ToHex(), Id(5).ToHex()});
         return std::vector<std::pair<std::string, std::string>>{{"s1", "one"}};
       }});
  CHECK(cache->trouble().empty());
  auto again = OpenAt(file, &why);
  CHECK(again->Load().size() == 3);
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
      cache->Finish({.store = Store(store), .clean = {}, .rows = [](const CleanIds&) {
                       return std::vector<std::pair<std::string, std::string>>();
                     }});
      CHECK(cache->trouble().empty());
    });
  }
  for (std::thread& audit : audits) audit.join();
  std::string why;
  CHECK(OpenAt(file, &why)->Load().size() == store.size());
}

TEST_CASE("a cache that is not picket's own, or not whole, is set aside") {
  TemporaryFolder folder;
  const std::string file = folder.path() + "/audit.sqlite";
  std::string why;
  const auto write = [&file](const std::string& bytes) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
  };
  write(std::string(5000, 'x'));
  CHECK(AuditCache::Open(file, false, kScope, &why) == nullptr);
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
    const CleanIds known = cache->Load();
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
