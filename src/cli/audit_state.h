// What `picket audit --server` has judged: the refs of each repository as they were, in a folder of
// its own outside every repository. One run at a time.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "git/repository.h"

namespace picket {

struct JudgedRefs {
  std::vector<Ref> refs;
  // Name of the engine under which all that these refs reach was judged, the oldest where there
  // were several.
  std::string engine;

  bool operator==(const JudgedRefs&) const = default;
};

// The text of one file, and back; nullopt for what is damaged, cut off or about another repository.
std::string WriteJudgedRefs(const JudgedRefs& judged, std::string_view repository);
std::optional<JudgedRefs> ReadJudgedRefs(std::string_view text, std::string_view repository);

class AuditState {
 public:
  // "" for /var/lib/picket/audit (root) or ~/.local/state/picket/audit. Makes the folder, and holds
  // its lock as long as this lives. Throws Error where another run holds it, and where somebody
  // else than this user or root may write there.
  explicit AuditState(const std::string& folder);
  ~AuditState();
  AuditState(const AuditState&) = delete;
  AuditState& operator=(const AuditState&) = delete;

  // nullopt for a repository that was never judged. What can't be trusted or read counts as that,
  // with a sentence in `trouble`: everything is judged again then.
  std::optional<JudgedRefs> Read(const std::string& repository, std::string* trouble) const;
  // In one step: a run that is killed leaves the old state. Throws Error.
  void Write(const std::string& repository, const JudgedRefs& judged) const;

 private:
  std::string FileOf(const std::string& repository) const;

  std::string folder_;
  int lock_ = -1;
};

}  // namespace picket
