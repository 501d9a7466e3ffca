// What each of many commits changes, compared by several threads and told in the order of the
// commits: the same for any number of threads.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/watch.h"
#include "git/change_builder.h"
#include "git/commit_walk.h"
#include "git/repository.h"
#include "git/tree_changes.h"

namespace picket {

class CommitChanges {
 public:
  // `changes` is the caller's own and says what is compared here and how far; `threads` is 1 or
  // more. All must outlive this.
  CommitChanges(const Repository& repository, TreeChanges& changes, unsigned threads);
  ~CommitChanges();

  // Tells `builder` of each commit. Once `watch` is stopped, those that are not compared yet are
  // told as left.
  void List(std::span<const WalkedCommit> commits, const StepWatch& watch, ChangeBuilder& builder);

 private:
  class Worker;
  struct Comparison;

  void Compare(std::span<const WalkedCommit> commits, const StepWatch& watch,
               std::vector<Comparison>* comparisons);

  const Repository& repository_;
  TreeChanges& changes_;
  unsigned threads_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace picket
