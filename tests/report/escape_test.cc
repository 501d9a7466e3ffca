#include "report/escape.h"

#include <doctest/doctest.h>

#include <string>

#include "core/utf8.h"

namespace picket {
namespace {

using namespace std::string_literals;

std::string Utf8(char32_t value) {
  auto byte = [](uint32_t v) { return static_cast<char>(static_cast<uint8_t>(v)); };
  uint32_t v = value;
  if (v < 0x80) return {byte(v)};
  if (v < 0x800) return {byte(0xc0 | v >> 6), byte(0x80 | (v & 63))};
  if (v < 0x10000) return {byte(0xe0 | v >> 12), byte(0x80 | (v >> 6 & 63)), byte(0x80 | (v & 63))};
  return {byte(0xf0 | v >> 18), byte(0x80 | (v >> 12 & 63)), byte(0x80 | (v >> 6 & 63)),
          byte(0x80 | (v & 63))};
}

}  // namespace

TEST_CASE("escape: what could steer a terminal is shown, not sent") {
  struct Row {
    std::string text;
    std::string shown;
  };
  for (const Row& row : {
           Row{"", ""},
           Row{"plain/path.txt", "plain/path.txt"},
           Row{"back\\slash \"quoted\"", "back\\slash \"quoted\""},
           Row{"a\x1b[31mb", "a\\x1b[31mb"},
           Row{"a\nb\tc\rd", "a\\nb\\tc\\rd"},
           Row{"a\0b"s, "a\\x00b"},
           Row{"\x7f", "\\x7f"},
           Row{"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
           Row{"\xe6\x97\xa5", "\xe6\x97\xa5"},
           Row{"\xf0\x9f\x90\xb1", "\xf0\x9f\x90\xb1"},
           Row{"\xc2\x9b", "\\u{009b}"},
           Row{Utf8(0x202e) + "exe.txt", "\\u{202e}exe.txt"},
           Row{Utf8(0x200f), "\\u{200f}"},
           Row{Utf8(0x2067), "\\u{2067}"},
           Row{Utf8(0xfeff), "\\u{feff}"},
           Row{Utf8(0x2028), "\\u{2028}"},
           Row{Utf8(0xe0041), "\\u{e0041}"},
           Row{"caf\xe9", "caf\\xe9"},
           Row{"\xff\xfe", "\\xff\\xfe"},
           // Overlong, surrogate, beyond the last code point, cut short.
           Row{"\xc0\xaf", "\\xc0\\xaf"},
           Row{"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},
           Row{"\xed\xa0\x80", "\\xed\\xa0\\x80"},
           Row{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
           Row{"\xe6\x97", "\\xe6\\x97"},
           Row{"\xe6\x97x", "\\xe6\\x97x"},
       }) {
    CHECK(EscapeForTerminal(row.text) == row.shown);
    CHECK(EscapeForTerminal(row.shown) == row.shown);
  }
}

TEST_CASE("escape: every code point survives, or is shown as its number") {
  // One check for all: a million of them take longer than the work.
  char32_t first_bad = 0;
  for (char32_t value = 0x20; value < 0x110000 && first_bad == 0; ++value) {
    if (value >= 0xd800 && value < 0xe000) continue;
    std::string text = Utf8(value);
    Character character = DecodeUtf8(text);
    std::string shown = EscapeForTerminal(text);
    bool good = character.valid && character.value == value && character.length == text.size() &&
                (shown == text || shown.starts_with('\\')) && EscapeInvalidUtf8(text) == text;
    if (!good) first_bad = value;
  }
  CHECK(static_cast<uint32_t>(first_bad) == 0);
}

TEST_CASE("escape: JSON text keeps all but bytes that are no UTF-8") {
  CHECK(EscapeInvalidUtf8("a\x1b\n" + Utf8(0x202e)) == "a\x1b\n" + Utf8(0x202e));
  CHECK(EscapeInvalidUtf8("caf\xe9") == "caf\\xe9");
}

TEST_CASE("escape: columns count characters, not bytes") {
  CHECK(Columns("") == 0);
  CHECK(Columns("abc") == 3);
  CHECK(Columns("gr\xc3\xbc\xc3\x9f") == 4);
}

}  // namespace picket
