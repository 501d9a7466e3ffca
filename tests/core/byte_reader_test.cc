#include "core/byte_reader.h"

#include <doctest/doctest.h>

#include <cstdint>

namespace picket {

TEST_CASE("byte reader: integers in both byte orders") {
  const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  ByteReader reader(bytes);
  CHECK(reader.U8() == 1);
  CHECK(reader.U16Le() == 0x0302);
  CHECK(reader.U32Be() == 0x04050607);
  CHECK(reader.remaining() == 2);
  CHECK(reader.ok());
}

TEST_CASE("byte reader: stays failed after the first read that does not fit") {
  const uint8_t bytes[] = {1, 2, 3};
  ByteReader reader(bytes);
  reader.Skip(1);
  CHECK(reader.U32Le() == 0);
  CHECK_FALSE(reader.ok());
  CHECK(reader.failed_at() == 1);
  CHECK(reader.U8() == 0);
  CHECK(reader.Take(1).empty());
  CHECK(reader.remaining() == 0);
}

TEST_CASE("byte reader: lengths near the largest integer don't wrap") {
  const uint8_t bytes[] = {1, 2, 3};
  ByteReader reader(bytes, 1);
  CHECK(reader.Take(UINT64_MAX).empty());
  CHECK_FALSE(reader.ok());
  ByteReader beyond(bytes, UINT64_MAX);
  CHECK_FALSE(beyond.ok());
}

TEST_CASE("byte reader: a line without its delimiter is a failure") {
  ByteReader reader(AsBytes("one\ntwo"));
  CHECK(AsText(reader.TakeUntil('\n')) == "one");
  CHECK(reader.TakeUntil('\n').empty());
  CHECK_FALSE(reader.ok());
}

}  // namespace picket
