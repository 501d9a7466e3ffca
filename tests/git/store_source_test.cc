#include "git/store_source.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/git_fixture.h"
#include "support/made_history.h"

namespace picket {
namespace {

using test::GitFixture;
using test::HistoryMaker;
using test::MadeText;
using test::TemporaryFolder;

class Blobs : public ObjectList {
 public:
  explicit Blobs(const ObjectInventory& inventory) : inventory_(inventory) {}
  size_t size() const override { return inventory_.objects.size(); }
  ListedObject At(size_t position) const override {
    ListedObject listed;
    listed.oid = inventory_.objects[position].oid;
    return listed;
  }

 private:
  const ObjectInventory& inventory_;
};

// Holds every word about a blob's base against the blobs that came before.
class Verifier : public BlobVisitor {
 public:
  void OnBlob(const Blob& blob, const Derivation* derivation) override {
    ++blobs;
    if (waits_for_child_) {
      REQUIRE(derivation != nullptr);
      CHECK(derivation->base == path_.back().first);
    }
    waits_for_child_ = derivation != nullptr && derivation->is_base;
    if (derivation == nullptr) return;
    path_.resize(std::min(path_.size(), derivation->depth));
    if (!derivation->base.empty()) {
      ++derived;
      REQUIRE(path_.size() == derivation->depth);
      CHECK(path_.back().first == derivation->base);
      uint64_t end = 0;
      for (const CopiedRange& copy : derivation->copies) {
        CHECK(copy.offset >= end);
        end = copy.offset + copy.length;
        CHECK(AsText(blob.bytes.subspan(copy.offset, copy.length)) ==
              path_.back().second.substr(copy.base_offset, copy.length));
      }
    } else {
      CHECK(derivation->copies.empty());
    }
    path_.resize(derivation->depth);
    path_.emplace_back(blob.ref.oid, AsText(blob.bytes));
  }
  void OnGap(Gap gap) override { FAIL_CHECK(gap.reason); }
  void OnSkipped(Skipped skipped) override { FAIL_CHECK(skipped.reason); }

  size_t blobs = 0;
  size_t derived = 0;

 private:
  std::vector<std::pair<ObjectId, std::string>> path_;
  bool waits_for_child_ = false;
};

Verifier Visit(const GitFixture& git) {
  const std::unique_ptr<Repository> repository = Repository::OpenAt(git.directory());
  const ObjectInventory inventory = ListObjects(*repository, 1);
  const Blobs blobs(inventory);
  const ObjectSource single(*repository, blobs);
  const StoreSource source(inventory, blobs, single);
  Verifier verifier;
  const std::unique_ptr<BlobReader> reader = source.NewReader();
  for (size_t item = 0; item < source.item_count(); ++item) reader->Visit(item, verifier);
  return verifier;
}

}  // namespace

TEST_CASE("store source: a blob comes after its base, with what was copied") {
  const TemporaryFolder folder;
  const GitFixture git(folder, "made", {"--bare"});
  HistoryMaker maker({"one word", "another"}, 3);
  std::vector<std::vector<MadeText>> histories;
  size_t texts = 0;
  for (int i = 0; i < 20; ++i) {
    histories.push_back(maker.Make());
    texts += histories.back().size();
  }
  git.Git({"index-pack", "--stdin"}, test::PackOf(histories));
  const Verifier verifier = Visit(git);
  CHECK(verifier.blobs == texts);
  CHECK(verifier.derived == texts - histories.size());
}

TEST_CASE("store source: of a base that is read from another pack nothing is told") {
  const TemporaryFolder folder;
  const GitFixture git(folder, "made", {"--bare"});
  const std::string root(3000, 'r');
  for (const char* end : {"first", "second"}) {
    std::vector<MadeText> texts(2);
    texts[0].text = root;
    texts[1] = {root + end, 0, {{0, 0, root.size()}}};
    git.Git({"index-pack", "--stdin"}, test::PackOf({texts}));
  }
  const Verifier verifier = Visit(git);
  CHECK(verifier.blobs == 3);
  CHECK(verifier.derived == 1);
}

}  // namespace picket
