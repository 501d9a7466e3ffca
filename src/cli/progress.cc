#include "cli/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace picket {
namespace {

constexpr auto kPatience = std::chrono::milliseconds(400);

// What a blob costs, in commits: about what it is larger.
constexpr uint64_t kBlobWeight = 30;

double Percent(uint64_t done, uint64_t all) {
  if (all == 0) return 0;
  return static_cast<double>(std::min(done, all)) * 100 / static_cast<double>(all);
}

std::string Left(double seconds) {
  const auto whole = static_cast<uint64_t>(seconds + 0.5);
  if (whole < 120) return std::to_string(whole) + " s";
  if (whole < 7200) return std::to_string(whole / 60) + " min";
  return std::to_string(whole / 3600) + " h " + std::to_string(whole / 60 % 60) + " min";
}

}  // namespace

ProgressTeller::ProgressTeller(const CommonOptions& common) {
  if (common.progress == "json") {
    form_ = Form::kJson;
  } else if (common.progress != "none" && !common.quiet && isatty(STDERR_FILENO) == 1) {
    form_ = Form::kLine;
  }
}

ProgressTeller::~ProgressTeller() {
  if (line_stands_) std::fputs("\r\033[K", stderr);
}

void ProgressTeller::BeginRepository(uint64_t number, uint64_t count) {
  number_ = number;
  count_ = count;
}

void ProgressTeller::BeginPhase(std::string_view phase, uint64_t objects, uint64_t blobs) {
  phase_ = phase;
  objects_ = objects;
  blobs_ = blobs;
  begin_ = std::chrono::steady_clock::now();
  Tell({});
}

std::function<void(const Progress&)> ProgressTeller::OnScan() {
  if (form_ == Form::kSilent) return nullptr;
  return [this](const Progress& progress) { Tell(progress); };
}

double ProgressTeller::PercentOf(const Progress& progress) const {
  if (objects_ == 0 || progress.items_done >= progress.items)
    return Percent(progress.items_done, progress.items);
  return Percent(progress.objects + progress.blobs * kBlobWeight, objects_ + blobs_ * kBlobWeight);
}

void ProgressTeller::Tell(const Progress& progress) {
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  const double percent = PercentOf(progress);
  const double left = percent > 0 ? seconds * (100 - percent) / percent : -1;
  if (form_ == Form::kLine) TellLine(progress, seconds, left);
  if (form_ == Form::kJson) TellJson(progress, seconds, left);
}

void ProgressTeller::TellLine(const Progress& progress, double seconds, double left) {
  // What is over in an instant shows no line.
  if (!line_stands_ && std::chrono::steady_clock::now() - made_ < kPatience) return;
  std::string line = "\r\033[Kpicket: ";
  if (count_ > 0) line += std::to_string(number_) + " of " + std::to_string(count_) + ", ";
  if (progress.items == 0) {
    line += phase_;
  } else {
    char numbers[80];
    std::snprintf(numbers, sizeof numbers, "%.0f%%, %.2f GB/s", PercentOf(progress),
                  seconds > 0 ? static_cast<double>(progress.bytes) / seconds / 1e9 : 0.0);
    line += numbers;
    if (left >= 0) line += ", " + Left(left) + " left";
    line += ", " + std::to_string(progress.findings) +
            (progress.findings == 1 ? " finding" : " findings");
  }
  std::fputs(line.c_str(), stderr);
  line_stands_ = true;
}

void ProgressTeller::TellJson(const Progress& progress, double seconds, double left) {
  std::string line = "{";
  if (count_ > 0) {
    line += "\"repository\":" + std::to_string(number_) +
            ",\"repositories\":" + std::to_string(count_) + ",";
  }
  line += "\"phase\":\"" + phase_ + "\"";
  if (progress.items > 0) {
    char numbers[256];
    std::snprintf(numbers, sizeof numbers,
                  ",\"percent\":%.1f,\"objects_done\":%llu,\"objects\":%llu,\"bytes\":%llu,"
                  "\"bytes_per_second\":%.0f,\"seconds\":%.1f,\"seconds_left\":%.1f,"
                  "\"findings\":%llu",
                  PercentOf(progress), static_cast<unsigned long long>(progress.objects),
                  static_cast<unsigned long long>(std::max(objects_, progress.objects)),
                  static_cast<unsigned long long>(progress.bytes),
                  seconds > 0 ? static_cast<double>(progress.bytes) / seconds : 0.0, seconds,
                  left < 0 ? 0.0 : left, static_cast<unsigned long long>(progress.findings));
    line += numbers;
  }
  std::fputs((line + "}\n").c_str(), stderr);
}

}  // namespace picket
