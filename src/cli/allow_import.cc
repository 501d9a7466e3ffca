#include "cli/allow_import.h"

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/fingerprint.h"
#include "git/tree_file.h"
#include "scan/blob_scanner.h"

namespace picket {
namespace {

struct ScannedFile {
  std::string text;
  std::vector<ScannedFinding> findings;
};

class Resolver {
 public:
  Resolver(const Repository& repository, const Engine& engine)
      : repository_(repository),
        options_(engine.NewScanOptions()),
        scanner_(engine.detectors(), options_.new_opener, options_.limits),
        head_(repository.Resolve("HEAD")) {}

  // The fingerprints that `entry` stands for, or why there are none.
  std::string Resolve(const ForeignIgnore& entry, std::set<std::string>* fingerprints) {
    if (!entry.complaint.empty()) return entry.complaint;
    const std::optional<ObjectId> commit =
        entry.commit.empty() ? head_ : ObjectId::TryParse(entry.commit);
    if (!commit) return "this repository has no commit yet";
    const ScannedFile* file = Scan(*commit, entry.path);
    if (file == nullptr)
      return entry.commit.empty() ? "HEAD has no such file"
                                  : "this repository has no such file in that commit";
    bool found = false;
    const Finding* beside = nullptr;
    for (const ScannedFinding& item : file->findings) {
      const Finding& finding = item.finding;
      if (finding.kind != FindingKind::kSecret || finding.fingerprint.empty()) continue;
      if (finding.line == entry.line) beside = &finding;
      if (!Matches(entry, *file, item)) continue;
      fingerprints->insert(finding.fingerprint);
      found = true;
    }
    if (found) return "";
    if (beside == nullptr) return "picket finds no secret there";
    return "the secret on that line is not the one that the list means; to allow it too: picket "
           "allow " +
           beside->fingerprint;
  }

 private:
  static bool Matches(const ForeignIgnore& entry, const ScannedFile& file,
                      const ScannedFinding& item) {
    if (entry.sha1.empty()) return item.finding.line == entry.line;
    const Span span = item.finding.span;
    if (!item.in_outermost || span.end() > file.text.size()) return false;
    return ToHex(AsBytes(Sha1(AsBytes(
               std::string_view(file.text).substr(span.offset, span.length))))) == entry.sha1;
  }

  // Null where there is no such file. The last file is kept: lists are sorted by it.
  const ScannedFile* Scan(const ObjectId& commit, const std::string& path) {
    if (last_ && last_->first == std::pair(commit, path)) return &last_->second;
    if (path.empty() || path.find('\0') != std::string::npos) return nullptr;
    std::optional<std::string> text = ReadFileOfCommit(repository_, commit, path);
    if (!text) return nullptr;
    const BlobRef ref;
    ScannedFile file;
    file.findings = scanner_.Scan(Blob{ref, AsBytes(*text)}, nullptr).findings;
    file.text = std::move(*text);
    last_.emplace(std::pair(commit, path), std::move(file));
    return &last_->second;
  }

  const Repository& repository_;
  ScanOptions options_;
  BlobScanner scanner_;
  std::optional<ObjectId> head_;
  std::optional<std::pair<std::pair<ObjectId, std::string>, ScannedFile>> last_;
};

}  // namespace

ImportedIgnores ResolveIgnores(const ForeignIgnores& list, const Repository& repository,
                               const Engine& engine) {
  ImportedIgnores imported;
  Resolver resolver(repository, engine);
  std::set<std::string> fingerprints;
  for (const ForeignIgnore& entry : list.entries) {
    const std::string why = resolver.Resolve(entry, &fingerprints);
    if (why.empty()) continue;
    const std::string place =
        entry.path.empty() ? "" : " (" + entry.path + ":" + std::to_string(entry.line) + ")";
    imported.unresolved.push_back("Not taken over: " + entry.name + place + ": " + why + ".");
  }
  imported.fingerprints.assign(fingerprints.begin(), fingerprints.end());
  return imported;
}

}  // namespace picket
