#include "contents/expander.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "contents/child_origin.h"
#include "support/expand_recorder.h"

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

ExpandRecorder Expand(const std::string& text, std::vector<EncodedHint> hints,
                      const ExpandLimits& limits, const Origin& origin = {}) {
  ExpandRecorder recorder;
  Expander expander(limits);
  BlobRef ref;
  expander.Expand(Blob{ref, AsBytes(text), origin}, hints, recorder, recorder);
  return recorder;
}

constexpr char kEncoded[] = "data: aGVsbG8sIGJhc2U2NCB3b3JsZCwgaGVsbG8= ";

}  // namespace

TEST_CASE("expander: text around a base64 hint becomes a child that maps to its place") {
  ExpandRecorder recorder = Expand(kEncoded, {{Encoding::kBase64, 6}, {Encoding::kBase64, 10}}, {});
  REQUIRE(recorder.children.size() == 1);
  CHECK(recorder.children[0].bytes == "hello, base64 world, hello");
  const Origin& origin = recorder.children[0].origin;
  CHECK(origin.member == "base64@0x6");
  CHECK(origin.depth == 1);
  CHECK(origin.offset == 6);
  CHECK(origin.outer_bytes == 4);
  CHECK(origin.inner_bytes == 3);
  CHECK_FALSE(origin.bytes_seen);
}

TEST_CASE("expander: a whole UTF-16 blob becomes one child, whatever was hinted") {
  for (bool little : {true, false}) {
    std::string text = (little ? "\xff\xfe" : "\xfe\xff") + Wide("a whole page of text", little);
    Encoding order = little ? Encoding::kUtf16Le : Encoding::kUtf16Be;
    ExpandRecorder recorder = Expand(text, {{order, 4}, {order, 8}}, {});
    REQUIRE(recorder.children.size() == 1);
    CHECK(recorder.children[0].bytes == "a whole page of text");
    CHECK(recorder.children[0].origin.offset == 2);
    CHECK(recorder.children[0].origin.outer_bytes == 2);
  }
}

TEST_CASE("expander: what is left out is no UTF-16 page") {
  const std::string text = "\xff\xfe" + Wide("a whole page of text", true);
  const Span all{0, text.size()};
  ExpandRecorder recorder;
  BlobRef ref;
  Blob blob{ref, AsBytes(text)};
  blob.left_out = {&all, 1};
  Expander({}).Expand(blob, {}, recorder, recorder);
  CHECK(recorder.children.empty());
}

TEST_CASE("expander: UTF-16 inside other bytes is found at odd offsets too, and once") {
  std::string junk = "some plain bytes that are no wide text at all, odd";
  junk.resize(51, '.');
  std::string text = junk + Wide("twenty characters ok", true) + ".." + junk;
  ExpandRecorder recorder = Expand(
      text, {{Encoding::kUtf16Le, 51}, {Encoding::kUtf16Le, 61}, {Encoding::kUtf16Be, 52}}, {});
  REQUIRE(recorder.children.size() == 2);
  CHECK(recorder.children[0].bytes == "twenty characters ok");
  CHECK(recorder.children[0].origin.offset == 51);
  CHECK(recorder.children[1].bytes == "wenty characters ok.");
}

TEST_CASE("expander: limits on bytes, children and depth leave a gap") {
  std::vector<EncodedHint> hint = {{Encoding::kBase64, 6}};
  ExpandLimits limits;
  limits.bytes = 10;
  ExpandRecorder recorder = Expand(kEncoded, hint, limits);
  CHECK(recorder.children.empty());
  CHECK(recorder.gaps.size() == 1);
  limits = {};
  limits.children = 0;
  CHECK(Expand(kEncoded, hint, limits).gaps.size() == 1);
  limits = {};
  Origin deep;
  deep.depth = limits.depth;
  recorder = Expand(kEncoded, hint, limits, deep);
  CHECK(recorder.children.empty());
  CHECK(recorder.gaps.size() == 1);
  CHECK(Expand("nothing in it", {}, limits, deep).gaps.empty());
}

TEST_CASE("expander: escapes are decoded wherever the first of them stands") {
  const std::string escaped = "tok%5Faaaaaaaaaaaaaaaaaaaaaaaa" + std::string(1000, ' ');
  std::string large = "data: ";
  for (int i = 0; i < 100; ++i) large += "aGVsbG8sIGJhc2U2NCB3b3JsZCwgaGVsbG8h";
  large += std::string(1000, ' ');
  ExpandLimits limits;
  limits.bytes = 2000;
  for (const bool is_first : {true, false}) {
    const std::string text = is_first ? escaped + large : large + escaped;
    ExpandRecorder recorder = Expand(
        text, {{Encoding::kBase64, text.find("data: ") + 6}, {Encoding::kEscape, text.find('%')}},
        limits);
    REQUIRE(recorder.children.size() == 1);
    CHECK(recorder.children[0].bytes.find("tok_aaaa") != std::string::npos);
    CHECK(recorder.gaps.size() == 1);
  }
}

TEST_CASE("child origin: mappings compose") {
  Origin outer = ChildOrigin({}, "a.zip", 100, 1, 1);
  Origin inner = ChildOrigin(outer, "base64@0x8", 8, 4, 3);
  Origin last = ChildOrigin(inner, "utf-16", 30, 2, 1);
  CHECK(last.member == "a.zip:base64@0x8:utf-16");
  CHECK(last.depth == 3);
  CHECK(last.offset == 100 + 8 + 40);
  CHECK(last.outer_bytes == 8);
  CHECK(last.inner_bytes == 3);
  Origin lost = ChildOrigin(inner, "b.gz", 0, 0, 0);
  CHECK(lost.inner_bytes == 0);
  CHECK(ChildOrigin(lost, "c", 5, 1, 1).inner_bytes == 0);
  Origin huge = ChildOrigin(inner, "x", 0, uint64_t{1} << 40, (uint64_t{1} << 39) + 1);
  CHECK(huge.outer_bytes / huge.inner_bytes == 2);
}

}  // namespace picket
