#include "match/rule_files.h"

#include <sys/stat.h>
#include <time.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "core/error.h"
#include "core/fingerprint.h"
#include "match/table_writer.h"

namespace picket {
namespace {

// Linux stamps with the time of the last tick, up to 10 ms old; a file system without fractions of
// a second counts two seconds at worst.
constexpr int64_t kTick = 20'000'000;
constexpr int64_t kWholeSeconds = 2'000'000'000;

std::vector<std::filesystem::path> ListRuleFiles(const std::string& dir, std::error_code* error) {
  std::vector<std::filesystem::path> paths;
  for (std::filesystem::directory_iterator it(dir, *error), end; !*error && it != end;
       it.increment(*error)) {
    if (it->path().extension() == ".json") paths.push_back(it->path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

int64_t Nanoseconds(const timespec& time) {
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

bool IsSettled(const timespec& changed) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  const int64_t age = Nanoseconds(now) - Nanoseconds(changed);
  return age > (changed.tv_nsec == 0 ? kWholeSeconds : kTick);
}

}  // namespace

std::vector<RuleFile> ReadRuleFiles(const std::string& dir) {
  std::vector<RuleFile> files;
  std::error_code error;
  for (const std::filesystem::path& path : ListRuleFiles(dir, &error)) {
    std::ifstream stream(path, std::ios::binary);
    RuleFile file;
    file.name = path.filename().string();
    file.bytes.assign(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
    if (!stream) {
      throw Error("The rule file " + path.string() + " can't be read; check its permissions.");
    }
    files.push_back(std::move(file));
  }
  if (error) {
    throw Error("The rule folder " + dir + " can't be read: " + error.message() +
                "; install Picket again or name the folder of its patterns.");
  }
  if (files.empty()) {
    throw Error("The rule folder " + dir + " holds no *.json file, so nothing could be found; " +
                "install Picket again or name the folder of its patterns.");
  }
  return files;
}

std::string HashRuleFiles(std::span<const RuleFile> files) {
  std::string whole;
  for (const RuleFile& file : files) {
    whole += Sha256(AsBytes(file.name));
    whole += Sha256(AsBytes(file.bytes));
  }
  return Sha256(AsBytes(whole));
}

std::string StampRuleFiles(const std::string& dir) {
  TableWriter stamp;
  std::error_code error;
  for (const std::filesystem::path& path : ListRuleFiles(dir, &error)) {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0 || !IsSettled(status.st_ctim)) return "";
    stamp.Text(path.filename().string());
    stamp.U64(status.st_dev);
    stamp.U64(status.st_ino);
    stamp.U64(static_cast<uint64_t>(status.st_size));
    stamp.U64(static_cast<uint64_t>(Nanoseconds(status.st_mtim)));
    stamp.U64(static_cast<uint64_t>(Nanoseconds(status.st_ctim)));
  }
  return error ? "" : stamp.Take();
}

}  // namespace picket
