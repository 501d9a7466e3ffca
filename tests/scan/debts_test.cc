#include "scan/debts.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "core/error.h"
#include "support/git_fixture.h"

namespace picket {
namespace {

using test::TemporaryFolder;

constexpr auto kPatience = std::chrono::seconds(60);

ObjectId Id(int number) {
  std::string hex = std::to_string(number);
  return *ObjectId::TryParse(std::string(40 - hex.size(), 'a') + hex);
}

Debt MakeDebt(int number) {
  return {Id(number), "2030-01-31T12:00:00Z", "refs/heads/" + std::to_string(number)};
}

}  // namespace

TEST_CASE("debts: what is written is read") {
  DebtList list;
  list.debts = {MakeDebt(2), MakeDebt(1), MakeDebt(2)};
  list.judged = {Id(7), Id(3), Id(7)};
  const std::string text = FormatDebts(list);
  const DebtList read = ParseDebts(text, "file");
  CHECK(read.debts == std::vector<Debt>{MakeDebt(1), MakeDebt(2)});
  CHECK(read.judged == std::vector<ObjectId>{Id(3), Id(7)});
  CHECK(FormatDebts(read) == text);
  list.debts.clear();
  CHECK(FormatDebts(list).empty());
}

TEST_CASE("debts: nothing but what is written is read") {
  const std::string id = Id(1).ToHex();
  const std::string head = "picket debts 1\n";
  const std::string time = "2030-01-31T12:00:00Z";
  for (const std::string& text :
       std::vector<std::string>{"",
                                "\n",
                                "picket debts 1",
                                "picket debts 2\n",
                                head + "debt\n",
                                head + "judged\n",
                                head + "judged " + id,
                                head + "judged " + id + " more\n",
                                head + "judged " + std::string(40, '0') + "\n",
                                head + "judged " + id.substr(1) + "\n",
                                head + "judged " + std::string(40, 'A') + "\n",
                                head + "debt " + id + "\n",
                                head + "debt " + id + " " + time + "\n",
                                head + "debt " + id + " " + time + " \n",
                                head + "debt " + id + " today refs/heads/a\n",
                                head + "debt " + id + " " + time + " refs/heads/a b\n",
                                head + "debt " + id + " " + time + " refs/heads/a\r\n",
                                head + "debt " + id + " " + time + " refs/\x1b[2J\n",
                                head + "\n",
                                head + head,
                                head + "debt  " + id + " " + time + " refs/heads/a\n"}) {
    INFO(text);
    CHECK_THROWS_AS(ParseDebts(text, "file"), Error);
  }
}

TEST_CASE("debts: a book is a file for its owner, and none where there are no debts") {
  TemporaryFolder folder;
  const std::string file = folder.path() + "/picket/debts";
  DebtBook book(file, false);
  CHECK(book.Read().debts.empty());
  book.Change([](DebtList*) {}, kPatience);
  CHECK_FALSE(std::filesystem::exists(file));
  book.Change([](DebtList* list) { list->debts.push_back(MakeDebt(1)); }, kPatience);
  struct stat status {};
  REQUIRE(stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  REQUIRE(stat((folder.path() + "/picket").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0700);
  CHECK(book.Read().debts == std::vector<Debt>{MakeDebt(1)});
  // What a process that was killed has left half written is of no use to anybody.
  std::ofstream(file + ".new") << "picket de";
  book.Change([](DebtList* list) { list->debts.push_back(MakeDebt(2)); }, kPatience);
  CHECK(book.Read().debts.size() == 2);
  CHECK_FALSE(std::filesystem::exists(file + ".new"));
  book.Change([](DebtList* list) { list->debts.clear(); }, kPatience);
  CHECK_FALSE(std::filesystem::exists(file));

  DebtBook shared(folder.path() + "/shared/debts", true);
  shared.Change([](DebtList* list) { list->debts.push_back(MakeDebt(1)); }, kPatience);
  REQUIRE(stat(shared.file().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0660);
}

TEST_CASE("debts: a book that everybody may write, a full one and a broken one are refused") {
  TemporaryFolder folder;
  const std::string file = folder.path() + "/picket/debts";
  DebtBook book(file, false);
  book.Change([](DebtList* list) { list->debts.push_back(MakeDebt(1)); }, kPatience);
  chmod(file.c_str(), 0666);
  CHECK_THROWS_AS(book.Read(), Error);
  chmod(file.c_str(), 0600);
  CHECK_THROWS_AS(book.Change(
                      [](DebtList* list) {
                        const int most = static_cast<int>(DebtBook::kMost);
                        for (int i = 0; i <= most; ++i) list->debts.push_back(MakeDebt(i));
                      },
                      kPatience),
                  Error);
  CHECK(book.Read().debts.size() == 1);
  // More that was judged than is kept is forgotten; it is only judged again.
  book.Change(
      [](DebtList* list) {
        const int most = static_cast<int>(DebtBook::kMost);
        for (int i = 0; i <= most; ++i) list->judged.push_back(Id(i));
      },
      kPatience);
  CHECK(book.Read().judged.size() == DebtBook::kMost);
  std::ofstream(file) << "picket debts 1\nnonsense\n";
  CHECK_THROWS_AS(book.Change([](DebtList*) {}, kPatience), Error);
}

TEST_CASE("debts: many that change one book at once lose nothing") {
  TemporaryFolder folder;
  constexpr int kThreads = 8;
  constexpr int kEach = 20;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      DebtBook book(folder.path() + "/picket/debts", false);
      for (int i = 0; i < kEach; ++i) {
        book.Change([&](DebtList* list) { list->debts.push_back(MakeDebt(t * kEach + i)); },
                    kPatience);
        if (i % 2 == 0) continue;
        book.Change([&](DebtList* list) { std::erase(list->debts, MakeDebt(t * kEach + i - 1)); },
                    kPatience);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(DebtBook(folder.path() + "/picket/debts", false).Read().debts.size() ==
        kThreads * kEach / 2);
}

}  // namespace picket
