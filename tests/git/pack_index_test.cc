#include "git/pack/pack_index.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

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

}  // namespace picket
