#include "sandbox/keeper.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "sandbox/places.h"
#include "sandbox/wire.h"
#include "support/git_fixture.h"

namespace picket {
namespace {

constexpr char kSomeId[] = "0123456789abcdef0123456789abcdef01234567";

std::string Raw(const std::string& hex) {
  return std::string(AsText(ObjectId::TryParse(hex)->raw()));
}

std::optional<Keeper::Reply> Ask(Keeper& keeper, Question what, uint32_t directory, uint64_t at,
                                 std::string_view text) {
  return keeper.AnswerOne({static_cast<uint32_t>(what), directory, at, 0}, text);
}

}  // namespace

TEST_CASE("places are told by number, id or name, and lead back to the same path") {
  const Places places{.object_dirs = {"/srv/a.git/objects", "/srv/a.git/objects/quarantine"},
                      .files = {"/data/one", "/data/two"},
                      .context = ""};
  const std::string loose = "/01/23456789abcdef0123456789abcdef01234567";
  for (const std::string& path :
       {"/srv/a.git/objects" + loose, "/srv/a.git/objects/quarantine" + loose,
        std::string("/srv/a.git/objects/pack/pack-0123.idx"),
        std::string("/srv/a.git/objects/quarantine/pack/pack-ab.pack"), std::string("/data/two")}) {
    CAPTURE(path);
    const std::optional<PlaceQuestion> question = FindFile(places, path);
    REQUIRE(question);
    CHECK(PathOf(places, *question) == path);
  }
  for (const char* path : {"/srv/a.git/objects", "/srv/a.git/objects/pack", "/srv/a.git/objects/0f",
                           "/srv/a.git/objects/quarantine/pack"}) {
    CAPTURE(path);
    const std::optional<PlaceQuestion> question = FindFolder(places, path);
    REQUIRE(question);
    CHECK(PathOf(places, *question) == path);
  }
  for (const char* path :
       {"/etc/passwd", "/srv/a.git/config", "/srv/a.git/objects/../config", "/data/three",
        "/srv/a.git/objects/pack/../../config", "/srv/a.git/objects/info/alternates",
        "/srv/a.git/objects/pack/pack-1.keep", "/srv/a.git/objects/pack/pack-../x.idx",
        "/srv/a.git/objects/AB/3456789abcdef0123456789abcdef0123456789", ""}) {
    CAPTURE(path);
    CHECK_FALSE(FindFile(places, path));
    CHECK_FALSE(FindFolder(places, path));
  }
}

TEST_CASE("places survive the way through the socket, and damaged ones are none") {
  const Places places{.object_dirs = {"/a", std::string("/b\0c", 4)},
                      .files = {"", "/x\ny"},
                      .context = std::string("q\0", 2)};
  const std::string text = WritePlaces(places);
  const std::optional<Places> read = ReadPlaces(text);
  REQUIRE(read);
  CHECK(read->object_dirs == places.object_dirs);
  CHECK(read->files == places.files);
  CHECK(read->context == places.context);
  for (size_t length = 0; length < text.size(); ++length)
    CHECK_FALSE(ReadPlaces(std::string_view(text).substr(0, length)));
  CHECK_FALSE(ReadPlaces(text + "x"));
  CHECK_FALSE(ReadPlaces(std::string(8, '\xff')));
}

TEST_CASE("a keeper answers for what was agreed on, and takes all else for an attack") {
  const test::TemporaryFolder folder;
  test::GitFixture git(folder, "repo");
  git.Write("file", "content\n");
  git.Commit("one");
  const std::string objects = git.git_dir() + "/objects";
  const std::string listed = folder.path() + "/listed";
  std::ofstream(listed) << "listed";
  const std::string blob = Raw(git.Id("HEAD:file").ToHex());
  const std::string commit_folder = git.Id("HEAD").ToHex().substr(0, 2);

  Keeper keeper{DoErrand()};
  CHECK_FALSE(Ask(keeper, Question::kOpenLoose, 0, 0, blob));  // nothing was agreed on
  const std::string agreed =
      WritePlaces({.object_dirs = {objects}, .files = {listed, folder.path()}, .context = ""});
  REQUIRE(Ask(keeper, Question::kPlaces, 0, 0, agreed));
  CHECK_FALSE(Ask(keeper, Question::kPlaces, 0, 0, agreed));  // once is enough

  struct Row {
    Question what;
    uint32_t directory;
    uint64_t at;
    std::string text;
    int error;  // -1: no answer at all
  };
  const std::vector<Row> rows = {
      {Question::kOpenLoose, 0, 0, blob, 0},
      {Question::kOpenLoose, 0, 0, Raw(kSomeId), ENOENT},
      {Question::kOpenLoose, 0, 0, std::string(32, 'x'), ENOENT},
      {Question::kOpenLoose, 1, 0, blob, -1},
      {Question::kOpenLoose, UINT32_MAX, 0, blob, -1},
      {Question::kOpenLoose, 0, 0, blob.substr(1), -1},
      {Question::kOpenLoose, 0, 0, "../../../../etc/pass", ENOENT},  // twenty bytes are an id
      {Question::kOpenLoose, 0, 0, std::string(300, 'x'), -1},
      {Question::kReadLoose, 0, AsNumber({20, 100}), blob + Raw(kSomeId), 0},
      {Question::kReadLoose, 0, AsNumber({20, 100}), "", 0},
      {Question::kReadLoose, 1, AsNumber({20, 100}), blob, -1},
      {Question::kReadLoose, 0, AsNumber({20, 100}), blob.substr(1), -1},
      {Question::kReadLoose, 0, AsNumber({32, 100}), blob, -1},
      {Question::kReadLoose, 0, AsNumber({10, 100}), blob, -1},
      {Question::kReadLoose, 0, AsNumber({0, 100}), blob, -1},
      {Question::kReadLoose, 0, AsNumber({20, kMostStartBytes}), blob, 0},
      {Question::kReadLoose, 0, AsNumber({20, kMostStartBytes + 1}), blob, -1},
      {Question::kReadLoose, 0, AsNumber({20, 100}), std::string(20 * Door::kFilesAtOnce, 'x'), 0},
      {Question::kReadLoose, 0, AsNumber({20, 100}), std::string(20 * Door::kFilesAtOnce + 20, 'x'),
       -1},
      {Question::kLooseExists, 0, 0, blob, 0},
      {Question::kLooseExists, 0, 0, Raw(kSomeId), ENOENT},
      {Question::kOpenPack, 0, 0, "pack-1.idx", ENOENT},
      {Question::kOpenPack, 0, 0, "pack-/../../config.idx", -1},
      {Question::kOpenPack, 0, 0, "../config", -1},
      {Question::kOpenPack, 0, 0, "pack-1.keep", -1},
      {Question::kOpenPack, 0, 0, std::string("pack-1\0.idx", 11), -1},
      {Question::kOpenPack, 0, 0, "pack-" + std::string(200, 'a') + ".idx", -1},
      {Question::kOpenPack, 0, 0, "pack-.idx", -1},
      {Question::kOpenListed, 1, 0, "", 0},
      {Question::kOpenListed, 1, 1, "", 0},
      {Question::kOpenListed, 1, 2, "", -1},
      {Question::kOpenListed, 1, UINT64_MAX, "", -1},
      {Question::kOpenListed, 0, 0, "", -1},
      {Question::kOpenListed, 2, 0, "", 0},
      {Question::kOpenListed, 2, 1, "", -1},
      {Question::kOpenListed, UINT32_MAX, 0, "", -1},
      {Question::kPacksChangedAt, 0, 0, "", 0},
      {Question::kPacksChangedAt, 9, 0, "", -1},
      {Question::kListFolder, 0, std::stoul(commit_folder, nullptr, 16), "", 0},
      {Question::kListFolder, 0, kTopFolder, "", 0},
      {Question::kListFolder, 0, kPackFolder, "", 0},
      {Question::kListFolder, 0, kPackFolder + 1, "", -1},
      {Question::kListFolder, 0, UINT64_MAX, "", -1},
      {Question::kErrand, 0, 0, "", -1},
      {Question::kErrand, 0, static_cast<uint64_t>(Errand::kLast) + 1, "", -1},
      {Question::kErrand, 0, static_cast<uint64_t>(Errand::kSpool), "", EINVAL},
      {static_cast<Question>(0), 0, 0, "", -1},
      {static_cast<Question>(99), 0, 0, "", -1},
  };
  for (const Row& row : rows) {
    CAPTURE(static_cast<int>(row.what));
    CAPTURE(row.at);
    CAPTURE(row.text);
    const std::optional<Keeper::Reply> reply =
        Ask(keeper, row.what, row.directory, row.at, row.text);
    CHECK((reply ? reply->error : -1) == row.error);
    for (const int fd : reply ? reply->fds : std::vector<int>()) close(fd);
  }
  // The second is a folder by now.
  const std::optional<Keeper::Reply> both = Ask(keeper, Question::kOpenListed, 2, 0, "");
  REQUIRE(both);
  CHECK(both->fds.size() == 1);
  const int errors[] = {0, EINVAL};
  CHECK(both->text == std::string(reinterpret_cast<const char*>(errors), sizeof errors));
  for (const int fd : both->fds) close(fd);
  const std::optional<Keeper::Reply> names = Ask(keeper, Question::kListFolder, 0, kTopFolder, "");
  REQUIRE(names);
  CHECK(names->text.find(std::string("pack\0", 5)) != std::string::npos);
}

TEST_CASE("a frame that lies about its length, or brings a descriptor, ends the conversation") {
  struct Row {
    const char* name;
    uint64_t text_bytes;
    int fd;
  };
  for (const Row& row : {Row{"too long", kMostTextBytes + 1, -1}, Row{"absurd", UINT64_MAX, -1},
                         Row{"cut short", 1000, -1}, Row{"with a descriptor", 0, 1}}) {
    CAPTURE(row.name);
    int ends[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    const FrameHead head{static_cast<uint32_t>(Question::kOpenLoose), 0, 0, row.text_bytes};
    if (row.fd >= 0) {
      SendFrame(ends[0], head, "", row.fd);
    } else {
      CHECK(write(ends[0], &head, sizeof head) == static_cast<ssize_t>(sizeof head));
    }
    shutdown(ends[0], SHUT_WR);
    Keeper keeper{DoErrand()};
    const bool ended_well = keeper.AnswerQuestions(ends[1]);
    CHECK(ended_well == (row.fd < 0));
    char byte = 0;
    close(ends[1]);
    CHECK(read(ends[0], &byte, 1) == 0);
    close(ends[0]);
  }
}

TEST_CASE("descriptors that nobody asked for are closed, however many come along") {
  for (const size_t count : {1u, 2u, 3u, 50u}) {
    CAPTURE(count);
    int ends[2];
    int given[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    REQUIRE(pipe(given) == 0);
    const std::vector<int> many(count, given[1]);
    FrameHead head{static_cast<uint32_t>(Question::kLooseExists), 0, 0, 0};
    std::vector<char> control(CMSG_SPACE(count * sizeof(int)));
    iovec part{&head, sizeof head};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(count * sizeof(int));
    std::memcpy(CMSG_DATA(rights), many.data(), count * sizeof(int));
    REQUIRE(sendmsg(ends[0], &message, 0) == static_cast<ssize_t>(sizeof head));
    shutdown(ends[0], SHUT_WR);
    Keeper keeper{DoErrand()};
    keeper.AnswerQuestions(ends[1]);
    close(given[1]);
    // Every copy of the other end has gone.
    char byte = 0;
    CHECK(read(given[0], &byte, 1) == 0);
    for (int fd : {ends[0], ends[1], given[0]}) close(fd);
  }
}

TEST_CASE("an errand that fails in a way that nobody has thought of is an answer") {
  Keeper keeper([](Errand, std::string_view, std::string_view) -> Answer {
    throw std::length_error("too long");
  });
  REQUIRE(Ask(keeper, Question::kPlaces, 0, 0, WritePlaces({})));
  const std::optional<Keeper::Reply> answer =
      Ask(keeper, Question::kErrand, 0, static_cast<uint64_t>(Errand::kLog), "");
  REQUIRE(answer);
  CHECK(answer->error == EINVAL);
}

TEST_CASE("long texts pass whole") {
  int ends[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  std::string text(size_t{5} << 20, '\0');
  for (size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 7 + i / 4096);
  std::thread sender([&] { SendFrame(ends[0], {7, 1, 2, 0}, text, -1); });
  FrameHead head;
  std::string got;
  int fd = -1;
  CHECK(ReceiveFrame(ends[1], &head, &got, &fd, kMostTextBytes));
  sender.join();
  CHECK(head.what == 7);
  CHECK(head.at == 2);
  CHECK(got == text);
  CHECK(fd == -1);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace picket
