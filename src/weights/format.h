// The formats of weight files: a closed table, formats.def. Every format looks at every blob; there
// is no first match wins.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/blob.h"
#include "core/finding.h"
#include "weights/pickle_scan.h"

namespace picket {

// What a format's reader holds against a file.
struct FormatProblem {
  std::string rule;  // "safetensors.malformed-header"
  std::string message;
  uint64_t offset = 0;  // in the blob
  // kAmbiguous: a shape that readers would not agree on, or that hides bytes. kTold: the file can't
  // do it by itself.
  WeightConcern concern = WeightConcern::kAmbiguous;
  // What a policy can name: "keras.layers.Lambda". Hostile text.
  std::string subject = {};
};

struct PickledPart {
  // "" for the blob itself, else "@0x80": where in it the pickle stands.
  std::string suffix;
  PickleScan scan;  // offsets in the blob
};

struct WeightReport {
  std::vector<PickledPart> pickles;
  std::vector<FormatProblem> problems;
  std::vector<std::string> gaps;
  // Where a reader that holds nothing against the blob found numbers and nothing else.
  std::vector<Span> tensors;
};

// What a format's reader does: adds what it finds. It never throws for bad content.
using FormatReader = void (*)(const Blob& blob, PickleScanner& scanner, WeightReport& report);

#define WEIGHT_FORMAT(Read) \
  void Read(const Blob& blob, PickleScanner& scanner, WeightReport& report);
#include "weights/formats.def"
#undef WEIGHT_FORMAT

// The last name that a blob goes by is one of `endings`, in any case: for suspicion only.
bool IsNamedLike(const Blob& blob, std::initializer_list<std::string_view> endings);
// Some name that a blob goes by holds `part`.
bool HasNamePart(const Blob& blob, std::string_view part);
// A member that torch unpickles where it loads a tar archive: sys_info, pickle, storages, tensors.
bool IsTorchTarMember(const Blob& blob);
// Names that loaders hand to pickle.
bool HasWeightName(const Blob& blob);

// A path that a file names leads out of the file's own folder: absolute, with a drive or a scheme,
// or through "..". Separators of either kind count.
bool LeavesFolder(std::string_view path);

// Adds a problem, at most 64 of one rule and each subject once.
void AddProblem(WeightReport& report, FormatProblem problem);
// Adds a clause on what could not be examined, once.
void AddGap(WeightReport& report, const std::string& reason);
// How bad it is that a file has `module`.`name` imported: unknown, or dangerous where the import
// table says so.
WeightConcern ConcernOf(const PickleScanner& scanner, const std::string& module,
                        const std::string& name);

// Runs every format.
WeightReport ReadWeights(const Blob& blob, PickleScanner& scanner);

}  // namespace picket
