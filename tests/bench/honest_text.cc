// Runs the weight detector over every file below the folders named, and prints what it claims: over
// real text and binary files, nothing that is no pickle may be. Prints the cost as well. Run by
// hand:
//   honest_text patterns/pickle_imports.json DIR...
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "contents/zip.h"
#include "weights/weight_detector.h"

namespace picket {
namespace {

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class Printer : public FindingSink, public ChildVisitor {
 public:
  explicit Printer(Session& session) : session_(session) {}
  void Add(Finding finding) override {
    std::printf("%s:%s: %s %s\n", path_.c_str(), finding.member.c_str(), finding.rule.c_str(),
                finding.subject.c_str());
    ++findings_[finding.rule];
  }
  void Add(Gap gap) override {
    std::printf("%s:%s: GAP %s\n", path_.c_str(), gap.member.c_str(), gap.reason.c_str());
    ++findings_["gap"];
  }
  void Add(EncodedHint) override {}
  void OnChild(const Blob& child) override {
    ++children_;
    session_.Scan(child, nullptr, *this);
    if (child.origin.depth < 4) ExpandZip(child, budget_, *this, *this);
  }

  void Scan(const std::filesystem::path& path, const std::string& bytes) {
    path_ = path.string();
    std::string name = path.filename().string();
    BlobRef ref;
    ref.names.push_back(name);
    Blob blob{ref, AsBytes(bytes)};
    budget_ = {uint64_t{1} << 30, 200'000};
    auto start = std::chrono::steady_clock::now();
    session_.Scan(blob, nullptr, *this);
    auto middle = std::chrono::steady_clock::now();
    ExpandZip(blob, budget_, *this, *this);
    auto end = std::chrono::steady_clock::now();
    detect_ += middle - start;
    expand_ += end - middle;
    ++files_;
    bytes_ += bytes.size();
  }

  void Print() const {
    double seconds = std::chrono::duration<double>(detect_).count();
    std::printf("%zu files, %.1f MB, %zu zip members; %.0f ns a file, %.0f MB/s; zip %.3f s\n",
                files_, static_cast<double>(bytes_) / 1e6, children_,
                seconds * 1e9 / static_cast<double>(files_),
                static_cast<double>(bytes_) / 1e6 / seconds,
                std::chrono::duration<double>(expand_).count());
    for (const auto& [rule, count] : findings_) std::printf("  %s: %zu\n", rule.c_str(), count);
  }

 private:
  Session& session_;
  std::string path_;
  ExpandBudget budget_;
  std::map<std::string, size_t> findings_;
  std::chrono::steady_clock::duration detect_{};
  std::chrono::steady_clock::duration expand_{};
  size_t files_ = 0;
  size_t children_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace
}  // namespace picket

int main(int argc, char** argv) {
  using namespace picket;
  if (argc < 3) return 2;
  LazyImports imports([&] { return CompileImports(ReadFile(argv[1])); });
  FingerprintKey key;
  WeightDetector detector(imports, key);
  auto session = detector.NewSession();
  Printer printer(*session);
  for (int i = 2; i < argc; ++i) {
    auto options = std::filesystem::directory_options::skip_permission_denied;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i], options)) {
      if (!entry.is_regular_file() || entry.is_symlink()) continue;
      if (entry.file_size() > (uint64_t{1} << 28)) continue;
      printer.Scan(entry.path(), ReadFile(entry.path()));
    }
  }
  printer.Print();
}
