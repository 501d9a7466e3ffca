// Rows that an audit has kept (their checksums are no secret): where findings came from, and the
// commits to go on from. The repository is a real one, made once, and the input is laid over the
// rows that its audit would keep: byte 0 says which, byte 1 how much of its end is cut off, and the
// rest is combined with it byte by byte, so that zeros leave it as it is. What is read fits the
// repository.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "git/commit_graph.h"
#include "git/provenance.h"
#include "git/provenance_memo.h"
#include "support/git_fixture.h"

namespace picket {
namespace {

void Require(bool good) {
  if (!good) std::abort();
}

class Kept {
 public:
  Kept() : git_(folder_, "repository") {
    git_.Write("folder/deep/name", "one");
    git_.Write("other", "two");
    const ObjectId first = git_.Commit("first");
    git_.Git({"tag", "-a", "-m", "tagged", "v1"});
    git_.Git({"checkout", "-q", "-b", "side"});
    git_.Write("lost/name", "three");
    git_.Commit("side");
    git_.Git({"checkout", "-q", "-"});
    git_.Write("again/name", "one");
    git_.Commit("second");
    objects_ = {git_.Id("HEAD:other"), git_.Id("HEAD:folder/deep/name"), first};
    std::sort(objects_.begin(), objects_.end());
    Remember(&history_, &memo_);
    {
      // A tag of no commit; recalled only.
      objects_of_tag_ = {git_.Id("refs/tags/v1")};
      const auto repository = Repository::OpenAt(git_.directory());
      const Provenance found =
          Attribute(*repository, ListObjects(*repository, 1), objects_of_tag_, {}, 1);
      memo_of_tag_ = Memorise(*repository, repository->Refs(), found, objects_of_tag_, {})->bytes;
    }
    git_.Git({"merge", "-q", "-m", "merge", "side"});
    git_.Write("deeper/folder/name", "four");
    git_.Commit("last");
    for (const char* id : {"HEAD", "HEAD^"}) more_.push_back({git_.Id(id), ObjectType::kCommit});
    repository_ = Repository::OpenAt(git_.directory());
    repository_->KeepRefs();
    refs_ = repository_->Refs();
  }

  void Try(std::string_view input) {
    const auto choice = static_cast<uint8_t>(input[0]);
    const auto cut = static_cast<uint8_t>(input[1]);
    input.remove_prefix(2);
    const bool is_history = choice % 4 == 2;
    const bool of_tag = choice % 4 == 3;
    std::string row = is_history ? history_ : of_tag ? memo_of_tag_ : memo_;
    row.resize(std::max(row.size(), input.size()));
    for (size_t i = 0; i < input.size(); ++i) row[i] = static_cast<char>(row[i] ^ input[i]);
    row.resize(row.size() - std::min<size_t>(cut, row.size()));
    if (is_history) {
      GoOn(std::move(row), (choice & 4) != 0);
    } else if (of_tag) {
      Check(Recall(*repository_, refs_, AsBytes(row), objects_of_tag_, {}), 1, 0);
    } else if (choice % 4 == 1) {
      Check(Recall(*repository_, std::nullopt, AsBytes(row), objects_, names_), objects_.size(),
            names_.size());
    } else {
      Check(Recall(*repository_, refs_, AsBytes(row), objects_, names_), objects_.size(),
            names_.size());
    }
  }

 private:
  static void Check(const std::optional<Provenance>& found, size_t objects, size_t names) {
    if (!found) return;
    Require(found->objects.size() == objects && found->names.size() == names);
    for (const Introduction& one : found->names) {
      Require(one.path.empty() || one.path == "name" || one.path.ends_with("/name"));
    }
  }

  void Remember(std::string* history, std::string* memo) {
    const auto repository = Repository::OpenAt(git_.directory());
    before_ = Attribute(*repository, ListObjects(*repository, 1), objects_, names_, 1, history);
    *memo = Memorise(*repository, repository->Refs(), before_, objects_, names_)->bytes;
  }

  void GoOn(std::string row, bool with_more) {
    size_t ids = 0;
    CommitGraph::ForEachIn(AsBytes(row), [&ids](Bytes) { ++ids; });
    const std::span<const StoredObject> more(more_.data(), with_more ? more_.size() : 0);
    std::vector<bool> reached;
    const auto graph = CommitGraph::Extend(*repository_, AsBytes(row), more, 1, &reached);
    if (graph != nullptr) {
      Require(ids == reached.size() && graph->size() == ids + more.size());
      Require(graph->order().size() == graph->size());
      for (uint32_t i = 0; i < graph->size(); ++i) {
        for (uint32_t parent : graph->parents(i)) Require(parent < graph->size());
        Require(graph->ref(i) == kNone || graph->ref(i) < graph->refs().size());
      }
    }
    Check(AttributeFurther(*repository_, before_, more, objects_, names_, 1, &row), objects_.size(),
          names_.size());
  }

  test::TemporaryFolder folder_;
  test::GitFixture git_;
  std::vector<ObjectId> objects_;
  std::vector<ObjectId> objects_of_tag_;
  const std::vector<std::string> names_ = {"name"};
  Provenance before_;
  std::string history_;
  std::string memo_;
  std::string memo_of_tag_;
  std::vector<StoredObject> more_;
  std::unique_ptr<Repository> repository_;
  std::vector<Ref> refs_;
};

}  // namespace
}  // namespace picket

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static picket::Kept kept;
  if (size < 2) return 0;
  kept.Try({reinterpret_cast<const char*>(data), size});
  return 0;
}
