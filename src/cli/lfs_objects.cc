#include "cli/lfs_objects.h"

#include <algorithm>
#include <utility>

#include "cli/lfs_setup.h"
#include "core/door.h"
#include "core/fingerprint.h"
#include "core/reading.h"
#include "scan/file_bytes.h"
#include "weights/tensors.h"

namespace picket {
namespace {

constexpr std::string_view kNotHere = "no Git LFS store on this machine has them";

Finding LyingPointer(std::string rule, std::string message) {
  Finding finding;
  finding.kind = FindingKind::kPolicy;
  finding.rule = finding.family = std::move(rule);
  finding.message = std::move(message);
  finding.remediation =
      "Commit the file itself again with git-lfs, so that it writes the pointer and uploads the "
      "object.";
  return finding;
}

}  // namespace

LfsObjects::LfsObjects(const Repository& repository, const Policy& policy, Gate gate,
                       const BlobSource& source, const ObjectList& list, bool require_complete)
    : repository_(repository),
      policy_(policy),
      gate_(gate),
      list_(list),
      require_complete_(require_complete),
      watch_(source) {}

const LfsStores& LfsObjects::stores() {
  std::call_once(opened_, [this] {
    // Where the door is shut, it was agreed on which they are (cli/shut_in.h).
    const bool is_shut = TheDoor().is_shut();
    const LfsSetup setup = is_shut ? LfsSetup() : SetUpLfs(repository_, policy_, gate_);
    OpenLfsStores(setup, &stores_);
    memory_.emplace(is_shut ? std::string() : LfsMemoryFolder(setup));
  });
  return *stores_;
}

bool LfsObjects::Verify(const LfsFound& found, const LfsPointer& pointer, Bytes bytes,
                        Finding* said) {
  if (bytes.size() != pointer.size) {
    *said = LyingPointer("lfs.size-mismatch",
                         "The pointer speaks of " + std::to_string(pointer.size) +
                             " bytes, and the Git LFS object " + pointer.oid.ToHex() + " has " +
                             std::to_string(bytes.size()) + ".");
    return false;
  }
  if (policy_.lfs.verify.value_or(found.verify) == LfsVerify::kSize) return true;
  if (memory_->Knows(found.status, pointer.oid)) return true;
  const std::optional<std::string> hash = Sha256(bytes, stop_);
  // Nobody waits any more: what was left is told by the scan.
  if (!hash) return true;
  if (*hash != AsText(pointer.oid.raw())) {
    *said = LyingPointer("lfs.content-mismatch", "What the Git LFS store has as " +
                                                     pointer.oid.ToHex() +
                                                     " is other content: its SHA-256 is another.");
    return false;
  }
  struct stat after {};
  const bool unchanged = fstat(found.file.get(), &after) == 0 &&
                         after.st_ctim.tv_sec == found.status.st_ctim.tv_sec &&
                         after.st_ctim.tv_nsec == found.status.st_ctim.tv_nsec &&
                         after.st_size == found.status.st_size;
  if (unchanged) memory_->Add(after, pointer.oid);
  return true;
}

// The pointer is what is at fault.
void LfsObjects::Say(const MetPointer& met, Finding finding) const {
  const std::string what = met.pointer.oid.ToHex() + ":" + std::to_string(met.pointer.size);
  finding.fingerprint = key_->Fingerprint(finding.family, AsBytes(what));
  ScannedObject object;
  object.position = met.position;
  object.oid = met.blob;
  object.findings.push_back({std::move(finding), true, false, {}});
  std::lock_guard<std::mutex> lock(mutex_);
  said_.push_back(std::move(object));
}

class LfsObjects::Reader : public BlobReader {
 public:
  explicit Reader(LfsObjects& objects) : objects_(objects) {}

  void Visit(size_t item, BlobVisitor& visitor) override {
    const MetPointer& met = objects_.met_[item];
    BlobRef ref{ObjectKind::kLfsObject, met.blob, met.position, {}};
    ListedObject listed = objects_.list_.At(met.position);
    ref.names = std::move(listed.names);
    if (!MayExamine(met.blob, met.position)) {
      visitor.OnGap(GapFor(ref, std::string("its Git LFS object: ") + kAvoidedReason));
      return;
    }
    const Reading reading(met.blob, met.position);
    if (met.pointer.has_more) {
      Finding finding = LyingPointer(
          "lfs.hidden-pointer",
          "git-lfs reads the beginning of this blob as a pointer and ignores the rest; other "
          "programs read it all as a file. Both were judged.");
      finding.tier = Tier::kContextual;
      finding.severity = Severity::kMedium;
      objects_.Say(met, std::move(finding));
    }
    const LfsFound found = objects_.stores_->Find(met.pointer.oid);
    std::string why = found.why;
    if (!found.file.ok()) {
      if (why.empty()) {
        OnMissing(met, ref, visitor);
      } else {
        visitor.OnGap(GapFor(ref, std::move(why)));
      }
      return;
    }
    const uint64_t memory_bytes = objects_.policy_.effective_limits().blob_memory_bytes;
    if (!bytes_.Load(found.file.get(), static_cast<uint64_t>(found.status.st_size), memory_bytes,
                     &why)) {
      visitor.OnGap(GapFor(ref, "its Git LFS object: " + why));
      return;
    }
    Finding said;
    if (!objects_.Verify(found, met.pointer, bytes_.bytes(), &said))
      objects_.Say(met, std::move(said));
    if (met.pointer.has_extensions) {
      visitor.OnSkipped({ref.names.empty() ? met.blob.ToHex() : std::string(ref.names.front()),
                         "judged as stored; a Git LFS extension changes it when it is checked out",
                         1, 0});
    }
    bytes_.Yield(ref, FindTensors, visitor);
  }

 private:
  void OnMissing(const MetPointer& met, const BlobRef& ref, BlobVisitor& visitor) const {
    const bool is_empty = met.pointer.size == 0 && AsText(met.pointer.oid.raw()) == Sha256(Bytes());
    if (is_empty) return;
    const bool gap =
        objects_.require_complete_ ||
        objects_.policy_.lfs.MissingIsGap(
            objects_.gate_, !objects_.stores_->empty() || !objects_.policy_.lfs.stores.empty());
    if (gap) {
      visitor.OnGap(GapFor(ref, "its Git LFS object " + met.pointer.oid.ToHex() +
                                    " is in no store that is known here; upload it first (git lfs "
                                    "push), or name its store in the policy (lfs.stores)"));
    } else {
      visitor.OnSkipped({"Git LFS objects", std::string(kNotHere), 1, met.pointer.size});
    }
  }

  static Gap GapFor(const BlobRef& ref, std::string reason) {
    return {ref.oid.ToHex(), ref.names.empty() ? "" : std::string(ref.names.front()), "",
            std::move(reason)};
  }

  LfsObjects& objects_;
  FileBytes bytes_;
};

class LfsObjects::Source : public BlobSource {
 public:
  explicit Source(LfsObjects& objects) : objects_(objects) {}
  size_t item_count() const override { return objects_.met_.size(); }
  std::unique_ptr<BlobReader> NewReader() const override {
    return std::make_unique<Reader>(objects_);
  }

 private:
  LfsObjects& objects_;
};

void LfsObjects::Examine(const Engine& engine, const ScanOptions& options, ScanResult* scan) {
  met_ = watch_.Met();
  if (met_.empty()) return;
  stores();
  key_ = options.limits.key;
  stop_ = options.stop;
  ScanOptions own = options;
  // What an audit remembers is Git's.
  own.on_silent = {};
  ScanResult found = ScanAll(Source(*this), engine.detectors(), own);
  if (found.blobs > 0) {
    notes_.push_back(std::to_string(found.blobs) +
                     (found.blobs == 1 ? " object of Git LFS was" : " objects of Git LFS were") +
                     " examined with the pointers in Git.");
  }
  if (gate_ == Gate::kPreReceive && !found.objects.empty()) {
    notes_.push_back(
        "Git LFS uploads objects before Git pushes: what is refused here is in its store "
        "already, where `picket audit --lfs-store` finds it.");
  }
  if (std::string trouble = memory_->Save(); !trouble.empty()) notes_.push_back(trouble);
  for (std::vector<ScannedObject>* more : {&found.objects, &said_}) {
    std::move(more->begin(), more->end(), std::back_inserter(scan->objects));
    more->clear();
  }
  std::stable_sort(scan->objects.begin(), scan->objects.end(),
                   [](const auto& a, const auto& b) { return a.position < b.position; });
  std::move(found.gaps.begin(), found.gaps.end(), std::back_inserter(scan->gaps));
  std::move(found.skipped.begin(), found.skipped.end(), std::back_inserter(scan->skipped));
  std::sort(scan->gaps.begin(), scan->gaps.end());
  scan->skipped = Aggregate(std::move(scan->skipped));
  scan->blobs += found.blobs;
  scan->bytes += found.bytes;
  scan->left += found.left;
}

Rescan LfsObjects::RescanWith(BlobScanner* scanner) {
  return [this, scanner](const Blob& blob) {
    ScannedObject object = scanner->Scan(blob, nullptr);
    const std::optional<LfsPointer> pointer = TryParseLfsPointer(blob.bytes);
    if (!pointer) return object;
    const LfsFound found = stores().Find(pointer->oid);
    FileBytes bytes;
    std::string why;
    Finding said;
    const bool sound = found.file.ok() &&
                       bytes.Load(found.file.get(), static_cast<uint64_t>(found.status.st_size),
                                  policy_.effective_limits().blob_memory_bytes, &why) &&
                       Verify(found, *pointer, bytes.bytes(), &said);
    // What was cut short has verified nothing.
    if (!sound || stop_.stop_requested()) return object;
    class Taker : public BlobVisitor {
     public:
      Taker(BlobScanner* rescanner, ScannedObject* all) : scanner_(rescanner), all_(all) {}
      void OnBlob(const Blob& stored, const Derivation*) override {
        ScannedObject more = scanner_->Scan(stored, nullptr);
        std::move(more.findings.begin(), more.findings.end(), std::back_inserter(all_->findings));
        std::move(more.counted.begin(), more.counted.end(), std::back_inserter(all_->counted));
      }
      void OnGap(Gap) override {}
      void OnSkipped(Skipped) override {}

     private:
      BlobScanner* scanner_;
      ScannedObject* all_;
    };
    Taker taker(scanner, &object);
    const BlobRef ref{ObjectKind::kLfsObject, blob.ref.oid, 0, blob.ref.names};
    bytes.Yield(ref, FindTensors, taker);
    return object;
  };
}

}  // namespace picket
