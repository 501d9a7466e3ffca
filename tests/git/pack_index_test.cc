#include "git/pack/pack_index.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "git/pack/pack_entry.h"

namespace picket {

TEST_CASE("pack index: sizes, tables and offsets are lies until checked") {
  auto table = [](uint32_t all, int from = 'o') {
    std::string text;
    for (int i = 0; i < 256; ++i) {
      const uint32_t count = i < from ? 0 : all;
      for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(count >> shift & 0xff);
    }
    return text;
  };
  const std::string magic("\377tOc\0\0\0\2", 8);
  const std::string trailers(40, 't');
  const std::string oid(20, 'o');
  struct Case {
    const char* name;
    std::string bytes;
    bool good;
  };
  const Case kCases[] = {
      {"empty file", "", false},
      {"no objects", magic + table(0) + trailers, true},
      {"one object",
       magic + table(1) + oid + std::string(4, 'c') + std::string(3, '\0') + "\x0c" + trailers,
       true},
      {"one object too many", magic + table(2) + oid + std::string(8, '\0') + trailers, false},
      {"four billion objects", magic + table(UINT32_MAX) + trailers, false},
      {"an offset past the large ones",
       magic + table(1) + oid + std::string(4, 'c') + "\x80" + std::string(3, '\0') + trailers,
       false},
      {"a large offset",
       magic + table(1) + oid + std::string(4, 'c') + "\x80" + std::string(3, '\0') +
           std::string(8, '\x01') + trailers,
       true},
      {"a table that does not fit the ids",
       magic + table(1, 'n') + oid + std::string(4, 'c') + std::string(4, '\0') + trailers, false},
      {"ids that descend",
       magic + table(2) + "oz" + oid.substr(2) + oid + std::string(16, '\0') + trailers, false},
      {"version 3", std::string("\377tOc\0\0\0\3", 8) + table(0) + trailers, false},
      {"version 1", table(1) + std::string(4, '\0') + oid + trailers, true},
      {"version 1, too long", table(1) + std::string(5, '\0') + oid + trailers, false},
  };
  for (const Case& c : kCases) {
    CAPTURE(c.name);
    PackIndex index;
    bool good = index.Parse(AsBytes(c.bytes), 20) == "" && index.CheckOrder() == "";
    for (uint32_t i = 0; good && i < index.size(); ++i) good = index.offset(i).has_value();
    CHECK(good == c.good);
  }
}

TEST_CASE("pack index: entry headers") {
  std::string pack = std::string(12, 'h');
  auto parse = [&](std::string_view bytes, PackEntryHeader* header) {
    std::string whole = pack + std::string(bytes) + "z" + std::string(20, 't');
    return ParsePackEntryHeader(AsBytes(whole), 12, 20, header);
  };
  PackEntryHeader header;
  REQUIRE(parse("\xb5\x01", &header));
  CHECK(header.kind == PackEntryKind::kBlob);
  CHECK(header.size == 5 + 16);
  CHECK(header.data_offset == 14);
  REQUIRE(parse("\x61\x04", &header));
  CHECK(header.base_offset == 8);
  CHECK_FALSE_MESSAGE(parse(std::string("\x61\0", 2), &header), "a base at itself");
  CHECK_FALSE_MESSAGE(parse("\x61\x7f", &header), "a base before the file");
  CHECK_FALSE_MESSAGE(parse("\x01", &header), "no such kind");
  CHECK_FALSE_MESSAGE(parse("\x51", &header), "a reserved kind");
  CHECK_FALSE_MESSAGE(parse(std::string(30, '\xff'), &header), "a size that never ends");
  CHECK_FALSE_MESSAGE(parse("\x71 short", &header), "half an id");
}

TEST_CASE("pack index: every id is found where it stands first, however ids are spread") {
  std::mt19937 random(5);
  for (size_t id_bytes : {size_t{20}, size_t{32}}) {
    for (int spread = 0; spread < 4; ++spread) {
      CAPTURE(id_bytes);
      CAPTURE(spread);
      // Even; all with one first byte; nearly all in one corner; and with repetitions.
      std::vector<std::string> ids;
      for (int i = 0; i < 3'000; ++i) {
        std::string id(id_bytes, '\0');
        for (char& byte : id) byte = static_cast<char>(random() & 0x7f);
        if (spread >= 1) id[0] = 'o';
        if (spread == 2 && i % 50 != 0) id[1] = id[2] = id[3] = '\xff';
        ids.push_back(id);
        if (spread == 3)
          for (int copy = i % 7; copy > 0; --copy) ids.push_back(id);
      }
      std::sort(ids.begin(), ids.end());
      std::string bytes("\377tOc\0\0\0\2", 8);
      for (int first = 0; first < 256; ++first) {
        const auto count = static_cast<uint32_t>(std::count_if(
            ids.begin(), ids.end(), [&](const auto& id) { return uint8_t(id[0]) <= first; }));
        for (int shift = 24; shift >= 0; shift -= 8)
          bytes += static_cast<char>(count >> shift & 0xff);
      }
      for (const std::string& id : ids) bytes += id;
      bytes += std::string(ids.size() * 8 + 2 * id_bytes, '\0');
      PackIndex index;
      REQUIRE(index.Parse(AsBytes(bytes), id_bytes) == "");
      size_t wrong = 0;
      for (const std::string& id : ids) {
        const auto first = std::lower_bound(ids.begin(), ids.end(), id) - ids.begin();
        wrong += index.Find(ObjectId::FromRaw(AsBytes(id))) != static_cast<uint32_t>(first);
        for (int step : {1, -1}) {
          std::string near = id;
          near.back() = static_cast<char>(near.back() + step);
          const bool there = std::binary_search(ids.begin(), ids.end(), near);
          wrong += (index.Find(ObjectId::FromRaw(AsBytes(near))) != PackIndex::kNotThere) != there;
        }
      }
      CHECK(wrong == 0);
    }
  }
}

}  // namespace picket
