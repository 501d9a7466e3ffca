#include "report/reporter.h"

namespace picket {

#define PICKET_REPORTER(name, factory) std::unique_ptr<Reporter> factory(const ReportOptions&);
#include "report/reporters.def"
#undef PICKET_REPORTER

namespace {

struct Row {
  std::string_view format;
  std::unique_ptr<Reporter> (*make)(const ReportOptions&);
};

constexpr Row kReporters[] = {
#define PICKET_REPORTER(name, factory) {name, &factory},
#include "report/reporters.def"
#undef PICKET_REPORTER
};

}  // namespace

std::unique_ptr<Reporter> NewReporter(std::string_view format, const ReportOptions& options) {
  for (const Row& row : kReporters) {
    if (row.format == format) return row.make(options);
  }
  return nullptr;
}

std::vector<std::string_view> ReportFormats() {
  std::vector<std::string_view> formats;
  for (const Row& row : kReporters) formats.push_back(row.format);
  return formats;
}

}  // namespace picket
