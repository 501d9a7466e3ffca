#include "scan/blob_scanner.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "contents/child_origin.h"

namespace picket {
namespace {

constexpr uint64_t kBinaryProbeBytes = 8 * 1024;

Span MapSpan(const Origin& origin, Span inner, uint64_t outer_size) {
  uint64_t start = std::min(MapOutward(origin, inner.offset, false), outer_size);
  uint64_t end = std::min(MapOutward(origin, inner.end(), true), outer_size);
  return {start, end - std::min(start, end)};
}

Span Clamp(Span span, uint64_t size) {
  uint64_t start = std::min(span.offset, size);
  return {start, std::min(span.length, size - start)};
}

// Detectors name what they open themselves; some repeat the chain that led to the blob.
std::string JoinMember(const std::string& chain, const std::string& member) {
  if (member.empty()) return chain;
  if (chain.empty() || member == chain) return member;
  if (member.starts_with(chain) && (member[chain.size()] == ':' || member[chain.size()] == '@'))
    return member;
  return chain + (member.starts_with('@') ? "" : ":") + member;
}

bool Overlap(Span a, Span b) {
  if (a.offset == b.offset) return true;
  return a.offset < b.end() && b.offset < a.end();
}

bool SameThing(const ScannedFinding& a, const ScannedFinding& b) {
  const Finding& x = a.finding;
  const Finding& y = b.finding;
  if (a.in_outermost != b.in_outermost) return false;
  if (!a.in_outermost && x.member != y.member) return false;
  return x.rule == y.rule && x.fingerprint == y.fingerprint && x.subject == y.subject &&
         Overlap(x.span, y.span);
}

auto SortKey(const ScannedFinding& item) {
  const Finding& finding = item.finding;
  return std::make_tuple(finding.span.offset, std::string_view(finding.rule), finding.member.size(),
                         std::string_view(finding.member), std::string_view(finding.subject),
                         std::string_view(finding.fingerprint), finding.span.length);
}

// The first of several reports of one thing stays; the sort puts the outermost view first among
// those that begin together.
void DropRepeats(std::vector<ScannedFinding>* findings) {
  std::vector<ScannedFinding> kept;
  for (ScannedFinding& item : *findings) {
    bool repeat = false;
    // Repeats begin near each other; a window keeps hostile input linear.
    constexpr size_t kWindow = 64;
    size_t first = kept.size() > kWindow ? kept.size() - kWindow : 0;
    for (size_t i = first; i < kept.size() && !repeat; ++i) {
      if (!SameThing(kept[i], item)) continue;
      repeat = true;
      bool better = item.names_line != kept[i].names_line
                        ? item.names_line
                        : item.finding.member.size() < kept[i].finding.member.size();
      if (better) kept[i] = std::move(item);
    }
    if (!repeat) kept.push_back(std::move(item));
  }
  *findings = std::move(kept);
}

void Sort(std::vector<ScannedFinding>* findings) {
  std::stable_sort(findings->begin(), findings->end(),
                   [](const auto& a, const auto& b) { return SortKey(a) < SortKey(b); });
}

// Lines and columns of `items`, which are sorted by offset, in one pass over `bytes`.
void Locate(Bytes bytes, std::span<ScannedFinding* const> items) {
  uint64_t line = 1;
  uint64_t line_start = 0;
  uint64_t at = 0;
  for (ScannedFinding* item : items) {
    uint64_t target = std::min<uint64_t>(item->finding.span.offset, bytes.size());
    while (at < target) {
      const void* hit = std::memchr(bytes.data() + at, '\n', target - at);
      if (hit == nullptr) break;
      at = static_cast<uint64_t>(static_cast<const uint8_t*>(hit) - bytes.data()) + 1;
      line_start = at;
      ++line;
    }
    at = target;
    item->finding.line = line;
    item->finding.column = target - line_start + 1;
  }
}

void LocateAll(Bytes bytes, std::vector<ScannedFinding*> items) {
  if (items.empty() || IsBinary(bytes)) return;
  std::stable_sort(items.begin(), items.end(), [](const auto* a, const auto* b) {
    return a->finding.span.offset < b->finding.span.offset;
  });
  Locate(bytes, items);
}

}  // namespace

bool IsBinary(Bytes bytes) {
  uint64_t probe = std::min<uint64_t>(bytes.size(), kBinaryProbeBytes);
  return probe > 0 && std::memchr(bytes.data(), 0, probe) != nullptr;
}

uint64_t ScannedObject::uncounted(Tier tier) const {
  uint64_t number = tier == Tier::kPrecise ? precise_overflow : contextual_overflow;
  for (const CountedFinding& one : counted) {
    if (one.finding.tier == tier) number -= one.count;
  }
  return number;
}

// What one outermost blob has said so far, over all its levels.
struct BlobScanner::Tally {
  std::array<size_t, 2> kept = {0, 0};
  uint64_t more_gaps = 0;
  // By rule, fingerprint, subject and concern.
  std::map<std::tuple<std::string, std::string, std::string, WeightConcern>, CountedFinding>
      counted;

  void Count(Finding finding, size_t most) {
    auto key = std::make_tuple(finding.rule, finding.fingerprint, finding.subject, finding.concern);
    auto known = counted.find(key);
    if (known == counted.end()) {
      if (counted.size() >= most) return;
      finding.message.clear();
      finding.remediation.clear();
      finding.member.clear();
      finding.masked.clear();
      finding.span = finding.match = {};
      known = counted.emplace(std::move(key), CountedFinding{std::move(finding), 0}).first;
    }
    ++known->second.count;
  }
};

// One level of content: takes what the detectors say of it, then visits what stands inside.
class BlobScanner::View final : public FindingSink, public ChildVisitor {
 public:
  View(BlobScanner* scanner, ScannedObject* object, const Blob& blob, uint64_t outer_size,
       int depth, Tally* tally)
      : scanner_(scanner),
        object_(object),
        blob_(blob),
        outer_size_(outer_size),
        depth_(depth),
        tally_(tally) {}

  void Run(const Derivation* derivation) {
    // What others are made from is read by itself: most of them is known then.
    Opener* const opener = scanner_->opener_.get();
    const bool instead = derivation == nullptr && opener != nullptr && !IsStopped() &&
                         blob_.arrival == nullptr && IsContent(blob_.ref.kind) &&
                         opener->OpenInstead(blob_, *this, *this);
    std::optional<Blob> seen;
    if (instead) seen.emplace(blob_).origin.bytes_seen = true;
    const Blob& blob = seen ? *seen : blob_;
    size_t first = object_->findings.size();
    for (auto& session : scanner_->sessions_) {
      if (IsStopped() || (!session->TakesArriving() && !IsHere())) return;
      session->Scan(blob, derivation, *this);
    }
    if (!IsHere()) return;
    if (lost_hints_ > 0) {
      AddGap("", "it holds more marks of encoded text than are followed (" +
                     std::to_string(scanner_->limits_.hints) + ")");
    }
    LocateInMember(first);
    if (opener != nullptr && !IsStopped()) opener->Open(blob_, hints_, *this, *this, instead);
  }

  void Add(Finding finding) override {
    if (finding.kind == FindingKind::kWeight && finding.fingerprint.empty())
      finding.fingerprint = FileFingerprint(finding.family);
    size_t tier = static_cast<size_t>(finding.tier);
    if (tally_->kept[tier] >= scanner_->limits_.findings) {
      ++(finding.tier == Tier::kPrecise ? object_->precise_overflow : object_->contextual_overflow);
      tally_->Count(std::move(finding), scanner_->limits_.counted);
      return;
    }
    ++tally_->kept[tier];
    bool in_outermost = blob_.origin.inner_bytes != 0;
    if (finding.match.length == 0) finding.match = finding.span;
    const SectionPlace place = PlaceInSection(finding.span.offset);
    if (in_outermost) {
      finding.span = MapSpan(blob_.origin, finding.span, outer_size_);
      finding.match = MapSpan(blob_.origin, finding.match, outer_size_);
    } else {
      finding.span = Clamp(finding.span, blob_.bytes.size());
      finding.match = Clamp(finding.match, blob_.bytes.size());
    }
    if (place.section != nullptr) {
      const std::string chain = JoinMember(blob_.origin.member, place.section->name);
      finding.member = JoinMember(chain, finding.member) + ", line " + std::to_string(place.line);
    } else {
      finding.member = JoinMember(blob_.origin.member, finding.member);
    }
    finding.line = in_outermost ? 0 : place.line;
    finding.column = in_outermost ? 0 : place.column;
    object_->findings.push_back({std::move(finding), in_outermost, place.section != nullptr, {}});
  }

  void Add(Gap gap) override {
    if (object_->gaps.size() >= scanner_->limits_.gaps) {
      ++tally_->more_gaps;
      return;
    }
    if (gap.object.empty() && !blob_.ref.oid.empty()) gap.object = blob_.ref.oid.ToHex();
    gap.member = JoinMember(blob_.origin.member, gap.member);
    object_->gaps.push_back(std::move(gap));
  }

  void Add(EncodedHint hint) override {
    if (hints_.size() >= scanner_->limits_.hints) {
      ++lost_hints_;
    } else {
      hints_.push_back(hint);
    }
  }

  std::stop_token stop() const override { return scanner_->limits_.stop; }

  void OnChild(const Blob& child) override {
    if (IsStopped()) return;
    if (depth_ >= scanner_->limits_.depth) {
      AddGap(child.origin.member, "it stands more than " + std::to_string(scanner_->limits_.depth) +
                                      " levels deep inside other content");
      return;
    }
    View view(scanner_, object_, child, outer_size_, depth_ + 1, tally_);
    view.Run(nullptr);
  }

 private:
  bool IsStopped() const { return scanner_->limits_.stop.stop_requested(); }
  // Waits until all of the bytes are.
  bool IsHere() const {
    return blob_.arrival == nullptr || blob_.arrival->Await(blob_.bytes.size());
  }

  const std::string& FileFingerprint(const std::string& family) {
    if (file_fingerprint_.empty() && scanner_->limits_.key != nullptr) {
      file_fingerprint_ = scanner_->limits_.key->Fingerprint(family, AsBytes(Sha256(blob_.bytes)));
    }
    return file_fingerprint_;
  }

  void AddGap(const std::string& member, std::string reason) {
    Gap gap;
    gap.member = member;
    gap.reason = std::move(reason);
    Add(std::move(gap));
  }

  struct SectionPlace {
    const TextSection* section = nullptr;  // null, and the rest 0, where the text has none
    uint64_t line = 0;
    uint64_t column = 0;
  };

  // Findings come nearly in order, so the count of lines goes on where it was.
  SectionPlace PlaceInSection(uint64_t offset) {
    const TextSection* section = SectionAt(blob_.origin, offset);
    if (section == nullptr) return {};
    offset = std::min<uint64_t>(offset, blob_.bytes.size());
    if (section != counted_in_ || offset < counted_to_) {
      counted_in_ = section;
      counted_to_ = line_start_ = section->begin;
      lines_ = 0;
    }
    for (; counted_to_ < offset; ++counted_to_) {
      if (blob_.bytes[counted_to_] != '\n') continue;
      ++lines_;
      line_start_ = counted_to_ + 1;
    }
    return {section, lines_ + 1, offset - line_start_ + 1};
  }

  // A member's own lines can be told only while its bytes are here: those of a compressed member,
  // and those of text whose encoding makes the outermost blob look binary (UTF-16).
  void LocateInMember(size_t first) {
    const Origin& origin = blob_.origin;
    if (depth_ == 0 || origin.inner_bytes == origin.outer_bytes) return;
    if (!origin.steps.empty() || !origin.sections.empty()) return;
    std::vector<ScannedFinding*> items;
    for (size_t i = first; i < object_->findings.size(); ++i)
      items.push_back(&object_->findings[i]);
    if (origin.inner_bytes == 0) {
      LocateAll(blob_.bytes, std::move(items));
      return;
    }
    std::vector<uint64_t> outer;
    for (ScannedFinding* item : items) {
      outer.push_back(item->finding.span.offset);
      item->finding.span.offset =
          (item->finding.span.offset - origin.offset) * origin.inner_bytes / origin.outer_bytes;
    }
    LocateAll(blob_.bytes, items);
    for (size_t i = 0; i < items.size(); ++i) items[i]->finding.span.offset = outer[i];
  }

  BlobScanner* scanner_;
  ScannedObject* object_;
  const Blob& blob_;
  uint64_t outer_size_;
  int depth_;
  Tally* tally_;
  std::vector<EncodedHint> hints_;
  uint64_t lost_hints_ = 0;
  const TextSection* counted_in_ = nullptr;
  uint64_t counted_to_ = 0;  // lines_ is the number of line ends from the section's begin to here
  uint64_t lines_ = 0;
  uint64_t line_start_ = 0;
  std::string file_fingerprint_;
};

namespace {

// Knows only whether anything came.
class Ear final : public FindingSink, public ChildVisitor {
 public:
  explicit Ear(const std::stop_token& stop) : stop_(stop) {}

  void Add(Finding) override { heard_ = true; }
  void Add(Gap) override { heard_ = true; }
  void Add(EncodedHint) override { heard_ = true; }
  void OnChild(const Blob&) override { heard_ = true; }
  std::stop_token stop() const override { return stop_; }

  bool heard() const { return heard_; }

 private:
  const std::stop_token& stop_;
  bool heard_ = false;
};

}  // namespace

BlobScanner::BlobScanner(std::span<const Detector* const> detectors,
                         const OpenerFactory& new_opener, const BlobScanLimits& limits)
    : limits_(limits) {
  for (const Detector* detector : detectors) {
    sessions_.push_back(detector->NewSession());
    if (auto* sieve = dynamic_cast<Sieve*>(sessions_.back().get())) sieves_.push_back(sieve);
  }
  if (new_opener) opener_ = new_opener();
}

void BlobScanner::Sift(const BlobGroup& group, std::vector<bool>* speaks) {
  speaks->assign(group.blobs.size(), false);
  for (Sieve* sieve : sieves_) sieve->Sift(group, speaks);
  if (opener_ == nullptr) return;
  for (size_t i = 0; i < group.blobs.size(); ++i) {
    if ((*speaks)[i]) continue;
    Ear ear(limits_.stop);
    opener_->Reset();
    opener_->Open(group.blobs[i], {}, ear, ear, false);
    if (ear.heard()) (*speaks)[i] = true;
  }
}

ScannedObject BlobScanner::Scan(const Blob& blob, const Derivation* derivation) {
  ScannedObject object;
  object.position = blob.ref.position;
  object.kind = blob.ref.kind;
  object.oid = blob.ref.oid;
  if (opener_) opener_->Reset();
  Tally tally;
  View view(this, &object, blob, blob.bytes.size(), 0, &tally);
  view.Run(derivation);
  if (blob.arrival != nullptr && !blob.arrival->Await(blob.bytes.size())) return {};
  if (object.silent()) return object;

  Sort(&object.findings);
  DropRepeats(&object.findings);
  Sort(&object.findings);
  for (auto& [key, counted] : tally.counted) object.counted.push_back(std::move(counted));
  if (tally.more_gaps > 0) {
    object.gaps.back().reason =
        "this and " + std::to_string(tally.more_gaps) +
        " more parts of it could not be read; the first reason is: " + object.gaps.back().reason;
  }
  object.binary = IsBinary(blob.bytes);
  std::vector<ScannedFinding*> items;
  for (ScannedFinding& item : object.findings) {
    if (item.in_outermost) items.push_back(&item);
  }
  if (!object.binary && IsContent(object.kind)) {
    for (ScannedFinding* item : items) {
      if (item->finding.kind == FindingKind::kSecret)
        item->marks = ReadInlineMarks(AsText(blob.bytes), item->finding.span.offset);
    }
  }
  LocateAll(blob.bytes, std::move(items));
  return object;
}

}  // namespace picket
