// The import table: which globals a pickle may look up. patterns/pickle_imports.json is compiled
// once, at install time, into a flat sorted table that loads without parsing JSON.
//
// The caller checks that the compiled file may be trusted (owner, mode) before it hands the bytes
// over; the checksum in it tells damage, not malice.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "weights/python_names.h"

namespace picket {

enum class ImportVerdict : uint8_t { kSafe, kUnknown, kDangerous };
// "safe", "unknown", "dangerous": a contract of reports.
std::string_view ToString(ImportVerdict verdict);

// What must hold for a conditional name to be safe; see patterns/pickle_imports.schema.json.
enum class ImportCondition : uint8_t {
  kNone,
  kInstance,
  kValue,
  kOneArgument,
  kGetattr,
  kCodecsEncode,
  kNestedTorch,
  kSafeCallee,
  kSafeTypes,
  kPlainName,
  kRebuild,
  kTypeName,
  kClass,
};

struct ImportJudgement {
  // The name that reports and allowances use: "os.system".
  PythonName canonical;
  ImportVerdict verdict = ImportVerdict::kUnknown;
  // Not kNone: `verdict` is kUnknown, and kSafe where the condition holds for every use.
  ImportCondition condition = ImportCondition::kNone;
};

// Throws Error, naming the entry, when the JSON is not what the schema says, holds nothing, or says
// both safe and dangerous of one name. An unknown condition leaves its names unknown.
std::string CompileImports(std::string_view json);

// Const and shared by all threads.
class Imports {
 public:
  // Knows nothing: every name is unknown.
  Imports() = default;
  // `compiled` as CompileImports made it. Throws Error when it is damaged, of another version, or
  // empty.
  explicit Imports(std::string compiled);
  Imports(Imports&&) = default;
  Imports& operator=(Imports&&) = default;

  size_t size() const { return records_.size(); }

  // `protocol` below 3 turns the Python 2 mapping on. `module` and `name` as the stream spells
  // them.
  ImportJudgement Judge(std::string_view module, std::string_view name, int protocol) const;
  // Whether a method or an attribute of this name may run code, reach files, processes or the
  // network, or lead away from its object, whatever it belongs to.
  bool ReachesOut(std::string_view attribute) const;

 private:
  struct Record {
    std::string_view key;  // into data_
    uint8_t kind = 0;
    ImportCondition condition = ImportCondition::kNone;
  };
  const Record* Find(std::string_view module, std::string_view name) const;
  ImportVerdict JudgeCanonical(const PythonName& name, ImportCondition& condition) const;
  bool LeadsAway(const PythonName& name) const;

  std::vector<char> data_;
  std::vector<Record> records_;
};

}  // namespace picket
