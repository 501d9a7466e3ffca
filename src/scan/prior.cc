#include "scan/prior.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace picket {
namespace {

constexpr uint64_t kLongestLine = 4096;
// Lines that all the matches of one object may touch together; beyond, nothing is pre-existing.
constexpr size_t kMostLines = 20'000;
constexpr uint64_t kContentCacheBytes = uint64_t{64} << 20;
constexpr size_t kCountCacheEntries = 64;

// Calls `visit(line)` for each line of `text` without its newline.
template <typename Visit>
void ForEachLine(std::string_view text, const Visit& visit) {
  size_t at = 0;
  while (at < text.size()) {
    size_t end = std::min(text.find('\n', at), text.size());
    visit(text.substr(at, end - at));
    at = end + 1;
  }
}

std::map<std::string, uint64_t, std::less<>> CountFingerprints(const ScannedObject& object) {
  std::map<std::string, uint64_t, std::less<>> counts;
  for (const ScannedFinding& item : object.findings) {
    if (item.finding.kind == FindingKind::kSecret && !item.finding.fingerprint.empty())
      ++counts[item.finding.fingerprint];
  }
  for (const CountedFinding& one : object.counted) {
    if (one.finding.kind == FindingKind::kSecret && !one.finding.fingerprint.empty())
      counts[one.finding.fingerprint] += one.count;
  }
  return counts;
}

std::string KeyOf(const Finding& finding) {
  std::string key = finding.rule;
  for (const std::string* part : {&finding.subject, &finding.member, &finding.fingerprint})
    key.append(1, '\0').append(*part);
  return key;
}

// In lower case, from the last dot of the last name on; the whole name where it has none.
std::string EndingOf(std::string_view path) {
  path.remove_prefix(path.rfind('/') + 1);
  const size_t dot = path.rfind('.');
  std::string ending(dot == std::string_view::npos ? path : path.substr(dot));
  for (char& letter : ending)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return ending;
}

// No name changes what is a secret.
bool NeedsName(const Finding& finding) { return finding.kind != FindingKind::kSecret; }

bool NeedsName(const ScannedObject& object) {
  const auto needs = [](const auto& one) { return NeedsName(one.finding); };
  return std::any_of(object.findings.begin(), object.findings.end(), needs) ||
         std::any_of(object.counted.begin(), object.counted.end(), needs);
}

}  // namespace

Rescan RescanWith(BlobScanner* scanner) {
  return [scanner](const Blob& blob) { return scanner->Scan(blob, nullptr); };
}

// What the matches of one object stand on: the lines they touch, and how often the object has each.
class PriorVersions::Evidence {
 public:
  Evidence(const ScannedObject& object, std::shared_ptr<const std::string> content)
      : position_(object.position), oid_(object.oid), content_(std::move(content)) {
    fingerprints_ = CountFingerprints(object);
    counts_known_ =
        object.uncounted(Tier::kPrecise) == 0 && object.uncounted(Tier::kContextual) == 0;
    needs_.resize(object.findings.size());
    if (content_ == nullptr) return;
    for (size_t i = 0; i < needs_.size(); ++i) CollectLines(object, i);
    own_ = CountLines(*content_);
  }

  bool IsOf(const ScannedObject& object) const {
    return object.position == position_ && object.oid == oid_;
  }

  bool Holds(const ScannedObject& object, size_t index, uint64_t prior_fingerprints,
             const std::vector<uint64_t>& prior_lines) const {
    const Need& need = needs_[index];
    if (!need.known) return false;
    const std::string& fingerprint = object.findings[index].finding.fingerprint;
    if (need.by_count && !HoldsByCount(fingerprint, prior_fingerprints)) return false;
    return std::all_of(need.lines.begin(), need.lines.end(),
                       [&](size_t line) { return prior_lines[line] >= own_[line]; });
  }

  bool HoldsByCount(const std::string& fingerprint, uint64_t prior_fingerprints) const {
    auto own = fingerprints_.find(fingerprint);
    return counts_known_ && own != fingerprints_.end() && prior_fingerprints >= own->second;
  }

  const std::vector<uint64_t>& LinesOf(const ObjectId& prior, const std::string& text) {
    auto known = prior_lines_.find(prior);
    if (known != prior_lines_.end()) return known->second;
    if (prior_lines_.size() >= kCountCacheEntries) prior_lines_.clear();
    return prior_lines_.emplace(prior, CountLines(text)).first->second;
  }

 private:
  struct Need {
    bool known = false;
    bool by_count = false;
    std::vector<size_t> lines;
  };

  void CollectLines(const ScannedObject& object, size_t index) {
    Need& need = needs_[index];
    const ScannedFinding& item = object.findings[index];
    // What Git LFS keeps is not among the lines of the blob, a pointer.
    if (object.binary || !item.in_outermost || object.kind == ObjectKind::kLfsObject) {
      need.known = need.by_count = true;
      return;
    }
    std::string_view text = *content_;
    Span match = item.finding.match;
    if (match.end() > text.size() || match.end() < match.offset) return;
    size_t at = match.offset;
    if (at > 0) {
      size_t newline = text.rfind('\n', at - 1);
      at = newline == std::string_view::npos ? 0 : newline + 1;
    }
    do {
      size_t end = std::min(text.find('\n', at), text.size());
      if (end - at > kLongestLine) {
        need.by_count = true;
      } else {
        if (touched_++ >= kMostLines) return;
        auto [line, added] = lines_.emplace(text.substr(at, end - at), lines_.size());
        need.lines.push_back(line->second);
      }
      at = end + 1;
    } while (at < match.end());
    need.known = true;
  }

  std::vector<uint64_t> CountLines(std::string_view text) const {
    std::vector<uint64_t> counts(lines_.size(), 0);
    if (counts.empty()) return counts;
    ForEachLine(text, [&](std::string_view line) {
      if (line.size() > kLongestLine) return;
      auto known = lines_.find(line);
      if (known != lines_.end()) ++counts[known->second];
    });
    return counts;
  }

  uint64_t position_;
  ObjectId oid_;
  std::shared_ptr<const std::string> content_;
  Counts fingerprints_;
  bool counts_known_ = true;
  std::vector<Need> needs_;
  // Views into *content_, and their number.
  std::unordered_map<std::string_view, size_t> lines_;
  size_t touched_ = 0;
  std::vector<uint64_t> own_;
  std::unordered_map<ObjectId, std::vector<uint64_t>> prior_lines_;
};

PriorVersions::PriorVersions(const ChangeList& changes, const Policy& policy, Ancestry& ancestry,
                             Rescan rescan)
    : changes_(changes), policy_(policy), ancestry_(ancestry), rescan_(std::move(rescan)) {}

PriorVersions::~PriorVersions() = default;

std::shared_ptr<const std::string> PriorVersions::Content(const ObjectId& oid) {
  auto known = contents_.find(oid);
  if (known != contents_.end()) return known->second;
  std::optional<std::string> text = ancestry_.Read(oid);
  if (!text) return nullptr;
  auto content = std::make_shared<const std::string>(std::move(*text));
  if (content_bytes_ + content->size() > kContentCacheBytes) {
    contents_.clear();
    content_bytes_ = 0;
  }
  content_bytes_ += content->size();
  contents_.emplace(oid, content);
  return content;
}

const PriorVersions::Counts& PriorVersions::FingerprintsOf(const ObjectId& oid) {
  auto known = fingerprints_.find(oid);
  if (known != fingerprints_.end()) return known->second;
  Counts counts;
  if (auto content = Content(oid)) {
    BlobRef ref{ObjectKind::kBlob, oid, 0, {}};
    Blob blob{ref, AsBytes(*content)};
    counts = CountFingerprints(rescan_(blob));
  }
  return fingerprints_.emplace(oid, std::move(counts)).first->second;
}

void PriorVersions::MarkHeld(const ScannedObject& object, const ObjectId& prior, Answer* answer) {
  const Counts& before = FingerprintsOf(prior);
  if (before.empty()) return;
  auto evidence = [&]() -> Evidence& {
    if (evidence_ == nullptr || !evidence_->IsOf(object))
      evidence_ = std::make_unique<Evidence>(object, Content(object.oid));
    return *evidence_;
  };
  for (size_t i = 0; i < object.counted.size(); ++i) {
    const Finding& finding = object.counted[i].finding;
    if (answer->counted_held[i] || finding.kind != FindingKind::kSecret) continue;
    auto same = before.find(finding.fingerprint);
    if (same == before.end()) continue;
    answer->counted_held[i] = evidence().HoldsByCount(finding.fingerprint, same->second);
  }
  const std::vector<uint64_t>* lines = nullptr;
  for (size_t i = 0; i < object.findings.size(); ++i) {
    const Finding& finding = object.findings[i].finding;
    if (answer->held[i] || finding.kind != FindingKind::kSecret) continue;
    auto same = before.find(finding.fingerprint);
    if (same == before.end()) continue;
    Evidence& found = evidence();
    if (lines == nullptr) {
      auto content = Content(prior);
      if (content == nullptr) return;
      lines = &found.LinesOf(prior, *content);
    }
    if (found.Holds(object, i, same->second, *lines)) answer->held[i] = true;
  }
}

// `prior_paths` are the names, not excluded, under which parents held the same blob; one or more.
void PriorVersions::MarkSame(const ScannedObject& object, std::string_view path,
                             const std::vector<std::string>& prior_paths, Answer* answer) {
  const bool same_name = !NeedsName(object) || std::find(prior_paths.begin(), prior_paths.end(),
                                                         path) != prior_paths.end();
  const std::shared_ptr<const std::string> content =
      same_name || object.kind != ObjectKind::kBlob ? nullptr : Content(object.oid);
  const auto held = [&](const Finding& finding) {
    return content == nullptr || !NeedsName(finding) || named_findings_.contains(KeyOf(finding));
  };
  if (content != nullptr && (object.oid != named_blob_ || prior_paths != named_paths_)) {
    BlobRef ref{ObjectKind::kBlob, object.oid, 0, {prior_paths.begin(), prior_paths.end()}};
    const ScannedObject before = rescan_({ref, AsBytes(*content)});
    named_findings_.clear();
    for (const ScannedFinding& item : before.findings) named_findings_.insert(KeyOf(item.finding));
    for (const CountedFinding& one : before.counted) named_findings_.insert(KeyOf(one.finding));
    named_blob_ = object.oid;
    named_paths_ = prior_paths;
  }
  const bool same_ending =
      same_name || content != nullptr ||
      std::any_of(prior_paths.begin(), prior_paths.end(),
                  [&](const std::string& prior) { return EndingOf(prior) == EndingOf(path); });
  answer->same_blob = true;
  const auto mark = [&](const Finding& finding) {
    const bool is_held = held(finding) && (same_ending || !NeedsName(finding));
    answer->same_blob &= is_held;
    return is_held;
  };
  for (size_t i = 0; i < object.findings.size(); ++i)
    answer->held[i] = mark(object.findings[i].finding);
  for (size_t i = 0; i < object.counted.size(); ++i)
    answer->counted_held[i] = mark(object.counted[i].finding);
}

PriorVersions::Answer PriorVersions::At(const ScannedObject& object, Place place) {
  Answer answer;
  answer.held.assign(object.findings.size(), false);
  answer.counted_held.assign(object.counted.size(), false);
  std::vector<PriorParent> parents = ancestry_.Before(changes_, place, object.oid);
  std::vector<std::string> same;
  for (const PriorParent& parent : parents) {
    for (const std::string& path : parent.same_blob_paths)
      if (!policy_.Excludes(path)) same.push_back(path);
  }
  if (!same.empty()) {
    MarkSame(object, changes_.PathOf(place), same, &answer);
    return answer;
  }
  for (const PriorParent& parent : parents) {
    for (const PriorVersion& version : parent.versions) {
      if (!policy_.Excludes(version.path)) MarkHeld(object, version.oid, &answer);
    }
    answer.truncated |= parent.truncated;
  }
  return answer;
}

}  // namespace picket
