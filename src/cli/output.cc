#include "cli/output.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <iostream>
#include <memory>
#include <sstream>
#include <streambuf>
#include <string>

#include "cli/policy_files.h"
#include "core/door.h"
#include "report/reporter.h"

namespace picket {
namespace {

// Columns that "remote: " takes.
constexpr size_t kRemoteWidth = 72;

bool WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    text.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

// A report of any length leaves as it is written.
class FileOutput : public std::streambuf {
 public:
  explicit FileOutput(int fd) : fd_(fd), buffer_(size_t{1} << 16, '\0') {
    setp(buffer_.data(), buffer_.data() + buffer_.size());
  }

 protected:
  int_type overflow(int_type next) override {
    if (sync() != 0) return traits_type::eof();
    if (!traits_type::eq_int_type(next, traits_type::eof())) sputc(traits_type::to_char_type(next));
    return traits_type::not_eof(next);
  }
  int sync() override {
    const bool written = WriteAll(fd_, {pbase(), static_cast<size_t>(pptr() - pbase())});
    setp(buffer_.data(), buffer_.data() + buffer_.size());
    return written ? 0 : -1;
  }

 private:
  int fd_;
  std::string buffer_;
};

// Where an allowance counts: see cli/policy_files.h.
void TellWhereToAllow(Gate gate, ReportOptions* options) {
  switch (gate) {
    case Gate::kPreReceive:
      options->allow_where = ", the server's administrator runs";
      options->allow_options = "--policy " + std::string(kSystemPolicy);
      return;
    case Gate::kAudit:
    case Gate::kScan:
      options->allow_where = " in a policy FILE, which --policy names here too";
      options->allow_options = "--policy FILE";
      return;
    case Gate::kPrePush: return;
    case Gate::kPreCommit:
    case Gate::kPreMergeCommit:
    case Gate::kCommitMsg: break;
  }
  options->allow_where = ", and then stage " + std::string(kTreePolicy);
}

bool IsHook(Gate gate) { return gate != Gate::kAudit && gate != Gate::kScan; }

}  // namespace

int WriteReport(const Verdict& verdict, Gate gate, const CommonOptions& common) {
  const bool to_stderr = common.format == "text" && IsHook(gate);
  const int fd = to_stderr ? STDERR_FILENO : STDOUT_FILENO;
  ReportOptions options;
  options.color = !common.no_color && isatty(fd) == 1;
  options.quiet = common.quiet;
  if (gate == Gate::kPreReceive) {
    options.width = kRemoteWidth - std::min(kRemoteWidth / 2, common.line_prefix.size());
  }
  TellWhereToAllow(gate, &options);
  const int code = ExitCode(verdict.outcome);
  const auto reporter = NewReporter(common.format, options);
  FileOutput output(fd);
  std::ostream stream(&output);
  // What passes is nobody's error.
  if (code == 0 || !to_stderr || common.line_prefix.empty()) {
    reporter->Write(verdict, stream);
  } else {
    std::ostringstream report;
    reporter->Write(verdict, report);
    stream << WithPrefix(report.str(), common.line_prefix);
  }
  if (stream.flush()) return code;
  return code == 0 ? ExitCode(Outcome::kIncomplete) : code;
}

std::string WithPrefix(std::string_view text, std::string_view prefix) {
  if (prefix.empty()) return std::string(text);
  std::string result;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n') + 1);
    const std::string_view whole = line.empty() ? text : line;
    result.append(prefix).append(whole);
    text.remove_prefix(whole.size());
  }
  return result;
}

std::string Report(const Verdict& verdict, Gate gate, std::string_view format) {
  ReportOptions options;
  TellWhereToAllow(gate, &options);
  std::ostringstream report;
  NewReporter(format, options)->Write(verdict, report);
  return std::move(report).str();
}

StatsLine::StatsLine(const CommonOptions& common)
    : wanted_(common.stats), start_(std::chrono::steady_clock::now()), last_(start_) {}

void StatsLine::Mark(std::string_view phase) {
  if (!wanted_) return;
  const auto now = std::chrono::steady_clock::now();
  std::fprintf(stderr, "picket: %-12.*s %9.2f ms\n", static_cast<int>(phase.size()), phase.data(),
               std::chrono::duration<double, std::milli>(now - last_).count());
  last_ = now;
}

StatsLine::~StatsLine() {
  if (!wanted_) return;
  last_ = start_;
  Mark("total");
  // From where it stands: another half of this process may have opened it (sandbox/sandbox.h).
  const int file = TheDoor().OpenToRead(kProcessStatus);
  std::string text(size_t{1} << 14, '\0');
  const ssize_t count = file < 0 ? 0 : read(file, text.data(), text.size());
  if (file >= 0) close(file);
  text.resize(count > 0 ? static_cast<size_t>(count) : 0);
  std::istringstream status(text);
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM") || line.starts_with("RssAnon") || line.starts_with("RssShmem")) {
      std::fprintf(stderr, "picket: %s\n", line.c_str());
    }
  }
}

}  // namespace picket
