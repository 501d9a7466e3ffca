#include "contents/encoded_text.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace picket {
namespace {

std::string Wide(std::string_view text, bool little) {
  std::string wide;
  for (char c : text) {
    wide.push_back(little ? c : '\0');
    wide.push_back(little ? '\0' : c);
  }
  return wide;
}

}  // namespace

TEST_CASE("encoded text: UTF-16 is known by its mark or by its zeros") {
  std::string le = Wide("hello, world; this is text", true);
  std::string be = Wide("hello, world; this is text", false);
  CHECK(DetectUtf16(AsBytes("\xff\xfe" + le))->begin == 2);
  CHECK(DetectUtf16(AsBytes("\xfe\xff" + be))->order == Encoding::kUtf16Be);
  CHECK(DetectUtf16(AsBytes(le))->order == Encoding::kUtf16Le);
  CHECK(DetectUtf16(AsBytes(be))->order == Encoding::kUtf16Be);
  CHECK_FALSE(DetectUtf16(AsBytes("plain text, long enough")).has_value());
  CHECK_FALSE(DetectUtf16(AsBytes(std::string(64, '\0'))).has_value());
  CHECK_FALSE(DetectUtf16({}).has_value());
  CHECK(DecodeUtf16(AsBytes(le), Encoding::kUtf16Le) == "hello, world; this is text");
  CHECK(DecodeUtf16(AsBytes(be + "x"), Encoding::kUtf16Be) == "hello, world; this is text");
  CHECK(DecodeUtf16(AsBytes(std::string("\x41\x04\xe9\x00", 4)), Encoding::kUtf16Le) == "\xff\xe9");
}

TEST_CASE("encoded text: a UTF-16 run ends where units end, at any alignment") {
  for (const char* junk : {"", "j", "ju", "jun"}) {
    std::string text = std::string(junk) + "\x01\x02" + Wide("abcdefgh", true) + "\x01\x02";
    uint64_t begin = std::string(junk).size() + 2;
    EncodedRun run = FindUtf16Run(AsBytes(text), Encoding::kUtf16Le, begin + 6);
    CHECK(run.begin == begin);
    CHECK(run.end == begin + 16);
  }
}

TEST_CASE("encoded text: base64 decodes around a place, wrapped or not, in both alphabets") {
  struct Case {
    std::string text;
    std::string decoded;
  };
  // "hello, base64 world?>" and its parts.
  const Case kCases[] = {
      {"aGVsbG8sIGJhc2U2NCB3b3JsZD8+", "hello, base64 world?>"},
      {"aGVsbG8sIGJhc2U2NCB3b3JsZD8-", "hello, base64 world?>"},
      {"aGVsbG8sIGJh\nc2U2NCB3b3Js\nZD8+", "hello, base64 world?>"},
      {"aGVsbG8sIGJh\r\n   c2U2NCB3b3JsZD8+", "hello, base64 world?>"},
      {"aGVsbG8sIGJh\\nc2U2NCB3b3JsZD8+", "hello, base64 world?>"},
      {"aGVsbG8sIGJh\\r\\nc2U2NCB3b3JsZD8+", "hello, base64 world?>"},
      {"aGVsbG8=", "hello"},
      {"aGVsbA==", "hell"},
      {"aGVsbA", "hell"},
      {"aGVsbG8sIGJh\n\nc2U2", "hello, ba"},
  };
  for (const Case& test : kCases) {
    CAPTURE(test.text);
    for (const char* before : {"", "key: ", "\"", "x:"}) {
      std::string text = before + test.text + "\" ";
      EncodedRun run = FindBase64Run(AsBytes(text), std::string(before).size());
      CHECK(DecodeBase64(AsBytes(text), run).bytes == test.decoded);
    }
  }
}

TEST_CASE("encoded text: a run of base64 ends at any other byte, wherever that stands in it") {
  const std::string_view characters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";
  for (uint64_t place : {1u, 63u, 64u, 65u, 127u, 128u, 190u}) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string text(200, 'A');
      text[place] = static_cast<char>(byte);
      const bool is_character = characters.find(text[place]) != std::string_view::npos;
      const bool goes_on = is_character || byte == '\n';
      CAPTURE(place);
      CAPTURE(byte);
      CHECK(FindBase64Run(AsBytes(text), 0).end == (goes_on ? text.size() : place));
    }
  }
}

TEST_CASE("encoded text: characters before a run don't shift it") {
  for (size_t junk = 0; junk < 9; ++junk) {
    std::string text = std::string(junk, 'Q') + "aGVsbG8sIGJhc2U2NCB3b3JsZD8+";
    EncodedRun run = FindBase64Run(AsBytes(text), junk + 8);
    std::string decoded = DecodeBase64(AsBytes(text), run).bytes;
    CAPTURE(junk);
    CHECK(decoded.ends_with("hello, base64 world?>"));
  }
}

TEST_CASE("encoded text: one hint passes for each run and alignment") {
  std::string text(4000, 'A');
  HintFilter filter;
  size_t kept = 0;
  for (uint64_t at = 0; at < text.size(); ++at) {
    kept += filter.Keep(AsBytes(text), {Encoding::kBase64, at}) ? 1u : 0u;
  }
  CHECK(kept == 4);
  filter.Reset();
  CHECK(filter.Keep(AsBytes(text), {Encoding::kBase64, 0}));
  CHECK_FALSE(filter.Keep(AsBytes(text), {Encoding::kBase64, 8}));
  CHECK(filter.Keep(AsBytes(text), {Encoding::kBase64, 6}));
  CHECK_FALSE(filter.Keep(AsBytes(text), {Encoding::kBase64, 10}));
  filter.Reset();
  CHECK_FALSE(filter.Keep(AsBytes("AAAAAAAA rest"), {Encoding::kBase64, 0}));
  CHECK_FALSE(filter.Keep(AsBytes(text), {Encoding::kBase64, text.size()}));

  std::string wide = Wide("enough characters for a run", true);
  filter.Reset();
  CHECK(filter.Keep(AsBytes(wide), {Encoding::kUtf16Le, 0}));
  CHECK_FALSE(filter.Keep(AsBytes(wide), {Encoding::kUtf16Le, 8}));
  filter.Reset();
  CHECK_FALSE(filter.Keep(AsBytes(wide.substr(0, 14)), {Encoding::kUtf16Le, 0}));
}

}  // namespace picket
