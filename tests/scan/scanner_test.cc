#include "scan/scanner.h"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "core/sieve.h"
#include "scan/fakes.h"
#include "scan/held_blobs.h"

namespace picket {
namespace {

ScanResult Scan(const BlobSource& source, unsigned threads, ScanOptions options = {}) {
  FakeDetector detector;
  const Detector* detectors[] = {&detector};
  options.threads = threads;
  if (!options.new_opener) options.new_opener = NewFakeOpener();
  return ScanAll(source, detectors, options);
}

std::string Describe(const ScanResult& result) {
  std::string text = std::to_string(result.blobs) + " " + std::to_string(result.bytes) + "\n";
  for (const ScannedObject& object : result.objects) {
    text += std::to_string(object.position) + " " + std::to_string(object.precise_overflow) + ":";
    for (const ScannedFinding& item : object.findings) {
      const Finding& f = item.finding;
      text += " " + f.rule + "@" + std::to_string(f.span.offset) + "+" +
              std::to_string(f.span.length) + "/" + f.member + "/" + std::to_string(f.line) + ":" +
              std::to_string(f.column);
    }
    for (const Gap& gap : object.gaps) text += " gap " + gap.member + " " + gap.reason;
    text += "\n";
  }
  for (const Gap& gap : result.gaps) text += "gap " + gap.object + "\n";
  for (const Skipped& one : result.skipped) text += one.what + one.reason + "\n";
  return text;
}

ScannedObject ScanText(const std::string& text, BlobScanLimits limits = {}) {
  FakeDetector detector;
  const Detector* detectors[] = {&detector};
  BlobScanner scanner(detectors, NewFakeOpener(), limits);
  BlobRef ref{ObjectKind::kBlob, IdOf(text), 7, {}};
  return scanner.Scan(Blob{ref, AsBytes(text)}, nullptr);
}

// Tells of many blobs at once, by asking for each of them.
class SievingDetector final : public Detector {
 public:
  explicit SievingDetector(std::atomic<int>* scans) : scans_(scans) {}
  std::unique_ptr<Session> NewSession() const override {
    return std::make_unique<Sweep>(fake_.NewSession(), scans_);
  }

 private:
  class Sweep final : public Session, public Sieve {
   public:
    Sweep(std::unique_ptr<Session> fake, std::atomic<int>* scans)
        : fake_(std::move(fake)), scans_(scans) {}
    void Scan(const Blob& blob, const Derivation* derivation, FindingSink& sink) override {
      ++*scans_;
      fake_->Scan(blob, derivation, sink);
    }
    void Sift(const BlobGroup& group, std::vector<bool>* speaks) override {
      std::string joint;
      for (size_t i = 0; i < group.blobs.size(); ++i) {
        const std::string_view text = AsText(group.blobs[i].bytes);
        joint.append(text).push_back('\n');
        for (const char* word : {"SECRET", "GUESS", "WEIGHT:", "BROKEN", "THROW", "@"})
          if (text.find(word) != text.npos) (*speaks)[i] = true;
      }
      CHECK(joint == AsText(group.joint));
    }

   private:
    std::unique_ptr<Session> fake_;
    std::atomic<int>* scans_;
  };

  FakeDetector fake_;
  std::atomic<int>* scans_;
};

}  // namespace

TEST_CASE("scanner: small texts that are looked at together give what each gives by itself") {
  std::vector<std::string> texts;
  for (int i = 0; i < 3000; ++i) {
    std::string text(static_cast<size_t>(i * 37 % 300), 'x');
    if (i % 3 == 0) text += "\nSECRET" + std::to_string(i);
    if (i % 41 == 1) text += "[GUESS1]";
    if (i % 50 == 0) text = "GAP";
    if (i % 70 == 1) text = "SKIP";
    if (i % 90 == 2) text += "{BROKEN SECRET5}";
    texts.push_back(text);
  }
  FakeSource source(texts);
  const std::string apart = Describe(Scan(source, 1));
  for (unsigned threads : {1u, 2u, 7u}) {
    std::atomic<int> scans{0};
    const SievingDetector detector(&scans);
    const Detector* detectors[] = {&detector};
    ScanOptions options;
    options.threads = threads;
    options.new_opener = NewFakeOpener();
    options.together = true;
    const ScanResult together = ScanAll(source, detectors, options);
    CHECK(Describe(together) == apart);
    CHECK(together.left == 0);
    CHECK(scans < 2500);
    // A detector that knows of one at a time has it so.
    const FakeDetector other;
    const Detector* both[] = {&detector, &other};
    scans = 0;
    ScanAll(source, both, options);
    CHECK(scans > 2800);
  }
}

TEST_CASE("scanner: what was held back when the run was stopped is left") {
  const std::vector<std::string> texts(1500, "small");
  const FakeSource source(texts);
  class Stopper final : public Detector {
   public:
    explicit Stopper(std::stop_source* stop) : stop_(stop) {}
    std::unique_ptr<Session> NewSession() const override { return std::make_unique<Sweep>(stop_); }

   private:
    class Sweep final : public Session, public Sieve {
     public:
      explicit Sweep(std::stop_source* stop) : stop_(stop) {}
      void Scan(const Blob&, const Derivation*, FindingSink&) override {}
      void Sift(const BlobGroup& group, std::vector<bool>*) override {
        if (group.blobs.front().ref.position > 0) stop_->request_stop();
      }

     private:
      std::stop_source* stop_;
    };
    std::stop_source* stop_;
  };
  std::stop_source stop;
  const Stopper detector(&stop);
  const Detector* detectors[] = {&detector};
  ScanOptions options;
  options.threads = 1;
  options.together = true;
  options.stop = options.limits.stop = stop.get_token();
  const ScanResult result = ScanAll(source, detectors, options);
  CHECK(result.left == texts.size() - HeldBlobs::kMost);
  CHECK(result.blobs == HeldBlobs::kMost);
}

TEST_CASE("scanner: the result does not depend on the number of threads") {
  std::vector<std::string> texts;
  for (int i = 0; i < 3000; ++i) {
    std::string text(static_cast<size_t>(i % 700), 'x');
    if (i % 3 == 0) text += "\nSECRET" + std::to_string(i) + "[GUESS1]";
    if (i % 50 == 0) text = "GAP";
    if (i % 70 == 1) text = "SKIP";
    if (i % 90 == 2) text += "{BROKEN SECRET5}";
    texts.push_back(text);
  }
  FakeSource source(texts);
  std::string one = Describe(Scan(source, 1));
  CHECK(one.find("test.secret@") != std::string::npos);
  CHECK(one.find("it is broken") != std::string::npos);
  for (unsigned threads : {2u, 8u, 33u}) CHECK(Describe(Scan(source, threads)) == one);
}

TEST_CASE("scanner: with a bound on findings the first objects keep theirs, for all threads") {
  std::vector<std::string> texts;
  for (int i = 0; i < 2000; ++i) texts.push_back("SECRET1 SECRET2 " + std::to_string(i));
  FakeSource source(texts);
  ScanOptions options;
  options.findings = 100;
  ScanResult one = Scan(source, 1, options);
  REQUIRE(one.objects.size() == 2000);
  CHECK(one.objects[49].findings.size() == 2);
  CHECK(one.objects[50].findings.empty());
  CHECK(one.objects[50].precise_overflow == 2);
  CHECK(Describe(Scan(source, 8, options)) == Describe(one));
}

TEST_CASE("scanner: few small items start no thread, and many start some") {
  struct Watching final : Detector {
    struct Sweep final : Session {
      void Scan(const Blob&, const Derivation*, FindingSink& sink) override {
        if (std::this_thread::get_id() == caller) return;
        Gap gap;
        gap.reason = "elsewhere";
        sink.Add(std::move(gap));
      }
      std::thread::id caller;
    };
    std::unique_ptr<Session> NewSession() const override {
      auto session = std::make_unique<Sweep>();
      session->caller = caller;
      ++sessions;
      return session;
    }
    std::thread::id caller = std::this_thread::get_id();
    mutable std::atomic<int> sessions{0};
  };
  for (auto [items, least, most] : {std::tuple{1, 1, 1}, {10, 1, 1}, {5000, 2, 8}}) {
    Watching detector;
    const Detector* detectors[] = {&detector};
    ScanOptions options;
    options.threads = 8;
    FakeSource source(std::vector<std::string>(static_cast<size_t>(items), "text"));
    ScanResult result = ScanAll(source, detectors, options);
    CHECK(result.blobs == static_cast<uint64_t>(items));
    CHECK(detector.sessions >= least);
    CHECK(detector.sessions <= most);
    if (most == 1) CHECK(result.objects.empty());
  }
  Watching detector;
  const Detector* detectors[] = {&detector};
  ScanOptions options;
  options.threads = 8;
  FakeSource large(std::vector<std::string>(10, "text"));
  large.stored = uint64_t{1} << 30;
  CHECK(ScanAll(large, detectors, options).blobs == 10);
  CHECK(detector.sessions >= 2);
}

TEST_CASE("scanner: nothing to scan is an empty result") {
  ScanResult result = Scan(FakeSource(std::vector<std::string>{}), 8);
  CHECK(result.blobs == 0);
  CHECK(result.objects.empty());
}

TEST_CASE("scanner: what a worker throws reaches the caller") {
  for (size_t bad : {size_t{0}, size_t{10}, size_t{2999}}) {
    std::vector<std::string> texts(3000, "text");
    texts[bad] = "THROW";
    FakeSource source(texts);
    for (unsigned threads : {1u, 8u}) CHECK_THROWS_AS(Scan(source, threads), std::runtime_error);
  }
}

TEST_CASE("scanner: only content counts as blobs, all bytes count as bytes") {
  FakeSource source({"abc", "de"}, {ObjectKind::kBlob, ObjectKind::kCommit});
  ScanResult result = Scan(source, 1);
  CHECK(result.blobs == 1);
  CHECK(result.bytes == 5);
  CHECK(result.objects.empty());
}

TEST_CASE("scanner: skipped things of one reason are named, or counted when they are many") {
  ScanResult few = Scan(FakeSource(std::vector<std::string>(3, "SKIP")), 1);
  CHECK(few.skipped.size() == 3);
  ScanResult many = Scan(FakeSource(std::vector<std::string>(30'000, "SKIP")), 4);
  REQUIRE(many.skipped.size() == 1);
  CHECK(many.skipped[0].count == 30'000);
  CHECK(many.skipped[0].reason == "promised");
}

TEST_CASE("scanner: lines and columns are told in text and not in binary content") {
  struct Row {
    std::string text;
    uint64_t line;
    uint64_t column;
  };
  using namespace std::string_literals;
  for (const Row& row :
       {Row{"SECRET1", 1, 1}, Row{"a\nb SECRET1", 2, 3}, Row{"\n\nSECRET1\n", 3, 1},
        Row{"\xc3\xa4 SECRET1", 1, 4}, Row{"a\0\nSECRET1"s, 0, 0},
        Row{std::string(9000, '.') + "\0SECRET1"s, 1, 9002}}) {
    ScannedObject object = ScanText(row.text);
    REQUIRE(object.findings.size() == 1);
    CHECK(object.findings[0].finding.line == row.line);
    CHECK(object.findings[0].finding.column == row.column);
  }
}

TEST_CASE("scanner: findings of children point at the outermost blob where that can be told") {
  ScannedObject mapped = ScanText("..\n..[SECRET1]");
  // The parent sees the same bytes: one report, of the outermost view.
  REQUIRE(mapped.findings.size() == 1);
  CHECK(mapped.findings[0].finding.member.empty());
  CHECK(mapped.findings[0].finding.span == Span{6, 7});

  ScannedObject packed = ScanText("12345{\n SECRET1}");
  REQUIRE(packed.findings.size() == 2);
  CHECK(packed.findings[0].finding.member == "m0");
  CHECK_FALSE(packed.findings[0].in_outermost);
  CHECK(packed.findings[0].finding.span == Span{2, 7});
  CHECK(packed.findings[0].finding.line == 2);
  CHECK(packed.findings[0].finding.column == 2);
}

TEST_CASE("scanner: an encoded child's span covers the encoded text") {
  struct Opens final : Opener {
    void Reset() override {}
    bool OpenInstead(const Blob&, FindingSink&, ChildVisitor&) override { return false; }
    void Open(const Blob& blob, std::span<const EncodedHint>, FindingSink&, ChildVisitor& visitor,
              bool) override {
      if (blob.origin.depth > 0) return;
      Origin origin;
      origin.member = "base64";
      origin.offset = 10;
      origin.outer_bytes = 4;
      origin.inner_bytes = 3;
      origin.depth = 1;
      visitor.OnChild(Blob{blob.ref, AsBytes("..SECRET1.."), origin});
    }
  };
  FakeDetector detector;
  const Detector* detectors[] = {&detector};
  BlobScanner scanner(detectors, [] { return std::make_unique<Opens>(); }, {});
  std::string outer(10, '.');
  outer += std::string(20, 'Q');
  BlobRef ref;
  ScannedObject object = scanner.Scan(Blob{ref, AsBytes(outer)}, nullptr);
  REQUIRE(object.findings.size() == 1);
  // Bytes 2..9 of 3 to 4: from 10 + 2.67 to 10 + 12.
  CHECK(object.findings[0].finding.span == Span{12, 10});
  CHECK(object.findings[0].finding.member == "base64");
  CHECK(object.findings[0].finding.line == 1);
}

TEST_CASE("scanner: content inside content has a bound, and what is deeper is a gap") {
  std::string text = "SECRET1";
  for (int i = 0; i < 20; ++i) text = "{" + text + "}";
  BlobScanLimits limits;
  limits.depth = 5;
  ScannedObject object = ScanText(text, limits);
  REQUIRE(object.gaps.size() == 1);
  CHECK(object.gaps[0].reason.find("5 levels") != std::string::npos);
  CHECK(object.gaps[0].member == "m0:m0:m0:m0:m0:m0");
  CHECK(object.gaps[0].object == IdOf(text).ToHex());
}

TEST_CASE("scanner: a flood of findings is counted, per tier, and hides nothing") {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "GUESS" + std::to_string(i) + "\n";
  for (int i = 0; i < 20; ++i) text += "SECRET" + std::to_string(i) + "\n";
  BlobScanLimits limits;
  limits.findings = 10;
  ScannedObject object = ScanText(text, limits);
  CHECK(object.findings.size() == 20);
  CHECK(object.contextual_overflow == 40);
  CHECK(object.precise_overflow == 10);
}

TEST_CASE("scanner: a flood of gaps and of hints is bounded and told") {
  struct Floods final : Detector {
    struct Sweep final : Session {
      void Scan(const Blob&, const Derivation*, FindingSink& sink) override {
        for (int i = 0; i < 1000; ++i) {
          Gap gap;
          gap.reason = "reason " + std::to_string(i);
          sink.Add(std::move(gap));
          sink.Add(EncodedHint{});
        }
      }
    };
    std::unique_ptr<Session> NewSession() const override { return std::make_unique<Sweep>(); }
  };
  Floods detector;
  const Detector* detectors[] = {&detector};
  BlobScanLimits limits;
  limits.gaps = 10;
  limits.hints = 100;
  BlobScanner scanner(detectors, {}, limits);
  BlobRef ref;
  ScannedObject object = scanner.Scan(Blob{ref, {}}, nullptr);
  REQUIRE(object.gaps.size() == 10);
  CHECK(object.gaps[9].reason.find("991 more") != std::string::npos);
}

TEST_CASE("scanner: a run that is stopped keeps what it has found and counts what is left") {
  std::vector<std::string> texts;
  for (int i = 0; i < 500; ++i) texts.push_back("SECRET" + std::to_string(i) + " BROKEN");
  const FakeSource source(texts);
  for (unsigned threads : {1u, 3u}) {
    std::stop_source stop;
    ScanOptions options;
    options.stop = options.limits.stop = stop.get_token();
    CHECK(Scan(source, threads, options).left == 0);
    stop.request_stop();
    const ScanResult result = Scan(source, threads, options);
    CHECK(result.left == texts.size());
    CHECK(result.objects.empty());
    CHECK(result.gaps.empty());
  }
  // Stopped in the middle of one: what was found in it stays, and it is no gap but one that is
  // left.
  class Stopper final : public Detector {
   public:
    explicit Stopper(std::stop_source* stop) : stop_(stop) {}
    std::unique_ptr<Session> NewSession() const override { return std::make_unique<Sweep>(stop_); }

   private:
    class Sweep final : public Session {
     public:
      explicit Sweep(std::stop_source* stop) : stop_(stop) {}
      void Scan(const Blob& blob, const Derivation*, FindingSink& sink) override {
        if (AsText(blob.bytes).find("SECRET7 ") == std::string_view::npos) return;
        stop_->request_stop();
        CHECK(sink.stop().stop_requested());
      }

     private:
      std::stop_source* stop_;
    };
    std::stop_source* stop_;
  };
  std::stop_source stop;
  FakeDetector first;
  const Stopper second(&stop);
  const Detector* detectors[] = {&first, &second};
  ScanOptions options;
  options.threads = 1;
  options.new_opener = NewFakeOpener();
  options.stop = options.limits.stop = stop.get_token();
  const ScanResult result = ScanAll(source, detectors, options);
  CHECK(result.left == texts.size() - 7);
  REQUIRE(result.objects.size() == 8);
  CHECK(result.objects[6].gaps.size() == 1);
  CHECK(result.objects[7].findings.size() == 1);
  CHECK(result.objects[7].gaps.empty());
}

}  // namespace picket
