#include "git/store_ids.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "git/pack_order.h"
#include "support/git_fixture.h"

namespace picket {
namespace {

using test::GitFixture;
using test::TemporaryFolder;

std::vector<std::string> Ids(const StoreIds& ids) {
  std::vector<std::string> all;
  ids.ForEach([&all](Bytes id) { all.push_back(ObjectId::FromRaw(id).ToHex()); });
  return all;
}

std::vector<std::string> IdsByGit(const GitFixture& git) {
  const std::string text =
      git.Git({"cat-file", "--batch-all-objects", "--batch-check=%(objectname)"}) + "\n";
  std::vector<std::string> ids;
  for (size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
    const std::string id = text.substr(at, text.find('\n', at) - at);
    if (!id.empty()) ids.push_back(id);
  }
  return ids;
}

void Grow(GitFixture* git, int from, int to) {
  for (int i = from; i < to; ++i) {
    git->Write("file" + std::to_string(i % 5), std::string(300, 'x') + std::to_string(i));
    git->Commit("commit " + std::to_string(i));
  }
}

}  // namespace

TEST_CASE("store ids: each id once and ascending, however the store is packed") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  std::set<std::string> digests;
  const auto check = [&git] {
    const auto repository = Repository::OpenAt(git.directory());
    const StoreIds ids(*repository);
    CHECK(Ids(ids) == IdsByGit(git));
    return ids.Digest();
  };
  digests.insert(check());
  Grow(&git, 0, 20);
  const std::string loose = check();
  digests.insert(loose);
  git.Git({"repack", "-q"});
  CHECK(check() == loose);  // a pack, and the same loose
  git.Git({"prune-packed"});
  CHECK(check() == loose);
  Grow(&git, 20, 30);
  digests.insert(check());
  git.Git({"repack", "-q"});
  const std::string two = check();  // two packs that overlap with loose ones
  git.Git({"repack", "-q", "-a"});
  CHECK(check() == two);
  git.Git({"gc", "-q"});
  CHECK(check() == two);
  CHECK(digests.size() == 3);
}

TEST_CASE("loose ids: files that Git would look for, each once over all object directories") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  Grow(&git, 0, 3);
  const auto repository = Repository::OpenAt(git.directory());
  const LooseIds loose = ListLooseIds(*repository, 2);
  CHECK(loose.ids.size() == 9);
  CHECK(std::is_sorted(loose.ids.begin(), loose.ids.end()));

  const std::string objects = git.directory() + "/.git/objects/";
  const std::string hex = loose.ids.front().ToHex();
  for (const std::string& name :
       {"ab/" + std::string(38, 'C'), "ab/" + std::string(62, 'c'), "ab/" + std::string(37, 'c'),
        std::string("ab/tmp_obj_abcdef"), "ab/" + std::string(37, 'c') + "g",
        "AB/" + std::string(38, 'c'), std::string("cdef/") + std::string(36, 'c')}) {
    std::filesystem::create_directories(objects + name.substr(0, name.find('/')));
    std::ofstream(objects + name) << "x";
  }
  std::filesystem::copy(objects, folder.path() + "/other",
                        std::filesystem::copy_options::recursive);
  std::filesystem::remove_all(objects + hex.substr(0, 2));
  std::ofstream(objects + "info/alternates") << folder.path() << "/other\n";
  const auto borrower = Repository::OpenAt(git.directory());
  for (unsigned threads : {1u, 4u}) {
    const LooseIds again = ListLooseIds(*borrower, threads);
    CHECK(again.ids == loose.ids);
    CHECK(again.gaps.empty());
  }
}

TEST_CASE("a listing with a filter holds what is wanted, from sound packs and others") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  Grow(&git, 0, 40);
  git.Git({"repack", "-q", "-d"});
  Grow(&git, 40, 50);
  git.Git({"repack", "-q", "-d"});
  Grow(&git, 50, 55);
  const auto repository = Repository::OpenAt(git.directory());
  const ObjectInventory whole = ListObjects(*repository, 2);
  CHECK(whole.sound_packs.size() == 2);
  std::vector<ObjectId> all;
  for (const auto* list : {&whole.objects, &whole.trees}) {
    for (const StoredObject& object : *list) all.push_back(object.oid);
  }
  std::sort(all.begin(), all.end());
  const LooseIds loose = ListLooseIds(*repository, 2);
  for (size_t step : {size_t{1}, size_t{2}, size_t{7}, all.size() + 1}) {
    std::vector<ObjectId> wanted;
    for (size_t i = 0; i < all.size(); i += step) wanted.push_back(all[i]);
    // What is nowhere is not listed.
    wanted.push_back(ObjectId::FromRaw(std::vector<uint8_t>(20, 0xff)));
    for (bool sound : {false, true}) {
      const ListFilter filter{wanted, [sound](const PackFile&) { return sound; }, loose};
      const ObjectInventory some = ListObjects(*repository, 2, &filter);
      std::vector<ObjectId> listed;
      for (const auto* list : {&some.objects, &some.trees}) {
        for (const StoredObject& object : *list) listed.push_back(object.oid);
      }
      std::sort(listed.begin(), listed.end());
      CHECK(listed == std::vector<ObjectId>(wanted.begin(), wanted.end() - 1));
      CHECK(some.gaps.empty());
      CHECK(some.sound_packs.size() == (sound ? 0 : 2));
    }
  }
}

}  // namespace picket
