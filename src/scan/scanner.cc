#include "scan/scanner.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <exception>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "core/reading.h"
#include "scan/held_blobs.h"

namespace picket {
namespace {

// A thread with its reader and sessions costs about as much as this to set up.
constexpr uint64_t kBytesWorthAThread = uint64_t{1} << 20;
constexpr size_t kItemsWorthAThread = 64;
constexpr size_t kLongestRun = 256;
// Of fewer it is known which one ended the process, and they cost little anyway.
constexpr size_t kItemsWorthGroups = 1000;
// What a worker has done is told to the others, and the clock read, no more often than after so
// many objects or bytes: a line of memory that all threads write is slow.
constexpr uint64_t kObjectsUntold = 32;
constexpr uint64_t kBytesUntold = uint64_t{1} << 20;
constexpr size_t kNamedSkips = 100;
// Items that one worker alone tells its reader of at a time.
constexpr size_t kAnnounced = 64;
constexpr auto kProgressInterval = std::chrono::milliseconds(500);

// Shared by the workers of one run.
struct Run {
  Run(const BlobSource& blob_source, std::span<const Detector* const> all,
      const ScanOptions& scan_options, unsigned most_threads)
      : source(blob_source),
        detectors(all),
        options(scan_options),
        items(blob_source.item_count()),
        object_count(blob_source.object_count()),
        threads(most_threads) {}

  const BlobSource& source;
  std::span<const Detector* const> detectors;
  const ScanOptions& options;
  size_t items;
  uint64_t object_count;  // of all items
  unsigned threads;

  std::atomic<size_t> next{0};
  std::atomic<uint64_t> done{0};  // objects of items
  // Of these, those whose item was not left before its end.
  std::atomic<uint64_t> examined{0};
  std::atomic<uint64_t> objects{0};
  std::atomic<uint64_t> blobs{0};
  std::atomic<uint64_t> bytes{0};
  std::atomic<uint64_t> findings{0};
  std::atomic<bool> stop{false};
  std::mutex failure_mutex;
  size_t failed_item = std::numeric_limits<size_t>::max();
  std::exception_ptr failure;

  // Runs of neighbours keep a pack's locality. They shorten towards the end, so that no worker is
  // left with a long one while the others are idle, and begin with one item, since a source may
  // list first what takes long.
  std::pair<size_t, size_t> TakeItems(bool alone) {
    size_t first = next.load(std::memory_order_relaxed);
    size_t count = 0;
    do {
      if (first >= items) return {items, items};
      const size_t longest = std::min(kLongestRun, first / 8 + 1);
      count = alone ? 1 : std::clamp<size_t>((items - first) / (threads * 4), 1, longest);
    } while (!next.compare_exchange_weak(first, first + count, std::memory_order_relaxed));
    return {first, first + count};
  }

  bool GoesOn() const {
    return !stop.load(std::memory_order_relaxed) && !options.stop.stop_requested();
  }

  Progress HowFar() const {
    return {done.load(), object_count, objects.load(), blobs.load(), bytes.load(), findings.load()};
  }

  void Fail(size_t item, std::exception_ptr what) {
    stop = true;
    std::lock_guard<std::mutex> lock(failure_mutex);
    if (failure != nullptr && failed_item <= item) return;
    failed_item = item;
    failure = std::move(what);
  }
};

std::string NameOf(const BlobRef& ref) {
  if (!ref.oid.empty()) return ref.oid.ToHex();
  return ref.names.empty() ? std::string(ToString(ref.kind)) : std::string(ref.names.front());
}

void ForgetFindings(ScannedObject* object) {
  for (const ScannedFinding& item : object->findings) {
    ++(item.finding.tier == Tier::kPrecise ? object->precise_overflow
                                           : object->contextual_overflow);
  }
  object->findings = {};
  object->counted = {};
}

void SortByPosition(ScanResult* result) {
  std::stable_sort(result->objects.begin(), result->objects.end(),
                   [](const auto& a, const auto& b) { return a.position < b.position; });
}

// Of the objects with the lowest positions; they are sorted. Who does it to a part first does not
// change what stays of the whole, so that it is the same for every number of workers. The findings
// and gaps that are left.
size_t KeepFirst(ScanResult* result, size_t most) {
  size_t findings = 0;
  size_t gaps = 0;
  for (ScannedObject& object : result->objects) {
    if (findings >= most) ForgetFindings(&object);
    if (gaps >= most && object.gaps.size() > 1) object.gaps.resize(1);
    findings += object.findings.size() + object.counted.size();
    gaps += object.gaps.size();
  }
  return findings + gaps;
}

class Worker final : public BlobVisitor {
 public:
  explicit Worker(Run* run)
      : run_(run),
        relay_(run->options.limits.stop, RequestStop{&stop_}),
        scanner_(run->detectors, run->options.new_opener, LimitsOf(*run, stop_)),
        reader_(run->source.NewReader()),
        together_(run->options.together && run->items >= kItemsWorthGroups && scanner_.can_sift()),
        keep_at_(2 * run->options.findings) {}

  // One that is alone takes item by item, and yet goes on with those that follow.
  void WillVisit(size_t first, size_t end, bool alone) {
    if (end <= announced_) return;
    announced_ = alone ? std::min(first + kAnnounced, run_->items) : end;
    reader_->WillVisit(first, announced_);
  }
  void Visit(size_t item) {
    if (IsStopped()) return;
    reader_->Visit(item, *this);
    const uint64_t count = run_->source.objects_in(item);
    untold_.done += count;
    if (IsStopped()) return;
    if (held_.empty()) {
      untold_.examined += count;
    } else {
      held_items_ += count;
    }
  }

  // After the last item.
  void Finish() {
    if (run_->GoesOn()) ExamineHeld();
    Tell();
  }

  // True where something was told.
  bool TellIfDue() {
    if (untold_.done < kObjectsUntold && untold_.objects < kObjectsUntold &&
        untold_.bytes < kBytesUntold) {
      return false;
    }
    Tell();
    return true;
  }

  void Tell() {
    const auto add = [](std::atomic<uint64_t>* all, uint64_t more) {
      all->fetch_add(more, std::memory_order_relaxed);
    };
    add(&run_->done, untold_.done);
    add(&run_->examined, untold_.examined);
    add(&run_->objects, untold_.objects);
    add(&run_->blobs, untold_.blobs);
    add(&run_->bytes, untold_.bytes);
    add(&run_->findings, untold_.findings);
    untold_ = {};
  }

  void OnBlob(const Blob& blob, const Derivation* derivation) override {
    if (!MayExamine(blob.ref.oid, blob.ref.position)) {
      OnGap({NameOf(blob.ref), blob.ref.names.empty() ? "" : std::string(blob.ref.names.front()),
             "", kAvoidedReason});
      return;
    }
    if (!together_ || blob.arrival != nullptr || !sifted_[KindIndex(blob)].IsWorthIt() ||
        !HeldBlobs::Takes(blob, derivation)) {
      Examine(blob, derivation);
      return;
    }
    held_.Add(blob);
    if (held_.is_full()) ExamineHeld();
  }

  bool TakesArriving() const override { return true; }

  void OnGap(Gap gap) override {
    if (!IsStopped()) part_.gaps.push_back(std::move(gap));
  }

  void OnSkipped(Skipped skipped) override {
    part_.skipped.push_back(std::move(skipped));
    if (part_.skipped.size() >= compact_at_) {
      part_.skipped = Aggregate(std::move(part_.skipped));
      compact_at_ = std::max<size_t>(kCompactAt, part_.skipped.size() * 2);
    }
  }

  ScanResult& part() { return part_; }

 private:
  bool IsStopped() const { return run_->options.stop.stop_requested(); }

  void Count(const Blob& blob) {
    bool content = IsContent(blob.ref.kind);
    part_.blobs += content ? 1 : 0;
    uint64_t seen = blob.bytes.size();
    for (const Span& span : blob.left_out) seen -= span.length;
    part_.bytes += seen;
    untold_.bytes += seen;
    ++untold_.objects;
    untold_.blobs += content ? 1 : 0;
  }

  void Examine(const Blob& blob, const Derivation* derivation) {
    const Reading reading(blob.ref.oid, blob.ref.position);
    ScannedObject object = scanner_.Scan(blob, derivation);
    // Nothing was examined then, and its gap follows.
    if (blob.arrival != nullptr && !blob.arrival->Await(blob.bytes.size())) return;
    Count(blob);
    // What could not be examined because it was left is counted with it.
    if (IsStopped()) object.gaps.clear();
    if (object.silent()) {
      if (run_->options.on_silent && !IsStopped()) run_->options.on_silent(blob.ref);
      return;
    }
    untold_.findings += object.findings.size();
    kept_ += object.findings.size() + object.counted.size() + object.gaps.size();
    part_.objects.push_back(std::move(object));
    if (kept_ < keep_at_) return;
    SortByPosition(&part_);
    kept_ = KeepFirst(&part_, run_->options.findings);
    keep_at_ = 2 * std::max(kept_, run_->options.findings);
  }

  void ExamineHeld() {
    const std::span<const Blob> blobs = held_.group().blobs;
    if (blobs.empty()) return;
    {
      const BlobRef& first = blobs.front().ref;
      const Reading reading(first.oid, first.position, blobs.size() - 1);
      scanner_.Sift(held_.group(), &speaks_);
    }
    for (size_t i = 0; i < blobs.size() && !IsStopped(); ++i) {
      Sifted& sifted = sifted_[KindIndex(blobs[i])];
      ++sifted.all;
      if (speaks_[i]) {
        ++sifted.speak;
        Examine(blobs[i], nullptr);
        continue;
      }
      Count(blobs[i]);
      if (run_->options.on_silent) run_->options.on_silent(blobs[i].ref);
    }
    held_.Clear();
    // Those that were stopped in count as left, all of them.
    if (!IsStopped()) untold_.examined += held_items_;
    held_items_ = 0;
  }

  // Where most of a kind have to be looked at by themselves, to look at them together is lost.
  struct Sifted {
    uint64_t all = 0;
    uint64_t speak = 0;
    bool IsWorthIt() const { return all < kEnoughToTell || speak * 2 < all; }
  };
  static size_t KindIndex(const Blob& blob) { return static_cast<size_t>(blob.ref.kind); }
  static constexpr uint64_t kEnoughToTell = 1024;
  static constexpr size_t kKinds = static_cast<size_t>(ObjectKind::kLfsObject) + 1;

  static constexpr size_t kCompactAt = 10'000;

  struct RequestStop {
    std::stop_source* source;
    void operator()() const { source->request_stop(); }
  };

  // Detectors copy the token for every blob, which counts its copies: in one place for all threads
  // that would make them wait for each other.
  static BlobScanLimits LimitsOf(const Run& run, const std::stop_source& stop) {
    BlobScanLimits limits = run.options.limits;
    if (limits.stop.stop_possible()) limits.stop = stop.get_token();
    return limits;
  }

  struct Untold {
    uint64_t done = 0;
    uint64_t examined = 0;
    uint64_t objects = 0;
    uint64_t blobs = 0;
    uint64_t bytes = 0;
    uint64_t findings = 0;
  };

  Run* run_;
  std::stop_source stop_;
  std::stop_callback<RequestStop> relay_;
  Untold untold_;
  BlobScanner scanner_;
  std::unique_ptr<BlobReader> reader_;
  size_t announced_ = 0;  // items before this one
  bool together_;
  ScanResult part_;
  size_t kept_ = 0;  // findings and gaps
  size_t keep_at_;
  size_t compact_at_ = kCompactAt;
  HeldBlobs held_;
  uint64_t held_items_ = 0;  // objects of items that are examined once those held are
  std::vector<bool> speaks_;
  std::array<Sifted, kKinds> sifted_;
};

void RunHelper(Run* run, ScanResult* part) {
  size_t item = run->next.load(std::memory_order_relaxed);
  try {
    Worker worker(run);
    while (run->GoesOn()) {
      auto [first, last] = run->TakeItems(false);
      if (first == last) break;
      worker.WillVisit(first, last, false);
      for (item = first; item < last && run->GoesOn(); ++item) {
        worker.Visit(item);
        worker.TellIfDue();
      }
    }
    worker.Finish();
    *part = std::move(worker.part());
  } catch (...) {
    run->Fail(item, std::current_exception());
  }
}

// Joins on every way out: a thread may not outlive what it works on.
class Helpers {
 public:
  explicit Helpers(Run* run) : run_(run) {}
  Helpers(const Helpers&) = delete;
  Helpers& operator=(const Helpers&) = delete;
  ~Helpers() { Join(); }

  bool started() const { return started_; }

  void Start() {
    started_ = true;
    parts_.resize(run_->threads - 1);
    for (ScanResult& part : parts_) {
      try {
        threads_.emplace_back(RunHelper, run_, &part);
      } catch (const std::system_error&) {
        return;  // The system has no thread to give: those that run do the work.
      }
    }
  }

  void Join() {
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }

  std::vector<ScanResult>& parts() { return parts_; }

 private:
  Run* run_;
  bool started_ = false;
  std::vector<ScanResult> parts_;
  std::vector<std::thread> threads_;
};

// The caller's thread: the first worker, and the one that tells how far the run is.
void RunFirst(Run* run, Helpers* helpers, ScanResult* part) {
  size_t item = 0;
  try {
    // The first item alone may be much.
    if (run->threads > 1 && run->items > 2 && run->source.stored_bytes() >= kBytesWorthAThread)
      helpers->Start();
    Worker worker(run);
    auto last_told = std::chrono::steady_clock::now();
    while (run->GoesOn()) {
      const bool alone = !helpers->started();
      auto [first, last] = run->TakeItems(alone);
      if (first == last) break;
      worker.WillVisit(first, last, alone);
      for (item = first; item < last && run->GoesOn(); ++item) {
        worker.Visit(item);
        bool worth = worker.part().bytes >= kBytesWorthAThread || item + 1 >= kItemsWorthAThread;
        if (worth && !helpers->started() && run->threads > 1 && item + 2 < run->items)
          helpers->Start();
        if (!worker.TellIfDue() || !run->options.on_progress) continue;
        auto now = std::chrono::steady_clock::now();
        if (now - last_told < kProgressInterval) continue;
        last_told = now;
        run->options.on_progress(run->HowFar());
      }
    }
    worker.Finish();
    *part = std::move(worker.part());
  } catch (...) {
    run->Fail(item, std::current_exception());
  }
}

template <typename T>
void Append(std::vector<T>* all, std::vector<T>* more) {
  all->insert(all->end(), std::make_move_iterator(more->begin()),
              std::make_move_iterator(more->end()));
  more->clear();
}

void Merge(ScanResult* result, ScanResult* part) {
  Append(&result->objects, &part->objects);
  Append(&result->gaps, &part->gaps);
  Append(&result->skipped, &part->skipped);
  result->blobs += part->blobs;
  result->bytes += part->bytes;
}

}  // namespace

std::vector<Skipped> Aggregate(std::vector<Skipped> skipped) {
  struct Total {
    uint64_t count = 0;
    uint64_t bytes = 0;
  };
  std::map<std::string, std::map<std::string, Total>> reasons;
  for (const Skipped& one : skipped) {
    Total& total = reasons[one.reason][one.what];
    total.count += one.count;
    total.bytes += one.bytes;
  }
  std::vector<Skipped> result;
  for (const auto& [reason, whats] : reasons) {
    bool named = whats.size() <= kNamedSkips && !whats.contains("");
    Skipped all{.what = "", .reason = reason, .count = 0, .bytes = 0};
    for (const auto& [what, total] : whats) {
      if (named) result.push_back({what, reason, total.count, total.bytes});
      all.count += total.count;
      all.bytes += total.bytes;
    }
    if (!named) result.push_back(std::move(all));
  }
  return result;
}

ScanResult ScanAll(const BlobSource& source, std::span<const Detector* const> detectors,
                   const ScanOptions& options) {
  unsigned threads = options.threads != 0 ? options.threads : std::thread::hardware_concurrency();
  Run run(source, detectors, options, std::max(threads, 1u));
  ScanResult result;
  if (run.items == 0) return result;
  Helpers helpers(&run);
  RunFirst(&run, &helpers, &result);
  helpers.Join();
  if (run.failure != nullptr) std::rethrow_exception(run.failure);
  if (options.on_progress) options.on_progress(run.HowFar());
  for (ScanResult& part : helpers.parts()) Merge(&result, &part);

  SortByPosition(&result);
  result.left = run.object_count - run.examined;
  KeepFirst(&result, options.findings);
  std::sort(result.gaps.begin(), result.gaps.end());
  result.skipped = Aggregate(std::move(result.skipped));
  return result;
}

}  // namespace picket
