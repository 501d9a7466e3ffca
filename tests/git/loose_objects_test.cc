#include "git/loose_objects.h"

#include <doctest/doctest.h>
#include <zlib.h>

#include <string>
#include <vector>

namespace picket {
namespace {

std::string Deflate(const std::string& text) {
  uLongf size = compressBound(text.size());
  std::string packed(size, '\0');
  REQUIRE(compress(reinterpret_cast<Bytef*>(packed.data()), &size,
                   reinterpret_cast<const Bytef*>(text.data()), text.size()) == Z_OK);
  packed.resize(size);
  return packed;
}

std::string Header(const std::string& words) { return words + std::string(1, '\0'); }

bool Read(const std::string& file, std::string* content, ObjectHeader* header, std::string* why) {
  return ReadLoose(
      AsBytes(file),
      [content](uint64_t size) {
        content->resize(size);
        return reinterpret_cast<uint8_t*>(content->data());
      },
      header, why);
}

}  // namespace

TEST_CASE("loose object: content of every size around the header's room") {
  for (size_t size : {0u, 1u, 20u, 24u, 25u, 26u, 31u, 32u, 33u, 1000u, 300000u}) {
    std::string content(size, 'x');
    std::string words = "blob ";
    words.append(std::to_string(size));
    std::string read;
    ObjectHeader header;
    std::string why;
    CAPTURE(size);
    CHECK(Read(Deflate(Header(words) + content), &read, &header, &why));
    CHECK(read == content);
    CHECK(header.type == ObjectType::kBlob);
    CHECK(header.size == size);
  }
}

TEST_CASE("loose object: every damage is told, and reading ends") {
  const std::string good = Deflate(Header("tag 600") + std::string(600, 'y'));
  std::string flipped = good;
  flipped.back() = static_cast<char>(flipped.back() ^ 1);
  const std::vector<std::string> damaged = {
      "",
      "x",
      good.substr(0, good.size() - 1),
      good.substr(0, good.size() / 2),
      good.substr(0, 3),
      good + "x",
      flipped,
      Deflate(Header("tag 601") + std::string(600, 'y')),
      Deflate(Header("tag 599") + std::string(600, 'y')),
      Deflate(Header("blub 3") + "abc"),
      Deflate(Header("blob -3") + "abc"),
      Deflate(Header("blob 3 ") + "abc"),
      Deflate(Header("blob ") + "abc"),
      Deflate(Header("blob 99999999999999999999999") + "abc"),
      Deflate(Header("blob 9999999999") + "abc"),
      Deflate("blob 3"),
  };
  for (const std::string& file : damaged) {
    std::string read;
    ObjectHeader header;
    std::string why;
    CAPTURE(file.size());
    CHECK_FALSE(Read(file, &read, &header, &why));
    CHECK_FALSE(why.empty());
  }
}

}  // namespace picket
