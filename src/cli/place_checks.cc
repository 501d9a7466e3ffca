#include "cli/place_checks.h"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "git/attributes.h"
#include "git/config_text.h"

namespace picket {
namespace {

constexpr uint64_t kLargestText = uint64_t{4} << 20;
// Of the .gitattributes that count for one commit, and of those that are kept parsed: a line of
// four bytes takes some 250.
constexpr uint64_t kMostAttributes = uint64_t{1} << 20;
// What it may cost to hold .gitattributes against files: about a second, and more for more files.
constexpr uint64_t kMostSteps = 500'000'000;
constexpr uint64_t kStepsOfAFile = 20'000;
constexpr size_t kMostRemembered = 1'000'000;

Finding PolicyFinding(std::string rule, Action action, std::string message) {
  Finding finding;
  finding.kind = FindingKind::kPolicy;
  finding.tier = action == Action::kBlock ? Tier::kPrecise : Tier::kContextual;
  finding.severity = Severity::kMedium;
  finding.rule = finding.family = std::move(rule);
  finding.message = std::move(message);
  return finding;
}

bool IsOn(std::optional<Action> action) { return action.value_or(Action::kOff) != Action::kOff; }

// File systems that don't tell cases apart give Git the one for the other.
bool IsNamed(std::string_view path, std::string_view lower) {
  return std::equal(path.begin(), path.end(), lower.begin(), lower.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

// Where a link at `path` leads, taken by its words: other links on the way are not followed.
bool LeadsOut(std::string_view path, std::string_view target) {
  if (target.starts_with('/')) return true;
  auto depth = std::count(path.begin(), path.end(), '/');
  while (!target.empty()) {
    const size_t slash = std::min(target.find('/'), target.size());
    const std::string_view part = target.substr(0, slash);
    if (part == "..") {
      if (--depth < 0) return true;
    } else if (!part.empty() && part != ".") {
      ++depth;
    }
    target.remove_prefix(std::min(slash + 1, target.size()));
  }
  return false;
}

class PlaceChecker {
 public:
  PlaceChecker(const PlaceCheckInput& input, ScanResult* scan)
      : input_(input), changes_(input.changes), scan_(scan) {}

  std::vector<PlacedFinding> Run() {
    CheckPointers();
    if (IsLate()) {
      ++scan_->left;
      return std::move(placed_);
    }
    const RefsPolicy& refs = input_.policy.refs;
    if (IsOn(refs.replace)) CheckReplace(*refs.replace);
    if (IsOn(refs.escaping_symlinks)) CheckLinks(*refs.escaping_symlinks);
    if (IsOn(refs.lfsconfig)) {
      CheckConfigs(".lfsconfig", [&](std::string_view text) { return LfsHosts(text); });
    }
    if (IsOn(refs.submodule_credentials)) {
      CheckConfigs(".gitmodules", [&](std::string_view text) { return Credentials(text); });
    }
    return std::move(placed_);
  }

 private:
  ObjectDatabase& objects() {
    if (objects_ == nullptr) objects_ = input_.repository.NewObjectDatabase();
    return *objects_;
  }

  // `canonical` is what it is about, without its place.
  void Add(size_t object, Place place, Finding finding, std::string_view canonical,
           bool preexisting = false) {
    finding.fingerprint = input_.key.Fingerprint(finding.family, AsBytes(canonical));
    placed_.push_back({static_cast<uint32_t>(object), place, std::move(finding), preexisting});
  }

  // Small texts only; what is larger than Git reads, or can't be read, is told by the scan.
  std::optional<std::string> Read(const ObjectId& oid) {
    ObjectHeader header;
    RawObject object;
    if (objects().ReadHeader(oid, &header, nullptr) != ReadStatus::kOk ||
        header.type != ObjectType::kBlob || header.size > kLargestText ||
        objects().Read(oid, &object, nullptr) != ReadStatus::kOk) {
      return std::nullopt;
    }
    return std::string(AsText(object.bytes()));
  }

  // --- Files that should be pointers ---

  struct AttributesSet {
    std::vector<const AttributesFile*> files;
    bool speaks = false;
  };

  // What is larger than is looked at says nothing.
  const AttributesSet& SetAt(uint32_t index) {
    const auto known = sets_.find(index);
    if (known != sets_.end()) return known->second;
    AttributesSet& set = sets_[index];
    uint64_t bytes = 0;
    for (uint32_t file : changes_.attribute_sets[index]) {
      const ParsedAttributes& parsed = FileAt(file);
      bytes += parsed.bytes;
      if (parsed.file == nullptr || bytes > kMostAttributes) {
        set = {};
        unread_ = true;
        return set;
      }
      set.files.push_back(parsed.file.get());
      set.speaks = set.speaks || parsed.file->speaks_of_filters();
    }
    return set;
  }

  struct ParsedAttributes {
    std::shared_ptr<const AttributesFile> file;
    uint64_t bytes = 0;
  };

  const ParsedAttributes& FileAt(uint32_t index) {
    const auto known = files_.find(index);
    if (known != files_.end()) return known->second;
    const AttributesEntry& entry = changes_.attribute_files[index];
    const std::optional<std::string> text = Read(entry.oid);
    ParsedAttributes parsed;
    if (text && parsed_bytes_ + text->size() <= 4 * kMostAttributes) {
      parsed_bytes_ += text->size();
      parsed.bytes = text->size();
      parsed.file = std::make_shared<AttributesFile>(*text, entry.folder);
    }
    return files_.emplace(index, std::move(parsed)).first->second;
  }

  // The same files over the same path say the same, whatever else counts for a commit.
  bool IsGiven(uint32_t set_index, uint32_t path) {
    const std::string& name = changes_.paths[path];
    std::vector<uint32_t> key = {path};
    std::vector<const AttributesFile*> files;
    const AttributesSet& set = SetAt(set_index);
    for (size_t i = 0; i < set.files.size(); ++i) {
      if (!name.starts_with(set.files[i]->folder())) continue;
      files.push_back(set.files[i]);
      key.push_back(changes_.attribute_sets[set_index][i]);
    }
    if (given_.size() >= kMostRemembered) given_.clear();
    const auto [known, added] = given_.try_emplace(std::move(key), false);
    if (added) known->second = IsGivenToLfs(files, name, &steps_);
    return known->second;
  }

  bool IsLate() const { return input_.stop.stop_requested(); }
  bool IsTooMuch() const { return steps_ >= kMostSteps + kStepsOfAFile * changes_.paths.size(); }

  void CheckPointers() {
    const Action action = input_.policy.lfs.unpointed.value_or(Action::kWarn);
    if (action == Action::kOff || changes_.attribute_files.empty()) return;
    for (const ObjectPlace& link : changes_.links) links_.insert({link.object, link.place});
    for (size_t i = 0; i < changes_.objects.size() && !IsTooMuch() && !IsLate(); ++i) {
      const ChangedObject& object = changes_.objects[i];
      if (object.kind == ObjectKind::kBlob && !input_.lfs.IsPointer(i)) CheckPointer(i, action);
    }
    if (IsTooMuch()) {
      TellUnchecked(action,
                    "its patterns take more work to hold against the files of the change than "
                    "picket spends");
    }
    if (unread_) {
      TellUnchecked(action, "those that count for a commit can't be read, or are over 1 MiB");
    }
  }

  // What would only have warned closes no gate.
  void TellUnchecked(Action action, const std::string& why) {
    if (action == Action::kBlock) {
      scan_->gaps.push_back({".gitattributes", "", "", why});
    } else {
      scan_->skipped.push_back({".gitattributes", "not held against the files: " + why, 1, 0});
    }
  }

  void CheckPointer(size_t index, Action action) {
    const ChangedObject& object = changes_.objects[index];
    for (Place place : object.places) {
      const uint32_t set_index = place.commit == kNone ? changes_.index_attributes
                                                       : changes_.commits[place.commit].attributes;
      if (set_index == 0 || place.path == kNone || !SetAt(set_index).speaks || IsTooMuch())
        continue;
      if (links_.contains({static_cast<uint32_t>(index), place}) ||
          !IsGiven(set_index, place.path) || input_.policy.Excludes(changes_.PathOf(place))) {
        continue;
      }
      ObjectHeader header;
      // git-lfs leaves an empty file as it is.
      const bool empty =
          objects().ReadHeader(object.oid, &header, nullptr) == ReadStatus::kOk && header.size == 0;
      if (empty) return;
      Finding finding = PolicyFinding("lfs.not-a-pointer", action,
                                      ".gitattributes give this file to Git LFS (filter=lfs), and "
                                      "what is committed is no pointer.");
      finding.severity = Severity::kLow;
      finding.remediation =
          "Install git-lfs (git lfs install), then git add --renormalize the file, or take it out "
          "of .gitattributes.";
      Add(index, place, std::move(finding), object.oid.ToHex());
      return;
    }
  }

  // --- The policy's section "refs" ---

  void CheckReplace(Action action) {
    for (size_t i = 0; i < changes_.objects.size(); ++i) {
      const ChangedObject& object = changes_.objects[i];
      if (object.kind != ObjectKind::kRefName) continue;
      const std::string_view name = changes_.TextOf(object);
      if (!name.starts_with("refs/replace/")) continue;
      Finding finding = PolicyFinding("refs.replace", action,
                                      "A ref below refs/replace/ shows other content in the place "
                                      "of an object to whoever fetches it.");
      finding.remediation = "Rewrite the history instead, or keep the ref to yourself.";
      Add(i, {}, std::move(finding), name);
    }
  }

  void CheckLinks(Action action) {
    std::set<uint32_t> told;
    for (const ObjectPlace& link : changes_.links) {
      const std::string_view path = changes_.PathOf(link.place);
      if (told.contains(link.object) || input_.policy.Excludes(path)) continue;
      const std::optional<std::string> target = Read(changes_.objects[link.object].oid);
      if (!target || !LeadsOut(path, *target)) continue;
      told.insert(link.object);
      Finding finding = PolicyFinding("refs.escaping-symlink", action,
                                      "The symbolic link leads out of the repository.");
      finding.subject = *target;
      finding.remediation = "Point it at a file inside the repository, relative to the link.";
      Add(link.object, link.place, std::move(finding), *target);
    }
  }

  struct Complaint {
    Finding finding;
    std::string canonical;
  };

  // A file at the root; what its version in a parent said already is no news.
  void CheckConfigs(std::string_view name,
                    const std::function<std::vector<Complaint>(std::string_view)>& read) {
    for (size_t i = 0; i < changes_.objects.size(); ++i) {
      const ChangedObject& object = changes_.objects[i];
      if (object.kind != ObjectKind::kBlob) continue;
      for (Place place : object.places) {
        const std::string_view path = changes_.PathOf(place);
        if (!IsNamed(path, name) || input_.policy.Excludes(path)) continue;
        const std::optional<std::string> text = Read(object.oid);
        const std::vector<Complaint> complaints = text ? read(*text) : std::vector<Complaint>();
        const std::set<std::string> before =
            complaints.empty() ? std::set<std::string>() : Before(place, object.oid, read);
        for (const Complaint& one : complaints)
          Add(i, place, one.finding, one.canonical, before.contains(one.canonical));
      }
    }
  }

  std::set<std::string> Before(
      Place place, const ObjectId& oid,
      const std::function<std::vector<Complaint>(std::string_view)>& read) {
    std::set<std::string> known;
    for (const PriorParent& parent : input_.ancestry.Before(changes_, place, oid)) {
      for (const PriorVersion& version : parent.versions) {
        if (version.path != changes_.PathOf(place)) continue;
        const std::optional<std::string> text = Read(version.oid);
        if (!text) continue;
        for (const Complaint& one : read(*text)) known.insert(one.canonical);
      }
    }
    return known;
  }

  std::vector<Complaint> LfsHosts(std::string_view text) const {
    const RefsPolicy& refs = input_.policy.refs;
    std::vector<Complaint> complaints;
    for (const TreeConfigEntry& entry : ParseConfigText(text)) {
      const bool of_lfs = entry.key == "lfs.url" || entry.key == "lfs.pushurl";
      const bool of_remote = entry.key.starts_with("remote.") &&
                             (entry.key.ends_with(".lfsurl") || entry.key.ends_with(".lfspushurl"));
      if (!of_lfs && !of_remote) continue;
      const UrlParts url = SplitUrl(entry.value);
      // Programs differ on where a host ends behind such bytes.
      const bool plain = entry.value.find_first_of("\\ \t\n\r") == std::string::npos;
      const bool listed =
          plain && !url.host.empty() &&
          std::find(refs.lfs_hosts.begin(), refs.lfs_hosts.end(), url.host) != refs.lfs_hosts.end();
      if (listed) continue;
      Finding finding = PolicyFinding(
          "refs.lfsconfig", *refs.lfsconfig,
          "It sends the objects of Git LFS to a place that refs.lfs_hosts does not list.");
      finding.subject = url.host.empty() ? "no host" : url.host;
      finding.remediation = "Take " + entry.key + " out of the file, or have the host listed.";
      complaints.push_back({std::move(finding), entry.value});
    }
    return complaints;
  }

  // A password, or in an address of the web any user: that is where tokens stand.
  std::vector<Complaint> Credentials(std::string_view text) const {
    std::vector<Complaint> complaints;
    for (const TreeConfigEntry& entry : ParseConfigText(text)) {
      if (!entry.key.starts_with("submodule.") || !entry.key.ends_with(".url")) continue;
      const UrlParts url = SplitUrl(entry.value);
      const bool web = url.scheme == "http" || url.scheme == "https" || url.scheme == "ftp";
      if (!url.has_password && (!web || url.user.empty())) continue;
      Finding finding =
          PolicyFinding("refs.submodule-credentials", *input_.policy.refs.submodule_credentials,
                        "The url of a submodule holds a user's credentials.");
      finding.subject = url.host;
      finding.remediation =
          "Take the user out of the url and revoke the password or token; Git asks for it, or has "
          "it from a credential helper.";
      complaints.push_back({std::move(finding), entry.value});
    }
    return complaints;
  }

  const PlaceCheckInput& input_;
  const ChangeList& changes_;
  ScanResult* scan_;
  std::vector<PlacedFinding> placed_;
  std::unique_ptr<ObjectDatabase> objects_;
  std::unordered_map<uint32_t, AttributesSet> sets_;
  std::unordered_map<uint32_t, ParsedAttributes> files_;
  uint64_t parsed_bytes_ = 0;
  // By path and files.
  std::map<std::vector<uint32_t>, bool> given_;
  std::set<std::pair<uint32_t, Place>> links_;
  uint64_t steps_ = 0;
  bool unread_ = false;
};

}  // namespace

std::vector<PlacedFinding> CheckPlaces(const PlaceCheckInput& input, ScanResult* scan) {
  return PlaceChecker(input, scan).Run();
}

}  // namespace picket
