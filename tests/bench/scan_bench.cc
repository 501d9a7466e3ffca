// By hand: the detector's speed over a folder of files, beside a pass that only reads every byte,
// and the time to load the compiled rules.
//   picket_scan_bench RULES_DIR FOLDER [COMPILED_FILE]
#include <chrono>
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

using Clock = std::chrono::steady_clock;

double Seconds(Clock::time_point since) {
  return std::chrono::duration<double>(Clock::now() - since).count();
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
  void ScanBlob(const Blob& blob) {
    hints_.clear();
    session_.Scan(blob, nullptr, *this);
    std::vector<EncodedHint> hints = hints_;
    hint_count += hints.size();
    expander_.Expand(blob, hints, *this, *this);
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

void Run(const std::string& rules_dir, const std::string& folder, const std::string& compiled) {
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
  std::vector<std::string> notes;
  auto start = Clock::now();
  std::shared_ptr<const RuleSet> rules = LoadSecretRules(rules_dir, "", &notes);
  std::printf("compiling the rules: %.1f ms\n", Seconds(start) * 1e3);
  if (!compiled.empty()) {
    CompileSecretRules(rules_dir, compiled);
    double best = 1;
    for (int i = 0; i < 20; ++i) {
      start = Clock::now();
      rules = LoadSecretRules(rules_dir, compiled, &notes);
      best = std::min(best, Seconds(start));
    }
    std::printf("loading them compiled: %.0f us, %zu notes, %ju bytes\n", best * 1e6, notes.size(),
                static_cast<uintmax_t>(std::filesystem::file_size(compiled)));
  }
  start = Clock::now();
  SecretDetector detector(rules, FingerprintKey());
  std::unique_ptr<Session> session = detector.NewSession();
  std::printf("detector and session: %.0f us\n", Seconds(start) * 1e6);

  start = Clock::now();
  size_t newlines = 0;
  for (const auto& [path, bytes] : files) {
    for (size_t at = 0; at < bytes.size(); ++newlines) {
      const void* hit = std::memchr(bytes.data() + at, '\n', bytes.size() - at);
      if (hit == nullptr) break;
      at = static_cast<size_t>(static_cast<const char*>(hit) - bytes.data()) + 1;
    }
  }
  double plain = Seconds(start);
  Expander expander{ExpandLimits{}};
  CountingSink sink(*session, expander);
  start = Clock::now();
  for (const auto& [path, bytes] : files) sink.ScanFile(path, bytes);
  double scan = Seconds(start);
  double megabytes = static_cast<double>(total) / 1e6;
  std::printf("%zu files, %.1f MB; counting lines %.0f MB/s (%zu), detector %.0f MB/s\n",
              files.size(), megabytes, megabytes / plain, newlines, megabytes / scan);
  std::printf("%zu hints, %zu decoded children\n", sink.hint_count, sink.children);
  for (const auto& [rule, count] : sink.by_rule) std::printf("  %6zu %s\n", count, rule.c_str());
}

}  // namespace
}  // namespace picket

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  try {
    picket::Run(argv[1], argv[2], argc > 3 ? argv[3] : "");
    return 0;
  } catch (const picket::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
