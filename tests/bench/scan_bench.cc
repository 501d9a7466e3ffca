// By hand: the detector's speed over a folder of files on one core, beside a pass that only reads
// every byte, and the time to load the compiled rules. Processor time, which other work on the
// machine disturbs less; the best of three passes.
//   picket_scan_bench COMPILED_FILE FOLDER
#include <time.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "contents/expander.h"
#include "core/error.h"
#include "secrets/secret_detector.h"

namespace picket {
namespace {

double Now() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

template <typename Work>
double BestOf(int passes, Work work) {
  double best = 0;
  for (int pass = 0; pass < passes; ++pass) {
    const double start = Now();
    work();
    const double spent = Now() - start;
    if (pass == 0 || spent < best) best = spent;
  }
  return best;
}

class CountingSink : public FindingSink, public ChildVisitor {
 public:
  CountingSink(Session& session, Expander& expander) : session_(session), expander_(expander) {}

  void ScanFile(const std::string& path, const std::string& bytes) {
    path_ = path;
    expander_.Reset();
    BlobRef ref;
    ScanBlob(Blob{ref, AsBytes(bytes), {}});
  }
  void ScanBlob(Blob blob) {
    const bool instead = expander_.ExpandInstead(blob, *this, *this);
    blob.origin.bytes_seen = blob.origin.bytes_seen || instead;
    hints_.clear();
    session_.Scan(blob, nullptr, *this);
    std::vector<EncodedHint> hints = hints_;
    hint_count += hints.size();
    expander_.Expand(blob, hints, *this, *this, instead);
  }
  void Add(Finding finding) override {
    ++by_rule[finding.rule];
    if (finding.tier == Tier::kPrecise && by_rule[finding.rule] <= 20) {
      std::printf("%s %s offset %llu member '%s' %s\n", finding.rule.c_str(), path_.c_str(),
                  static_cast<unsigned long long>(finding.span.offset), finding.member.c_str(),
                  finding.masked.c_str());
    }
  }
  void Add(Gap gap) override { std::printf("gap %s: %s\n", path_.c_str(), gap.reason.c_str()); }
  void Add(EncodedHint hint) override { hints_.push_back(hint); }
  void OnChild(const Blob& child) override {
    ++children;
    ScanBlob(child);
  }

  std::map<std::string, size_t> by_rule;
  size_t hint_count = 0;
  size_t children = 0;

 private:
  Session& session_;
  Expander& expander_;
  std::string path_;
  std::vector<EncodedHint> hints_;
};

void Run(const std::string& compiled, const std::string& folder) {
  std::vector<std::pair<std::string, std::string>> files;
  uint64_t total = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(
           folder, std::filesystem::directory_options::skip_permission_denied)) {
    if (!entry.is_regular_file() || entry.is_symlink()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    total += bytes.size();
    files.emplace_back(entry.path().string(), std::move(bytes));
    if (total > uint64_t{4} << 30) break;
  }
  const double megabytes = static_cast<double>(total) / 1e6;

  std::shared_ptr<const RuleSet> rules;
  std::vector<std::string> notes;
  const double load = BestOf(20, [&] { rules = LoadSecretRules("", compiled, &notes); });
  std::printf("loading the rules: %.0f us, %zu rules\n", load * 1e6, rules->rules().size());
  const SecretDetector detector(rules, FingerprintKey());
  std::unique_ptr<Session> session;
  const double open = BestOf(20, [&] { session = detector.NewSession(); });
  std::printf("a session: %.0f us\n", open * 1e6);

  size_t newlines = 0;
  const double plain = BestOf(3, [&] {
    newlines = 0;
    for (const auto& [path, bytes] : files) {
      for (size_t at = 0; at < bytes.size(); ++newlines) {
        const void* hit = std::memchr(bytes.data() + at, '\n', bytes.size() - at);
        if (hit == nullptr) break;
        at = static_cast<size_t>(static_cast<const char*>(hit) - bytes.data()) + 1;
      }
    }
  });
  Expander expander{ExpandLimits{}};
  std::unique_ptr<CountingSink> sink;
  const double scan = BestOf(3, [&] {
    sink = std::make_unique<CountingSink>(*session, expander);
    for (const auto& [path, bytes] : files) sink->ScanFile(path, bytes);
  });
  std::printf("%zu files, %.1f MB; counting %zu lines %.0f MB/s, detector %.0f MB/s, %.1f x\n",
              files.size(), megabytes, newlines, megabytes / plain, megabytes / scan, scan / plain);
  std::printf("%zu hints, %zu decoded children\n", sink->hint_count, sink->children);
  for (const auto& [rule, count] : sink->by_rule) std::printf("  %6zu %s\n", count, rule.c_str());
}

}  // namespace
}  // namespace picket

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  try {
    picket::Run(argv[1], argv[2]);
    return 0;
  } catch (const picket::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
