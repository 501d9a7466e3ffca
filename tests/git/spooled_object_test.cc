#include "git/spooled_object.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <string>

#include "support/git_fixture.h"

namespace picket {
namespace {

using test::GitFixture;
using test::ScopedEnvironment;
using test::TemporaryFolder;

bool Has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

struct Spooled {
  bool good = false;
  std::string why;
  std::string bytes;
};

Spooled Spool(const Repository& repository, const ObjectId& oid, uint64_t size,
              uint64_t limit = 1 << 20) {
  std::atomic<uint64_t> in_use{0};
  Spooled spooled;
  {
    SpooledObject object(in_use, limit);
    spooled.good =
        object.Load(repository, oid, {.type = ObjectType::kBlob, .size = size}, &spooled.why);
    if (spooled.good) spooled.bytes = AsText(object.bytes());
    CHECK(in_use <= limit);
  }
  CHECK(in_use == 0);
  CHECK(spooled.good == spooled.why.empty());
  return spooled;
}

}  // namespace

TEST_CASE("spooled object: all of it is there, or a reason why not") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  const std::string text(5000, 't');
  const ObjectId oid = git.Object("blob", text);
  const auto repository = Repository::OpenAt(git.directory());
  CHECK(Spool(*repository, oid, 5000).bytes == text);
  CHECK(Spool(*repository, git.Object("blob", ""), 0).good);
  CHECK(Has(Spool(*repository, oid, 4999).why, "longer than the 4999 bytes that it claims"));
  CHECK(Has(Spool(*repository, oid, 5001).why, "damaged"));
  CHECK(Has(Spool(*repository, ObjectId::TryParse(std::string(40, 'a')).value(), 5000).why,
            "damaged"));
  CHECK(Has(Spool(*repository, oid, 5000, 4999).why, "limits.temp_bytes"));
  CHECK(Has(Spool(*repository, oid, UINT64_MAX, UINT64_MAX).why, "can't be written"));
}

// That is no word about the object.
TEST_CASE("spooled object: where Git is ended the object is not called damaged") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  const ObjectId oid = git.Object("blob", "some text");
  const auto repository = Repository::OpenAt(git.directory());
  const std::string script = folder.path() + "/git";
  std::ofstream(script) << "#!/bin/sh\nprintf some; kill -KILL $$\n";
  REQUIRE(chmod(script.c_str(), 0700) == 0);
  const ScopedEnvironment path("PATH", (folder.path() + ":/usr/bin:/bin").c_str());
  const Spooled spooled = Spool(*repository, oid, 9);
  CHECK_FALSE(spooled.good);
  CHECK(Has(spooled.why, "ended with status 137"));
  CHECK_FALSE(Has(spooled.why, "damaged"));
}

// Runs of zeros, of pages and of parts of pages, more of them than are mapped by themselves.
TEST_CASE("spooled object: what is written piece by piece is what is read") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  const auto repository = Repository::OpenAt(git.directory());
  constexpr size_t kPage = 4096;
  std::string text(3000 * kPage, '\0');
  for (size_t page = 0; page < 2800; page += 2) text[page * kPage + page % kPage] = 'x';
  text += "end";
  std::atomic<uint64_t> in_use{0};
  SpooledObject object(in_use, text.size());
  std::string why;
  REQUIRE(object.Reserve(*repository, text.size(), &why));
  for (size_t at = 0; at < text.size();) {
    const size_t count = std::min(at % 5 == 0 ? kPage : 3 * kPage + 1, text.size() - at);
    REQUIRE(object.Write(at, AsBytes(text).subspan(at, count), &why));
    REQUIRE(
        (AsText(object.bytes().subspan(at, count)) == std::string_view(text).substr(at, count)));
    at += count;
  }
  SpooledObject paged(in_use, 2 * text.size());
  REQUIRE(paged.Reserve(*repository, text.size(), &why));
  for (size_t at = 0; at < text.size(); at += kPage) {
    REQUIRE(paged.Write(at, AsBytes(text).subspan(at, std::min(kPage, text.size() - at)), &why));
  }
  CHECK((AsText(paged.bytes()) == text));
  SpooledObject none(in_use, text.size());
  CHECK_FALSE(none.Reserve(*repository, 1, &why));
  CHECK(Has(why, "limits.temp_bytes"));
}

}  // namespace picket
