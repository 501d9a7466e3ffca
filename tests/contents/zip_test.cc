#include "contents/zip.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "contents/inflate.h"
#include "support/packers.h"

namespace picket {
namespace {

std::string Le(uint64_t value, int width) {
  std::string bytes;
  for (int i = 0; i < width; ++i)
    bytes.push_back(static_cast<char>(i < 8 ? value >> (8 * i) & 0xff : 0));
  return bytes;
}

struct Member {
  std::string name;
  std::string content;
  bool deflated = false;
  std::string local_name = {};  // "" for the same
  uint16_t flags = 0;
  bool listed = true;
  uint64_t stated_size = UINT64_MAX;
  // Another method: what stands there as data.
  uint16_t method = 0;
  std::string packed = {};
};

std::string Zip(const std::vector<Member>& members, const std::string& prefix = "",
                bool absolute = false) {
  std::string file = prefix;
  std::string directory;
  size_t listed = 0;
  for (const Member& member : members) {
    std::string data = member.deflated ? PackDeflate(member.content) : member.content;
    if (member.method != 0) data = member.packed;
    uint16_t method = member.deflated ? 8 : member.method;
    const std::string& local = member.local_name.empty() ? member.name : member.local_name;
    uint64_t size = member.stated_size == UINT64_MAX ? member.content.size() : member.stated_size;
    uint64_t at = file.size() - (absolute ? 0 : prefix.size());
    std::string common = Le(member.flags, 2);
    common.append(Le(method, 2)).append(Le(0, 8)).append(Le(data.size(), 4));
    common.append(Le(size, 4));
    file.append("PK\x03\x04").append(Le(20, 2)).append(common).append(Le(local.size(), 2));
    file.append(Le(0, 2)).append(local).append(data);
    if (!member.listed) continue;
    ++listed;
    directory.append("PK\x01\x02").append(Le(20, 2)).append(Le(20, 2)).append(common);
    directory.append(Le(member.name.size(), 2))
        .append(Le(0, 12))
        .append(Le(at, 4))
        .append(member.name);
  }
  uint64_t start = file.size() - (absolute ? 0 : prefix.size());
  file.append(directory).append("PK\x05\x06").append(Le(0, 4));
  file.append(Le(listed, 2)).append(Le(listed, 2)).append(Le(directory.size(), 4));
  return file.append(Le(start, 4)).append(Le(0, 2));
}

struct Child {
  std::string bytes;
  Origin origin;
  bool left_out = false;
};

class Collector : public FindingSink, public ChildVisitor {
 public:
  void Add(Finding finding) override { findings.push_back(std::move(finding)); }
  void Add(Gap gap) override { gaps.push_back(std::move(gap)); }
  void Add(EncodedHint) override {}
  void OnChild(const Blob& child) override {
    children.push_back({std::string(AsText(child.bytes)), child.origin, child.is_left_out()});
  }
  const Child* Find(std::string_view member) const {
    for (const Child& child : children) {
      if (child.origin.member == member) return &child;
    }
    return nullptr;
  }

  std::vector<Finding> findings;
  std::vector<Gap> gaps;
  std::vector<Child> children;
};

Collector Expand(const std::string& file, ExpandBudget budget = {1 << 26, 200'000},
                 Origin origin = {}) {
  Collector collector;
  BlobRef ref;
  ExpandZip(Blob{ref, AsBytes(file), origin}, budget, collector, collector);
  return collector;
}

}  // namespace

TEST_CASE("zip: stored and deflated members with their place and route") {
  std::string file = Zip({{"archive/data.pkl", "pickle"}, {"archive/data/0", "tensor", true}});
  Collector seen = Expand(file);
  CHECK(seen.findings.empty());
  CHECK(seen.gaps.empty());
  REQUIRE(seen.children.size() == 2);
  const Child* record = seen.Find("archive/data.pkl");
  REQUIRE(record != nullptr);
  CHECK(record->bytes == "pickle");
  CHECK(record->origin.route == "torch.record");
  CHECK(record->origin.bytes_seen);
  CHECK(record->origin.depth == 1);
  CHECK(file.substr(record->origin.offset, 6) == "pickle");
  const Child* tensor = seen.Find("archive/data/0");
  REQUIRE(tensor != nullptr);
  CHECK(tensor->bytes == "tensor");
  CHECK(tensor->origin.route.empty());
  CHECK_FALSE(tensor->origin.bytes_seen);
  CHECK(tensor->origin.inner_bytes == 0);
}

TEST_CASE("zip: a stored member is left out where all of it stands in what is left out") {
  const std::string tensor = "0123456789";
  const std::string file =
      Zip({{"a/data.pkl", "pickle"}, {"a/data/0", tensor}, {"a/data/1", "xy"}});
  const uint64_t at = file.find(tensor);
  struct Case {
    Span left_out;
    bool expected;
  };
  const Case cases[] = {{{at, tensor.size()}, true},
                        {{at - 1, tensor.size() + 1}, true},
                        {{at - 1, tensor.size()}, false},
                        {{at + 1, tensor.size()}, false},
                        {{at + tensor.size(), 1}, false}};
  for (const Case& c : cases) {
    CAPTURE(c.left_out.offset - at);
    const Span left_out[] = {{1, 2}, c.left_out};
    Collector seen;
    ExpandBudget budget{1 << 20, 100};
    BlobRef ref;
    Blob blob{ref, AsBytes(file)};
    blob.left_out = left_out;
    ExpandZip(blob, budget, seen, seen);
    REQUIRE(seen.Find("a/data/0") != nullptr);
    CHECK(seen.Find("a/data/0")->left_out == c.expected);
    CHECK_FALSE(seen.Find("a/data.pkl")->left_out);
    CHECK_FALSE(seen.Find("a/data/1")->left_out);
  }
}

TEST_CASE("zip: what is left out is one only where it begins like one") {
  auto members = [](const std::string& file) {
    const Span all{0, file.size()};
    Collector seen;
    ExpandBudget budget{1 << 20, 100};
    BlobRef ref;
    Blob blob{ref, AsBytes(file)};
    blob.left_out = {&all, 1};
    ExpandZip(blob, budget, seen, seen);
    return seen.children.size();
  };
  CHECK(members(Zip({{"a", "b"}})) == 1);
  CHECK(members(Zip({{"a", "b"}}, "numbers")) == 0);
}

TEST_CASE("zip: a torch record is found in any case, under any prefix, at the top") {
  for (const char* name : {"x/DATA.PKL", "data.pkl", "a/b/Data.pkl"}) {
    CAPTURE(std::string(name));
    Collector seen = Expand(Zip({{name, "p"}}));
    REQUIRE(seen.children.size() == 1);
    CHECK(seen.children[0].origin.route == "torch.record");
  }
  CHECK(Expand(Zip({{"notdata.pkl", "p"}})).children[0].origin.route.empty());
}

TEST_CASE("zip: bytes in front, with offsets counted from either start") {
  for (bool absolute : {false, true}) {
    std::string file = Zip({{"a.txt", "hello"}}, "#!/bin/sh\nexit\n", absolute);
    Collector seen = Expand(file);
    CHECK(seen.findings.empty());
    CHECK(seen.gaps.empty());
    REQUIRE(seen.children.size() == 1);
    CHECK(seen.children[0].bytes == "hello");
    CHECK(file.substr(seen.children[0].origin.offset, 5) == "hello");
  }
}

TEST_CASE("zip: what only some readers see is visited, and told where it matters") {
  SUBCASE("two members of one name") {
    Collector seen = Expand(Zip({{"m/data.pkl", "evil"}, {"M/Data.pkl", "good"}}));
    CHECK(seen.children.size() == 2);
    REQUIRE(seen.findings.size() == 1);
    CHECK(seen.findings[0].rule == "zip.reader-disagreement");
    CHECK(seen.findings[0].concern == WeightConcern::kAmbiguous);
    CHECK(Expand(Zip({{"META-INF/x", "1"}, {"META-INF/x", "2"}})).findings.empty());
  }
  SUBCASE("a local name that differs") {
    CHECK(Expand(Zip({{"readme", "evil", false, "data.pkl"}})).findings.size() == 1);
    CHECK(Expand(Zip({{"readme", "evil", false, "readm3"}})).findings.empty());
  }
  SUBCASE("a member that no directory lists") {
    Collector seen =
        Expand(Zip({{"a", "1"}, {"x/data.pkl", "evil", true, "", 0, false}, {"b", "2"}}));
    REQUIRE(seen.Find("x/data.pkl") != nullptr);
    CHECK(seen.Find("x/data.pkl")->bytes == "evil");
    CHECK(seen.findings.empty());
  }
  SUBCASE("bytes behind the end") {
    Collector seen = Expand(Zip({{"a", "1"}}) + std::string(40, 'x'));
    CHECK(seen.children.size() == 2);
    CHECK(Expand(Zip({{"a", "1"}}) + std::string(40, '\0')).children.size() == 1);
  }
  SUBCASE("a second directory where the end record says") {
    std::string inner = Zip({{"good", "1"}});
    std::string file = Zip({{"evil", "2"}}, inner, true);
    // The stated offset now points at the first directory.
    size_t first = inner.find("PK\x01\x02");
    file.replace(file.size() - 6, 4, Le(first, 4));
    Collector seen = Expand(file);
    CHECK(seen.Find("good") != nullptr);
    CHECK(seen.findings.size() >= 1);
  }
}

TEST_CASE("zip: of many zip files in a row each is handed on, equal ones too") {
  for (bool alike : {true, false}) {
    std::vector<std::string> archives;
    for (size_t i = 0; i < 20; ++i) {
      archives.push_back(Zip({{"archive/data.pkl", std::string(alike ? 9 : 9 + i, 'a')},
                              {"archive/data/0", std::string(40, static_cast<char>('A' + i))}}));
    }
    std::string file;
    for (const std::string& archive : archives) file += archive;
    const Collector all = Expand(file);
    CHECK(all.findings.empty());
    CHECK(all.gaps.empty());
    // Those in front are whole files of their own, unless their members were met already.
    for (size_t i = 0; i < archives.size(); ++i) {
      const std::string storage(40, static_cast<char>('A' + i));
      CHECK(std::any_of(all.children.begin(), all.children.end(), [&](const Child& child) {
        return child.bytes == archives[i] || child.bytes == storage;
      }));
    }
  }
}

TEST_CASE("zip: every member that only a streaming reader meets is visited") {
  const std::string file = Zip({{"a.txt", "first", false, "", 0, false},
                                {"b/data.pkl", "second", false, "", 0, false},
                                {"c.txt", "third", true, "", 0, false},
                                {"d.txt", "listed"}});
  const Collector all = Expand(file);
  for (const char* content : {"first", "second", "third", "listed"}) {
    CHECK(std::any_of(all.children.begin(), all.children.end(),
                      [&](const Child& child) { return child.bytes == content; }));
  }
}

TEST_CASE("zip: what can't be read is a gap, and the rest is read") {
  std::string good = Zip({{"a", "1"}, {"b", "22"}});
  SUBCASE("encrypted") {
    Collector seen = Expand(Zip({{"a", "1", false, "", 1}, {"b", "2"}}));
    CHECK(seen.gaps.size() == 1);
    CHECK(seen.children.size() == 2);
  }
  SUBCASE("damaged") {
    std::string file = Zip({{"a", std::string(1000, 'a'), true}});
    file[31] = '\xff';
    file[32] = '\xff';
    CHECK(Expand(file).gaps.size() == 1);
  }
  SUBCASE("no directory") {
    Collector seen = Expand(good.substr(0, good.size() - 22));
    CHECK(seen.gaps.size() == 1);
    CHECK(seen.children.size() >= 1);
  }
  SUBCASE("every cut and every changed byte ends quietly") {
    for (size_t i = 0; i < good.size(); ++i) {
      Expand(good.substr(0, i));
      for (int bit : {0, 3, 7}) {
        std::string changed = good;
        changed[i] = static_cast<char>(changed[i] ^ 1 << bit);
        Expand(changed);
      }
    }
  }
}

TEST_CASE("zip: budgets hold against bombs and overlapping members") {
  std::string zeros(1 << 20, '\0');
  Collector bomb = Expand(Zip({{"a", zeros, true}, {"b", "small"}}), {1 << 16, 100});
  CHECK(bomb.gaps.size() == 1);
  CHECK(bomb.Find("b") != nullptr);
  Collector liar =
      Expand(Zip({{"a", zeros, true, "", 0, true, 10}, {"b", zeros, true}}), {1 << 16, 100});
  CHECK(liar.gaps.size() == 2);
  CHECK(liar.children.empty());
  CHECK(Expand(Zip({{"a", "1"}, {"b", "2"}, {"c", "3"}}), {100, 2}).children.size() == 2);
}

TEST_CASE("zip: inside a container whose bytes can't be placed, offsets count in the member") {
  Origin outer;
  outer.member = "outer.gz";
  outer.inner_bytes = 0;
  outer.depth = 2;
  Collector seen = Expand(Zip({{"a", "1"}}), {100, 10}, outer);
  REQUIRE(seen.children.size() == 1);
  CHECK(seen.children[0].origin.member == "outer.gz:a");
  CHECK(seen.children[0].origin.inner_bytes == 0);
  CHECK(seen.children[0].origin.depth == 3);
}

TEST_CASE("zip: twenty thousand members are read in one pass") {
  std::vector<Member> members;
  for (int i = 0; i < 20000; ++i) members.push_back({std::to_string(i).append(".npy"), "x"});
  Collector seen = Expand(Zip(members));
  CHECK(seen.children.size() == 20000);
  CHECK(seen.findings.empty());
}

TEST_CASE("zip: members of every method that is opened, with a size that is right, none or a lie") {
  const std::string text(5000, 'a');
  const std::string lzma = PackLzma(text);
  const std::string bare = std::string("\x09\x14\x05\x00", 4) + lzma.substr(0, 5) + lzma.substr(13);
  struct Case {
    uint16_t method;
    std::string packed;
  };
  const Case cases[] = {{8, PackDeflate(text)}, {12, PackBzip2(text)}, {14, bare},
                        {20, PackZstd(text)},   {93, PackZstd(text)},  {95, PackXz(text)}};
  for (const Case& c : cases) {
    CAPTURE(c.method);
    Member member{"m.pkl", text};
    member.method = c.method;
    member.packed = c.packed;
    for (uint64_t stated : {uint64_t{5000}, uint64_t{0}, uint64_t{7}}) {
      member.stated_size = stated;
      Collector seen = Expand(Zip({member}));
      CHECK(seen.gaps.empty());
      REQUIRE(seen.children.size() == 1);
      CHECK(seen.children[0].bytes == text);
      CHECK(seen.children[0].origin.inner_bytes == 0);
    }
    member.stated_size = 5000;
    CHECK(Expand(Zip({member}), {4999, 10}).gaps.size() == 1);
    member.packed = c.packed.substr(0, c.packed.size() - c.packed.size() / 3);
    CHECK(Expand(Zip({member})).gaps.size() == 1);
    member.packed = "this is no such thing";
    CHECK(Expand(Zip({member})).gaps.size() == 1);
  }
  Member unknown{"m.pkl", text};
  unknown.method = 98;
  unknown.packed = text;
  Collector seen = Expand(Zip({unknown}));
  CHECK(seen.children.empty());
  CHECK(seen.gaps.size() == 1);
}

TEST_CASE("zip: other files are none of its business") {
  for (const char* text : {"", "PK", "plain text", "PK\x05\x06"}) {
    Collector seen = Expand(text);
    CHECK(seen.children.empty());
    CHECK(seen.gaps.empty());
  }
}

TEST_CASE("inflate: the stated size is only a hint") {
  std::string plain(100000, 'a');
  std::string packed = PackDeflate(plain);
  for (uint64_t stated : {uint64_t{0}, uint64_t{5}, uint64_t{100000}, UINT64_MAX}) {
    Inflated whole = InflateRaw(AsBytes(packed), stated, 1 << 20);
    CHECK(whole.end == PackedEnd::kWhole);
    CHECK(whole.bytes == plain);
  }
  CHECK(InflateRaw(AsBytes(packed), 100000, 99999).end == PackedEnd::kTooLarge);
  CHECK(InflateRaw(AsBytes(packed), 100000, 100000).end == PackedEnd::kWhole);
  CHECK(InflateRaw(AsBytes(packed).first(packed.size() / 2), 0, 1 << 20).end == PackedEnd::kCut);
  CHECK(InflateRaw({}, 0, 10).end == PackedEnd::kCut);
}

}  // namespace picket
