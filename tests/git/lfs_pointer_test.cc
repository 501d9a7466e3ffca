#include "git/lfs_pointer.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "git/lfs_watch.h"

namespace picket {
namespace {

const std::string kOid(64, 'a');
const std::string kAddress = "https://git-lfs.github.com/spec/v1";

std::string Text(const std::string& version, const std::string& oid, const std::string& size) {
  return "version " + version + "\noid sha256:" + oid + "\nsize " + size + "\n";
}

std::string Canonical() { return Text(kAddress, kOid, "11"); }

std::string Replaced(std::string text, const std::string& what, const std::string& by) {
  text.replace(text.find(what), what.size(), by);
  return text;
}

bool IsPointer(const std::string& text) { return TryParseLfsPointer(AsBytes(text)).has_value(); }

}  // namespace

TEST_CASE("lfs_pointer: the one way to write it is read") {
  const std::string text = Canonical();
  const auto pointer = TryParseLfsPointer(AsBytes(text));
  REQUIRE(pointer);
  CHECK(pointer->oid.ToHex() == kOid);
  CHECK(pointer->size == 11);
  CHECK_FALSE(pointer->has_extensions);
  CHECK_FALSE(pointer->has_more);
}

TEST_CASE("lfs_pointer: whatever git-lfs 3.3 checks out as an object is a pointer") {
  const std::string blanks(1000, ' ');
  const std::string extension = "ext-0-foo sha256:" + kOid + "\n";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"no newline at the end", Canonical().substr(0, Canonical().size() - 1)},
      {"CR LF", "version " + kAddress + "\r\noid sha256:" + kOid + "\r\nsize 11\r\n"},
      {"one CR LF", Replaced(Canonical(), "\noid", "\r\noid")},
      {"CR at the end", Replaced(Canonical(), "11\n", "11\r")},
      {"the pre-release's address", Text("https://hawser.github.com/spec/v1", kOid, "11")},
      {"the first address", Text("http://git-media.io/v/2", kOid, "11")},
      {"blanks before", " \n\t\v\f" + Canonical()},
      {"blanks behind", Canonical() + "\n\n  \n"},
      {"Unicode's blanks", "\xc2\xa0\xe2\x80\xa8" + Canonical() + "\xc2\x85\xe3\x80\x80\n"},
      {"empty lines", Replaced(Canonical(), "\noid", "\n\n\r\noid")},
      {"a sign", Text(kAddress, kOid, "+11")},
      {"zeros", Text(kAddress, kOid, "0011")},
      {"minus nothing", Text(kAddress, kOid, "-0")},
      {"the largest", Text(kAddress, kOid, "9223372036854775807")},
      {"an extension", Replaced(Canonical(), "oid", extension + "oid")},
      {"an extension before size", Replaced(Canonical(), "size", extension + "size")},
      {"an extension before all", extension + Canonical()},
      {"an extension twice", extension + extension + Canonical()},
      {"1,024 bytes", Canonical() + std::string(1024 - Canonical().size(), ' ')},
      {"more blanks than are read", Canonical() + blanks + blanks},
      {"anything behind the first 1,024 bytes", Canonical() + blanks + "anything"},
      {"anything behind the first 512 bytes", Canonical() + blanks.substr(0, 400) + "anything"},
  };
  for (const auto& [name, text] : cases) {
    const std::string& shown = name;
    CAPTURE(shown);
    const auto pointer = TryParseLfsPointer(AsBytes(text));
    REQUIRE(pointer);
    CHECK(pointer->oid.ToHex() == kOid);
    CHECK(pointer->has_more == (text.size() >= 1024));
    CHECK(pointer->has_extensions == (text.find("ext-") != std::string::npos));
  }
}

TEST_CASE("lfs_pointer: what git-lfs checks out as it is, is none") {
  const std::string extension = "ext-0-foo sha256:" + kOid + "\n";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"nothing", ""},
      {"blanks", " \n"},
      {"a line behind", Canonical() + "more\n"},
      {"a key behind", Canonical() + "more text\n"},
      {"an extension behind", Canonical() + extension},
      {"a key between", Replaced(Canonical(), "oid", "key value\noid")},
      {"another order", "version " + kAddress + "\nsize 11\noid sha256:" + kOid + "\n"},
      {"capital digits", Text(kAddress, std::string(64, 'A'), "11")},
      {"a short id", Text(kAddress, kOid.substr(1), "11")},
      {"a long id", Text(kAddress, kOid + "a", "11")},
      {"a blank behind the id", Text(kAddress, kOid + " ", "11")},
      {"another hash", Replaced(Canonical(), "sha256", "sha512")},
      {"two blanks", Replaced(Canonical(), "oid ", "oid  ")},
      {"a tab", Replaced(Canonical(), "oid ", "oid\t")},
      {"a negative size", Text(kAddress, kOid, "-11")},
      {"a size beyond 63 bits", Text(kAddress, kOid, "9223372036854775808")},
      {"a size beyond 64 bits", Text(kAddress, kOid, "99999999999999999999")},
      {"a size that is none", Text(kAddress, kOid, "0xb")},
      {"no digits", Text(kAddress, kOid, "+")},
      {"no size", Replaced(Canonical(), "size 11\n", "")},
      {"no version", Canonical().substr(Canonical().find("oid"))},
      {"an unknown version", Text("https://git-lfs.github.com/spec/v2", kOid, "11")},
      {"http", Text("http://git-lfs.github.com/spec/v1", kOid, "11")},
      {"two ids", Replaced(Canonical(), "size", "oid sha256:" + kOid + "\nsize")},
      {"a byte order mark", "\xef\xbb\xbf" + Canonical()},
      {"NUL behind", Canonical() + std::string(1, '\0')},
      {"a blank line that is not empty", Replaced(Canonical(), "\noid", "\n \noid")},
      {"lines that end in CR only", Replaced(Canonical(), "\noid", "\roid")},
      {"an extension without an id", "ext-0-foo sha256:zz\n" + Canonical()},
      {"an extension of two digits", "ext-10-foo sha256:" + kOid + "\n" + Canonical()},
      {"an extension without a digit", "ext-x-foo sha256:" + kOid + "\n" + Canonical()},
      {"an extension without a name", "ext-0- sha256:" + kOid + "\n" + Canonical()},
      {"one priority twice", extension + "ext-0-bar sha256:" + kOid + "\n" + Canonical()},
      {"beyond the first 1,024 bytes", std::string(1024, ' ') + Canonical()},
  };
  for (const auto& [name, text] : cases) {
    const std::string& shown = name;
    CAPTURE(shown);
    CHECK_FALSE(IsPointer(text));
  }
}

namespace {

// Blobs in memory, two to an item.
class Texts : public BlobSource {
 public:
  explicit Texts(std::vector<std::pair<ObjectKind, std::string>> texts)
      : texts_(std::move(texts)) {}
  size_t item_count() const override { return (texts_.size() + 1) / 2; }
  std::unique_ptr<BlobReader> NewReader() const override { return std::make_unique<Reader>(*this); }

 private:
  struct Reader : BlobReader {
    explicit Reader(const Texts& all) : texts(all) {}
    void Visit(size_t item, BlobVisitor& visitor) override {
      for (size_t i = item * 2; i < item * 2 + 2 && i < texts.texts_.size(); ++i) {
        const BlobRef ref{texts.texts_[i].first, {}, i, {}};
        visitor.OnBlob({ref, AsBytes(texts.texts_[i].second)}, nullptr);
      }
      visitor.OnGap({"gap", "", "", ""});
      visitor.OnSkipped({"skipped", "", 1, 0});
    }
    const Texts& texts;
  };
  std::vector<std::pair<ObjectKind, std::string>> texts_;
};

struct Counter : BlobVisitor {
  void OnBlob(const Blob&, const Derivation*) override { ++blobs; }
  void OnGap(Gap) override { ++gaps; }
  void OnSkipped(Skipped) override { ++skipped; }
  int blobs = 0;
  int gaps = 0;
  int skipped = 0;
};

}  // namespace

TEST_CASE("lfs_watch: pointers are noted by position, and everything goes by unchanged") {
  const Texts texts({{ObjectKind::kBlob, "text"},
                     {ObjectKind::kBlob, Canonical()},
                     {ObjectKind::kMessage, Canonical()},
                     {ObjectKind::kBlob, Canonical() + "\n"}});
  const LfsWatch watch(texts);
  REQUIRE(watch.item_count() == 2);
  Counter counter;
  const auto reader = watch.NewReader();
  reader->Visit(1, counter);
  reader->Visit(0, counter);
  reader->Visit(0, counter);
  CHECK(counter.blobs == 6);
  CHECK(counter.gaps == 3);
  CHECK(counter.skipped == 3);
  const std::vector<MetPointer> met = watch.Met();
  REQUIRE(met.size() == 2);
  CHECK(met[0].position == 1);
  CHECK(met[1].position == 3);
  CHECK(met[1].pointer.size == 11);
  CHECK(watch.IsPointer(3));
  CHECK_FALSE(watch.IsPointer(2));
}

}  // namespace picket
