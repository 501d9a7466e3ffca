// How `picket explain` says what it found: one file, or a folder of them; in text or JSON.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "cli/explain_folder.h"
#include "cli/explained_file.h"
#include "core/mask.h"
#include "core/verdict.h"

namespace picket {

struct ExplainTotals {
  uint64_t files = 0;
  uint64_t weight_files = 0;
  uint64_t of[4] = {};  // weight files, by FileVerdict
};

// What stands in one file; `safe_trails`: the trails to safe calls too.
void PrintExplained(std::ostream& out, const ExplainedFile& file, bool safe_trails, Mask& mask);

// One line on one file of a folder: "dangerous  a/model.bin  (pickle; 3 globals, 1 dangerous)".
void PrintSummary(std::ostream& out, const ExplainedFile& file,
                  const std::vector<std::string>& also, Mask& mask);

// What was not followed, and how many there were.
void PrintTotals(std::ostream& out, const ExplainTotals& totals, const FolderFiles& folder,
                 Mask& mask);

// What `picket scan` makes of it, where there is something to act on.
void PrintScanVerdict(std::ostream& out, const Verdict& verdict);

// The same as JSON documents, with every trail.
std::string ExplainedAsJson(const ExplainedFile& file, const Verdict& verdict, Mask& mask);
// `files`: the weight files of the folder.
std::string FolderAsJson(const std::vector<ExplainedFile>& files, const ExplainTotals& totals,
                         const FolderFiles& folder, const Verdict& verdict, Mask& mask);

}  // namespace picket
