#include "contents/zip.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "contents/child_origin.h"
#include "contents/zip_directory.h"
#include "contents/zip_methods.h"
#include "core/byte_reader.h"

namespace picket {
namespace {

constexpr uint16_t kEncryptedFlags = 0x1 | 0x40 | 0x2000;
// A data descriptor, with signature and 8-byte sizes.
constexpr uint64_t kDescriptorBytes = 24;
constexpr uint64_t kEndBytes = 22;
constexpr uint64_t kEnd64Head = 12;
constexpr uint64_t kLocatorBytes = 20;
constexpr std::string_view kLocalSignature = "PK\x03\x04";
constexpr std::string_view kEntrySignature = "PK\x01\x02";
constexpr std::string_view kEndSignature = "PK\x05\x06";
constexpr size_t kGapsSaid = 64;
constexpr std::string_view kTorchRoute = "torch.record";

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return lower;
}

bool IsTorchRecord(std::string_view lower) {
  return lower == "data.pkl" || lower.ends_with("/data.pkl");
}

// Names for which it matters to the verdict which of two byte ranges a loader takes.
bool NamesModelPart(std::string_view lower) {
  static constexpr std::string_view kEndings[] = {".pkl",  ".pickle", ".pt",  ".pth",
                                                  ".ckpt", ".bin",    ".npy", ".joblib"};
  return std::any_of(std::begin(kEndings), std::end(kEndings),
                     [&](std::string_view ending) { return lower.ends_with(ending); });
}

std::string NameAt(std::string_view what, uint64_t offset) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "@0x%llx", static_cast<unsigned long long>(offset));
  return std::string(what) + text.data();
}

class ZipExpansion {
 public:
  ZipExpansion(const Blob& blob, ExpandBudget& budget, FindingSink& sink, ChildVisitor& visitor)
      : blob_(blob), file_(blob.bytes), budget_(budget), sink_(sink), visitor_(visitor) {}

  void Run(const std::vector<ZipDirectory>& directories) {
    // A zip file that stands amid other bytes (a constant of a program, test data) is looked into,
    // and no complaint is made about what every reader fails on.
    embedded_ = !directories.empty() && !ReadZipLocalHeader(file_, 0) &&
                directories.front().end_records.end() < file_.size();
    if (directories.empty()) AddGap({}, "it begins like a zip file and its directory is missing");
    CompareDirectories(directories);
    std::vector<const ZipEntry*> entries;
    for (const ZipDirectory& directory : directories) {
      covered_.push_back(directory.span);
      covered_.push_back(directory.end_records);
      if (directory.cut) AddDefect({}, "its list of members is cut short");
      for (const ZipEntry& entry : directory.entries) entries.push_back(&entry);
    }
    std::stable_sort(entries.begin(), entries.end(),
                     [](const ZipEntry* a, const ZipEntry* b) { return a->header < b->header; });
    for (const ZipEntry* entry : entries) {
      if (exhausted_) return;
      VisitEntry(*entry);
    }
    VisitUnlisted();
  }

 private:
  void AddGap(std::string_view member, std::string reason) {
    if (++gaps_said_ > kGapsSaid) {
      if (gaps_said_ > kGapsSaid + 1) return;
      member = {};
      reason = "more of its members than are listed here can't be read";
    }
    Gap gap;
    gap.member = MemberName(member);
    gap.reason = std::move(reason);
    sink_.Add(std::move(gap));
  }

  void AddDefect(std::string_view member, std::string reason) {
    if (!embedded_) AddGap(member, std::move(reason));
  }

  void Disagree(std::string_view member, uint64_t offset, std::string message) {
    if (++disagreements_said_ > kGapsSaid) return;
    Finding finding;
    finding.kind = FindingKind::kWeight;
    finding.concern = WeightConcern::kAmbiguous;
    finding.severity = Severity::kHigh;
    finding.rule = "zip.reader-disagreement";
    finding.family = "weight";
    finding.member = MemberName(member);
    finding.message = std::move(message);
    finding.remediation = "Write the file again with one well-known tool, and compare.";
    finding.span = finding.match = {offset, 0};
    sink_.Add(std::move(finding));
  }

  std::string MemberName(std::string_view member) const {
    if (member.empty()) return blob_.origin.member;
    std::string name = blob_.origin.member;
    if (!name.empty()) name += ':';
    return name += member;
  }

  void CompareDirectories(const std::vector<ZipDirectory>& directories) {
    std::set<std::tuple<std::string_view, uint64_t, uint64_t, uint16_t>> first;
    for (size_t i = 0; i < directories.size(); ++i) {
      std::set<std::tuple<std::string_view, uint64_t, uint64_t, uint16_t>> these;
      for (const ZipEntry& entry : directories[i].entries) {
        these.insert({entry.name, entry.header, entry.compressed, entry.method});
      }
      if (i == 0) {
        first = std::move(these);
      } else if (these != first && !StandsInFront(directories[i], directories[0])) {
        Disagree({}, directories[i].span.offset,
                 "This zip file has two directories that list different members; loaders choose "
                 "different ones.");
      }
    }
    for (const ZipDirectory& directory : directories) CompareNames(directory);
  }

  // `directory` is that of a whole zip file in front of others, the last of which is whole by its
  // own count: whoever takes the one for the other's reads it by a mistaken offset. Each is looked
  // into.
  bool StandsInFront(const ZipDirectory& directory, const ZipDirectory& last) const {
    Span rest{directory.span.end(), file_.size() - std::min(directory.span.end(), file_.size())};
    Span behind = SkipEndRecords(rest);
    return behind.offset != rest.offset && behind.offset < last.span.offset &&
           ReadZipLocalHeader(file_, 0) && ReadZipLocalHeader(file_, behind.offset) &&
           std::all_of(last.entries.begin(), last.entries.end(), [&](const ZipEntry& entry) {
             return ReadZipLocalHeader(file_, entry.header).has_value();
           });
  }

  void CompareNames(const ZipDirectory& directory) {
    std::map<std::string, const ZipEntry*> seen;
    for (const ZipEntry& entry : directory.entries) {
      std::string lower = Lower(entry.name);
      if (!NamesModelPart(lower)) continue;
      auto [place, fresh] = seen.try_emplace(std::move(lower), &entry);
      if (!fresh && place->second->header != entry.header) {
        Disagree(entry.name, std::min<uint64_t>(entry.header, file_.size()),
                 "This zip file holds two members of one name; loaders choose different ones.");
      }
    }
  }

  bool TakeChild() {
    if (budget_.children > 0) {
      --budget_.children;
      return true;
    }
    if (!exhausted_) AddGap({}, "it holds more members than one object may");
    exhausted_ = true;
    return false;
  }

  bool TakeBytes(uint64_t count) {
    if (count > budget_.bytes) return false;
    budget_.bytes -= count;
    return true;
  }

  void VisitEntry(const ZipEntry& entry) {
    auto local = ReadZipLocalHeader(file_, entry.header);
    if (!local) return AddDefect(entry.name, "its local header is missing");
    std::string lower = Lower(entry.name);
    std::string local_lower = Lower(local->name);
    if (local->name != entry.name && (NamesModelPart(lower) || NamesModelPart(local_lower))) {
      Disagree(entry.name, entry.header,
               "This zip member has one name in the directory and another at its data; loaders "
               "that stream read another name.");
    }
    uint64_t room = file_.size() - local->data;
    // Readers that stream believe the local header, or the end of the compressed data, where the
    // directory says that there is nothing.
    uint64_t claimed = entry.compressed != 0 ? entry.compressed : local->compressed;
    if (claimed == 0 && EndsByItself(entry.method)) claimed = room;
    uint64_t length = std::min(claimed, room);
    covered_.push_back({entry.header, local->data + length - entry.header});
    if (entry.compressed > room) AddDefect(entry.name, "its bytes end beyond the file");
    if ((entry.flags & kEncryptedFlags) != 0) AddDefect(entry.name, "it is encrypted");
    bool record = IsTorchRecord(lower) || IsTorchRecord(local_lower);
    // One range may be listed under many names; it is looked at once for each way of reading it.
    if (!visited_.insert({local->data, length, entry.method, record}).second) return;
    uint64_t shared =
        covered_to_ > local->data ? std::min(covered_to_, local->data + length) - local->data : 0;
    covered_to_ = std::max(covered_to_, local->data + length);
    if (shared > 0 && !TakeBytes(shared)) {
      return AddGap(entry.name,
                    "members that share bytes are larger than the limit for one object");
    }
    std::string_view route = record ? kTorchRoute : std::string_view();
    VisitData(entry.name, {local->data, length}, entry.method, entry.size, route);
  }

  void VisitData(std::string_view name, Span data, uint16_t method, uint64_t size,
                 std::string_view route) {
    if (data.length == 0 && route.empty()) return;
    Bytes bytes = file_.subspan(data.offset, data.length);
    if (method == kZipStored) return VisitChild(name, bytes, data.offset, true, route);
    // A size that is too large by its own word costs nothing; one that lies costs what is left.
    uint64_t limit = size > budget_.bytes ? 0 : budget_.bytes;
    std::optional<Inflated> inflated = UnpackZipData(bytes, method, size, limit);
    if (!inflated) {
      return AddGap(
          name, "it is compressed with method " + std::to_string(method) + ", which is not opened");
    }
    if (inflated->end == PackedEnd::kTooLarge) {
      budget_.bytes -= limit;
      return AddGap(name, GapReason(inflated->end));
    }
    TakeBytes(inflated->bytes.size());
    if (inflated->end != PackedEnd::kWhole) {
      // A member that ends before its data does is as good as damaged.
      bool cut = inflated->end == PackedEnd::kCut;
      AddDefect(name, GapReason(cut ? PackedEnd::kDamaged : inflated->end));
    }
    VisitChild(name, AsBytes(inflated->bytes), data.offset, false, route);
  }

  void VisitChild(std::string_view name, Bytes bytes, uint64_t offset, bool stored,
                  std::string_view route) {
    if (!TakeChild()) return;
    const Origin& outer = blob_.origin;
    Origin origin;
    origin.member = MemberName(name);
    origin.depth = outer.depth + 1;
    origin.route = route;
    origin.bytes_seen = stored;
    if (stored && outer.inner_bytes != 0) {
      origin.offset = MapOutward(outer, offset, false);
      origin.outer_bytes = outer.outer_bytes;
      origin.inner_bytes = outer.inner_bytes;
    } else {
      origin.inner_bytes = 0;
    }
    const Span whole{0, bytes.size()};
    Blob child{blob_.ref, bytes, std::move(origin)};
    if (stored && LeavesOut({offset, bytes.size()})) child.left_out = {&whole, 1};
    visitor_.OnChild(child);
  }

  bool LeavesOut(Span span) const {
    auto after = std::upper_bound(
        blob_.left_out.begin(), blob_.left_out.end(), span.offset,
        [](uint64_t offset, const Span& left_out) { return offset < left_out.offset; });
    return after != blob_.left_out.begin() && span.end() <= std::prev(after)->end();
  }

  // What no directory lists: a streaming reader would meet it. The start of the file is the outer
  // blob's own start, which every detector has looked at.
  void VisitUnlisted() {
    std::sort(covered_.begin(), covered_.end());
    uint64_t at = 0;
    for (const Span& span : covered_) {
      if (span.offset > at) VisitGap({at, span.offset - at});
      at = std::max(at, std::min<uint64_t>(span.end(), file_.size()));
      if (exhausted_) return;
    }
    if (at < file_.size()) VisitGap({at, file_.size() - at});
  }

  bool StandsAt(uint64_t at, std::string_view signature) const {
    return at < file_.size() && AsText(file_.subspan(at)).starts_with(signature);
  }

  // What ends a directory: the two records of zip64 and the end record itself.
  Span SkipEndRecords(Span span) const {
    uint64_t at = span.offset;
    if (StandsAt(at, "PK\x06\x06")) {
      uint64_t size = ByteReader(file_, at + 4).U64Le();
      if (size > span.end() - at || span.end() - at - size < kEnd64Head) return span;
      at += kEnd64Head + size;
    }
    if (StandsAt(at, "PK\x06\x07")) at += kLocatorBytes;
    if (StandsAt(at, kEndSignature)) {
      ByteReader reader(file_, std::min<uint64_t>(at + kEndBytes - 2, file_.size()));
      at += kEndBytes + reader.U16Le();
    }
    if (at > span.end()) return span;
    return {at, span.end() - at};
  }

  // Whole zip files one behind the other, each with a directory of its own (torch's distributed
  // checkpoints); whoever reads a part of the file sees each of them.
  Span VisitArchives(Span gap) {
    while (!exhausted_ && gap.length > kEndBytes) {
      gap = SkipEndRecords(gap);
      Bytes rest = file_.subspan(gap.offset, gap.length);
      if (!AsText(rest).starts_with(kLocalSignature)) return gap;
      size_t end = AsText(rest).find(kEndSignature);
      // What is no end record stands amid data.
      while (end != std::string_view::npos && !EndsDirectory(rest, end)) {
        end = AsText(rest).find(kEndSignature, end + 1);
      }
      if (end == std::string_view::npos) return gap;
      Span behind = SkipEndRecords({gap.offset + end, gap.length - end});
      VisitChild(NameAt("", gap.offset), rest.subspan(0, behind.offset - gap.offset), gap.offset,
                 true, {});
      gap = behind;
    }
    return gap;
  }

  // A directory of the size that the record states, or zip64's locator, stands before it.
  static bool EndsDirectory(Bytes bytes, uint64_t end) {
    ByteReader reader(bytes, end + 12);
    uint64_t size = reader.U32Le();
    auto stands = [&](uint64_t before, std::string_view signature) {
      return before <= end && AsText(bytes.subspan(end - before)).starts_with(signature);
    };
    reader.Skip(6);
    return reader.ok() && (stands(size, kEntrySignature) || stands(kLocatorBytes, "PK\x06\x07"));
  }

  void VisitGap(Span gap) {
    gap = VisitArchives(gap);
    // One member behind the other, as a reader that streams takes them.
    for (bool first = true; !exhausted_; first = false) {
      auto header = ReadZipLocalHeader(file_, gap.offset);
      if (!header || header->data >= gap.end()) break;
      Span data{header->data, gap.end() - header->data};
      // A size of 0 stands for "see behind the data".
      bool sized = header->compressed > 0 && header->compressed <= data.length;
      if (sized) data.length = header->compressed;
      if (!sized && !first && !TakeBytes(data.length)) {
        return AddGap(header->name,
                      "members that share bytes are larger than the limit for one object");
      }
      std::string lower = Lower(header->name);
      std::string_view route = IsTorchRecord(lower) ? kTorchRoute : std::string_view();
      VisitData(header->name, data, header->method, 0, route);
      uint64_t next = data.end();
      if (!sized) {
        size_t found = AsText(file_.subspan(data.offset, data.length)).find(kLocalSignature);
        if (found == std::string_view::npos) return;
        next = data.offset + found;
      }
      if (StandsAt(next, "PK\x07\x08")) next += kDescriptorBytes - 8;
      next = std::min(next, gap.end());
      gap = {next, gap.end() - next};
    }
    if (gap.offset == 0 || gap.length <= kDescriptorBytes) return;
    Bytes bytes = file_.subspan(gap.offset, gap.length);
    if (std::all_of(bytes.begin(), bytes.end(), [](uint8_t byte) { return byte == 0; })) return;
    VisitChild(NameAt("unlisted", gap.offset), bytes, gap.offset, true, {});
  }

  const Blob& blob_;
  Bytes file_;
  ExpandBudget& budget_;
  FindingSink& sink_;
  ChildVisitor& visitor_;
  std::vector<Span> covered_;
  std::set<std::tuple<uint64_t, uint64_t, uint16_t, bool>> visited_;
  uint64_t covered_to_ = 0;
  size_t gaps_said_ = 0;
  size_t disagreements_said_ = 0;
  bool exhausted_ = false;
  bool embedded_ = false;
};

}  // namespace

void ExpandZip(const Blob& blob, ExpandBudget& budget, FindingSink& sink, ChildVisitor& visitor) {
  std::vector<ZipDirectory> directories;
  if (!blob.is_left_out() || ReadZipLocalHeader(blob.bytes, 0)) {
    directories = FindZipDirectories(blob.bytes);
  }
  // Without a directory, what begins like a zip file is still read by those who stream.
  if (directories.empty() && !ReadZipLocalHeader(blob.bytes, 0)) return;
  ZipExpansion(blob, budget, sink, visitor).Run(directories);
}

}  // namespace picket
