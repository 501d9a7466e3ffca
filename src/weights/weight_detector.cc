#include "weights/weight_detector.h"

#include <algorithm>
#include <map>
#include <vector>

#include "core/sieve.h"
#include "weights/format.h"

namespace picket {
namespace {

constexpr char kFamily[] = "weight";
constexpr size_t kMaxListed = 256;
constexpr size_t kNameShown = 200;
constexpr char kRemediation[] =
    "Publish the weights as safetensors, or allow this file or global in the policy once you have "
    "read what it does.";

class WeightSession : public Session, public Sieve {
 public:
  WeightSession(const ImportSource& imports, const FingerprintKey& key, bool tell_pickles)
      : scanner_(imports), key_(key), tell_pickles_(tell_pickles) {}

  void Scan(const Blob& blob, const Derivation*, FindingSink& sink) override {
    if (!IsContent(blob.ref.kind)) return;
    scanner_.StopWith(sink.stop());
    WeightReport report = ReadWeights(blob, scanner_);
    if (report.pickles.empty() && report.problems.empty() && report.gaps.empty()) return;
    fingerprint_.clear();
    blob_ = &blob;
    sink_ = &sink;
    for (const PickledPart& part : report.pickles) {
      for (const std::string& gap : part.scan.gaps) AddGap(part.suffix, gap);
    }
    for (const std::string& gap : report.gaps) AddGap({}, gap);
    for (const FormatProblem& problem : report.problems) {
      bool dangerous = problem.concern == WeightConcern::kDangerous;
      bool notable = problem.concern == WeightConcern::kTold;
      Finding finding = NewFinding(problem.concern,
                                   dangerous ? Severity::kCritical
                                   : notable ? Severity::kLow
                                             : Severity::kHigh,
                                   problem.rule, problem.subject);
      finding.message = problem.message;
      Send(std::move(finding), problem.offset);
    }
    ListGlobals(report);
    for (const PickledPart& part : report.pickles) ListShapes(part);
  }

  void Sift(const BlobGroup& group, std::vector<bool>* speaks) override {
    for (size_t i = 0; i < group.blobs.size(); ++i) {
      const Blob& blob = group.blobs[i];
      if (!IsContent(blob.ref.kind) || (*speaks)[i]) continue;
      const WeightReport report = ReadWeights(blob, scanner_);
      (*speaks)[i] = !report.pickles.empty() || !report.problems.empty() || !report.gaps.empty();
    }
  }

 private:
  struct Listed {
    const JudgedGlobal* global;
    const std::string* suffix;
    uint16_t uses;
  };

  void ListGlobals(const WeightReport& report) {
    std::map<std::string, Listed> distinct;
    for (const PickledPart& part : report.pickles) {
      for (const PickleStream& stream : part.scan.streams) {
        for (const JudgedGlobal& global : stream.globals) {
          if (global.verdict == ImportVerdict::kSafe) continue;
          auto [place, fresh] =
              distinct.try_emplace(global.canonical, Listed{&global, &part.suffix, global.uses});
          if (fresh) continue;
          Listed& known = place->second;
          known.uses = static_cast<uint16_t>(known.uses | global.uses);
          if (global.verdict > known.global->verdict) known.global = &global;
        }
      }
    }
    std::vector<Listed> listed;
    for (const auto& [name, entry] : distinct) listed.push_back(entry);
    std::stable_sort(listed.begin(), listed.end(), [](const Listed& a, const Listed& b) {
      return a.global->verdict > b.global->verdict;
    });
    for (size_t i = 0; i < std::min(listed.size(), kMaxListed); ++i) AddGlobal(listed[i]);
    if (listed.size() <= kMaxListed) return;
    Finding finding = NewFinding(WeightConcern::kUnknown, Severity::kHigh, "pickle.unknown-global",
                                 "(more globals)");
    finding.message = "Loading this file looks up " + std::to_string(listed.size() - kMaxListed) +
                      " more globals that are not known to be safe.";
    Send(std::move(finding), 0);
  }

  void AddGlobal(const Listed& listed) {
    const JudgedGlobal& global = *listed.global;
    bool dangerous = global.verdict == ImportVerdict::kDangerous;
    Finding finding = NewFinding(dangerous ? WeightConcern::kDangerous : WeightConcern::kUnknown,
                                 dangerous ? Severity::kCritical : Severity::kHigh,
                                 dangerous ? "pickle.dangerous-global" : "pickle.unknown-global",
                                 global.canonical);
    std::string raw = (global.module + "." + global.name).substr(0, kNameShown);
    bool changed = (listed.uses & kUsePatched) != 0;
    bool called = (listed.uses & kUseCalls) != 0;
    finding.message = "Loading this file " +
                      std::string(changed  ? "changes "
                                  : called ? "calls "
                                           : "looks up ") +
                      raw;
    std::string shown = global.canonical.substr(0, kNameShown);
    if (shown != raw) finding.message += " (" + shown + ")";
    finding.message += dangerous ? ", which can run code." : ", which is not known to be safe.";
    finding.member = Member(*listed.suffix);
    Send(std::move(finding), global.offset);
  }

  void ListShapes(const PickledPart& part) {
    if (!part.scan.claimed) return;
    if (tell_pickles_) {
      Finding present = NewFinding(WeightConcern::kPickle, Severity::kInfo, "pickle.present", {});
      present.message = "This file is a pickle: loading it can run code that it names.";
      present.member = Member(part.suffix);
      Send(std::move(present), part.scan.streams.front().start);
    }
    bool disagreed = false;
    bool computed = false;
    for (const PickleStream& stream : part.scan.streams) {
      if (!disagreed && !stream.disagreement.empty()) {
        disagreed = true;
        Finding finding = NewFinding(WeightConcern::kAmbiguous, Severity::kHigh,
                                     "pickle.reader-disagreement", {});
        finding.message = "Readers of this pickle part ways (" + stream.disagreement +
                          "): what it does depends on what loads it.";
        finding.member = Member(part.suffix);
        Send(std::move(finding), stream.disagreement_offset);
      }
      if (!computed && stream.computed_call) {
        computed = true;
        Finding finding = NewFinding(WeightConcern::kUnknown, Severity::kHigh,
                                     "pickle.unknown-global", "(computed callable)");
        finding.message =
            "Loading this file calls something that the file itself makes; what runs can't be "
            "told.";
        finding.member = Member(part.suffix);
        Send(std::move(finding), stream.computed_call_offset);
      }
    }
  }

  Finding NewFinding(WeightConcern concern, Severity severity, const std::string& rule,
                     const std::string& subject) {
    if (fingerprint_.empty()) {
      fingerprint_ = key_.Fingerprint(kFamily, AsBytes(Sha256(blob_->bytes)));
    }
    Finding finding;
    finding.kind = FindingKind::kWeight;
    finding.concern = concern;
    finding.severity = severity;
    finding.rule = rule;
    finding.family = kFamily;
    finding.subject = subject;
    finding.remediation = kRemediation;
    finding.member = blob_->origin.member;
    finding.fingerprint = fingerprint_;
    return finding;
  }

  void Send(Finding finding, uint64_t offset) {
    finding.span = finding.match = {offset, 1};
    sink_->Add(std::move(finding));
  }

  void AddGap(const std::string& suffix, const std::string& reason) {
    Gap gap;
    gap.member = Member(suffix);
    gap.reason = reason;
    sink_->Add(std::move(gap));
  }

  std::string Member(const std::string& suffix) const { return blob_->origin.member + suffix; }

  PickleScanner scanner_;
  const FingerprintKey& key_;
  bool tell_pickles_;
  const Blob* blob_ = nullptr;
  FindingSink* sink_ = nullptr;
  std::string fingerprint_;
};

}  // namespace

const Imports& LazyImports::Get() const {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!imports_) imports_.emplace(load_());
  return *imports_;
}

std::unique_ptr<Session> WeightDetector::NewSession() const {
  return std::make_unique<WeightSession>(imports_, key_, tell_pickles_);
}

}  // namespace picket
