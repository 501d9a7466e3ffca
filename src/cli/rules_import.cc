#include "cli/rules_import.h"

#include <iostream>

#include "cli/files.h"
#include "cli/presentable.h"
#include "secrets/gitleaks_import.h"

namespace picket {

int RunRulesImport(const CommonOptions& common, const ImportOptions& options) {
  const GitleaksConfig config = ParseGitleaksConfig(ReadWholeFile(options.file), options.file);
  const GitleaksImport import = ImportGitleaks(config);
  if (options.output.empty()) {
    std::cout << import.json;
  } else {
    ReplaceFile(options.output, import.json);
  }
  for (const std::string& lost : import.lost) {
    std::cerr << "not converted: " << Presentable(common, lost) << '\n';
  }
  if (!common.quiet) {
    for (const std::string& note : import.notes) {
      std::cerr << "note: " << Presentable(common, note) << '\n';
    }
    std::cerr << "picket: " << import.rules << " of " << config.rules.size() << " rules converted, "
              << import.lost.size() << " not converted in full, " << import.notes.size()
              << " notes\n";
  }
  return import.lost.empty() ? 0 : 1;
}

}  // namespace picket
