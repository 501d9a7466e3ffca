// By hand: checks a rule folder, and with a count the promise that validators reject at most 10 of
// a million random bodies.
//   picket_rules_check patterns/secrets [COUNT]
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/error.h"
#include "secrets/rule_check.h"

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  try {
    picket::RuleReport report = picket::CheckRules(argv[1]);
    for (const std::string& complaint : report.complaints) std::printf("%s\n", complaint.c_str());
    std::printf("%zu files, %zu rules, %zu examples, %zu near misses, %zu complaints\n",
                report.files, report.rules, report.examples, report.near_misses,
                report.complaints.size());
    size_t count = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 0;
    std::vector<std::string> complaints;
    for (const picket::RuleSource& source : picket::ListRules(argv[1], &complaints)) {
      if (count == 0 || source.rule.is_path_rule()) continue;
      std::printf("%-32s %zu of %zu rejected\n", source.rule.id.c_str(),
                  picket::CountRejected(source, 7, count), count);
    }
    return report.complaints.empty() ? 0 : 1;
  } catch (const picket::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
