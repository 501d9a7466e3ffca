#include "weights/imports.h"

#include <libdeflate.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "core/byte_reader.h"
#include "core/error.h"

namespace picket {
namespace {

// The table: magic, u32 number of records, u32 bytes of keys, CRC-32 of all that follows, then
// records of {u32 key offset, u16 key length, u8 kind, u8 condition} sorted by key, then the keys.
// A key is "module\nname"; "*" as name is the whole module, "" as module a name in any module,
// "." as module a module that must not be passed through, and "()" as module a method.
constexpr std::string_view kMagic = "picket imports 2";
constexpr uint64_t kRecordBytes = 8;

enum Kind : uint8_t { kSafeKind, kConditionalKind, kDangerousKind };

struct ConditionWord {
  std::string_view word;
  ImportCondition condition;
};
constexpr ConditionWord kConditions[] = {
    {"instance", ImportCondition::kInstance},
    {"value", ImportCondition::kValue},
    {"one-argument", ImportCondition::kOneArgument},
    {"getattr", ImportCondition::kGetattr},
    {"codecs-encode", ImportCondition::kCodecsEncode},
    {"nested-torch", ImportCondition::kNestedTorch},
    {"safe-callee", ImportCondition::kSafeCallee},
    {"safe-types", ImportCondition::kSafeTypes},
    {"plain-name", ImportCondition::kPlainName},
    {"rebuild", ImportCondition::kRebuild},
    {"type-name", ImportCondition::kTypeName},
    {"class", ImportCondition::kClass},
};

using Table = std::map<std::string, std::pair<uint8_t, ImportCondition>>;

std::string KeyOf(std::string_view module, std::string_view name) {
  std::string key(module);
  key.push_back('\n');
  key.append(name);
  return key;
}

void Insert(Table& table, std::string_view module, std::string_view name, uint8_t kind,
            ImportCondition condition) {
  auto [place, fresh] = table.try_emplace(KeyOf(module, name), kind, condition);
  if (!fresh && place->second != std::pair(kind, condition)) {
    throw Error("The import table says two things of " + std::string(module) + "." +
                std::string(name) + "; remove one of the entries.");
  }
}

void ReadEntries(const nlohmann::json& document, const char* section, uint8_t kind, Table& table) {
  for (const nlohmann::json& entry : document.at(section)) {
    const std::string& module = entry.at("module").get_ref<const std::string&>();
    if (entry.at("source").get_ref<const std::string&>().empty()) {
      throw Error("The import table gives no source for module " + module + "; say where the " +
                  "facts come from.");
    }
    ImportCondition condition = ImportCondition::kNone;
    if (kind == kConditionalKind) {
      const std::string& word = entry.at("condition").get_ref<const std::string&>();
      auto known = std::find_if(std::begin(kConditions), std::end(kConditions),
                                [&](const ConditionWord& row) { return row.word == word; });
      if (known == std::end(kConditions)) continue;
      condition = known->condition;
    }
    for (const nlohmann::json& name : entry.at("names")) {
      const std::string& text = name.get_ref<const std::string&>();
      if (text == "*" && kind != kDangerousKind) {
        throw Error("The import table allows all of module " + module +
                    "; only exact names may be allowed.");
      }
      Insert(table, module, text, kind, condition);
    }
  }
}

void ReadList(const nlohmann::json& document, const char* section, std::string_view module,
              Table& table) {
  for (const nlohmann::json& name : document.at(section).at("names")) {
    Insert(table, module, name.get_ref<const std::string&>(), kDangerousKind,
           ImportCondition::kNone);
  }
}

void AppendLittleEndian(std::string& out, uint64_t value, int width) {
  for (int i = 0; i < width; ++i) out.push_back(static_cast<char>(value >> (8 * i) & 0xff));
}

// Against damage: who may write the table may write its checksum too. A digest of libcrypto's would
// cost every pickle the millisecond that the library takes to begin.
uint32_t Crc32(Bytes bytes) { return libdeflate_crc32(0, bytes.data(), bytes.size()); }

[[noreturn]] void ThrowDamaged() {
  throw Error(
      "The compiled import table is damaged or belongs to another version; run the installer "
      "again.");
}

// Calls `visit` with each component between dots.
template <typename Visit>
void EachComponent(std::string_view path, Visit visit) {
  while (true) {
    size_t dot = path.find('.');
    visit(path.substr(0, dot));
    if (dot == std::string_view::npos) return;
    path.remove_prefix(dot + 1);
  }
}

}  // namespace

std::string_view ToString(ImportVerdict verdict) {
  switch (verdict) {
    case ImportVerdict::kSafe: return "safe";
    case ImportVerdict::kDangerous: return "dangerous";
    case ImportVerdict::kUnknown: break;
  }
  return "unknown";
}

std::string CompileImports(std::string_view json) {
  Table table;
  try {
    nlohmann::json document = nlohmann::json::parse(json);
    // Compared as JSON: a number that no integer holds may not be converted to one.
    if (document.at("version") != 1) {
      throw Error("The import table is not of version 1; install patterns and program together.");
    }
    ReadEntries(document, "safe", kSafeKind, table);
    ReadEntries(document, "conditional", kConditionalKind, table);
    ReadEntries(document, "dangerous", kDangerousKind, table);
    ReadList(document, "dangerous_names", "", table);
    ReadList(document, "reachable_modules", ".", table);
    ReadList(document, "reaching_methods", "()", table);
  } catch (const nlohmann::json::exception& error) {
    throw Error(std::string("The import table can't be read (") + error.what() +
                "); restore patterns/pickle_imports.json.");
  }
  if (table.empty()) throw Error("The import table holds no entries; restore it.");
  std::string records;
  std::string keys;
  for (const auto& [key, value] : table) {
    if (key.size() > UINT16_MAX) throw Error("The import table holds a name over 64 KiB.");
    AppendLittleEndian(records, keys.size(), 4);
    AppendLittleEndian(records, key.size(), 2);
    AppendLittleEndian(records, value.first, 1);
    AppendLittleEndian(records, static_cast<uint64_t>(value.second), 1);
    keys += key;
  }
  std::string body = records + keys;
  std::string compiled(kMagic);
  AppendLittleEndian(compiled, table.size(), 4);
  AppendLittleEndian(compiled, keys.size(), 4);
  AppendLittleEndian(compiled, Crc32(AsBytes(body)), 4);
  return compiled + body;
}

Imports::Imports(std::string compiled) : data_(compiled.begin(), compiled.end()) {
  Bytes bytes = AsBytes(std::string_view(data_.data(), data_.size()));
  ByteReader reader(bytes);
  bool known = AsText(reader.Take(kMagic.size())) == kMagic;
  uint64_t count = reader.U32Le();
  uint64_t key_bytes = reader.U32Le();
  uint32_t checksum = reader.U32Le();
  Bytes body = reader.Take(count * kRecordBytes + key_bytes);
  if (!known || !reader.ok() || !reader.at_end() || count == 0 || Crc32(body) != checksum) {
    ThrowDamaged();
  }
  ByteReader table(body.first(count * kRecordBytes));
  std::string_view keys = AsText(body.subspan(count * kRecordBytes));
  records_.reserve(count);
  for (uint64_t i = 0; i < count; ++i) {
    uint64_t offset = table.U32Le();
    uint64_t length = table.U16Le();
    uint8_t kind = table.U8();
    uint8_t condition = table.U8();
    if (offset > keys.size() || length > keys.size() - offset || kind > kDangerousKind ||
        condition > static_cast<uint8_t>(ImportCondition::kClass)) {
      ThrowDamaged();
    }
    Record record{keys.substr(offset, length), kind, static_cast<ImportCondition>(condition)};
    if (!records_.empty() && records_.back().key >= record.key) ThrowDamaged();
    records_.push_back(record);
  }
}

const Imports::Record* Imports::Find(std::string_view module, std::string_view name) const {
  std::string key = KeyOf(module, name);
  auto place =
      std::lower_bound(records_.begin(), records_.end(), key,
                       [](const Record& record, const std::string& k) { return record.key < k; });
  return place != records_.end() && place->key == key ? &*place : nullptr;
}

// The path passes through a module or an attribute from which everything can be reached.
bool Imports::LeadsAway(const PythonName& name) const {
  bool found = false;
  auto check_module = [&](std::string_view part) { found = found || Find(".", part) != nullptr; };
  EachComponent(name.module, check_module);
  EachComponent(name.name, [&](std::string_view part) {
    check_module(part);
    found = found || Find("", part) != nullptr;
  });
  return found;
}

bool Imports::ReachesOut(std::string_view attribute) const {
  return Find("()", attribute) != nullptr || Find("", attribute) != nullptr ||
         Find(".", attribute) != nullptr;
}

ImportVerdict Imports::JudgeCanonical(const PythonName& name, ImportCondition& condition) const {
  condition = ImportCondition::kNone;
  if (const Record* exact = Find(name.module, name.name)) {
    if (exact->kind == kDangerousKind) return ImportVerdict::kDangerous;
    if (exact->kind == kSafeKind) return ImportVerdict::kSafe;
    condition = exact->condition;
    return ImportVerdict::kUnknown;
  }
  // The rule of a module holds at every dot of what lies below it. A name this long is nobody's
  // honest one; its head says enough.
  constexpr size_t kPathJudged = 1024;
  std::string path = name.Joined().substr(0, kPathJudged);
  for (size_t dot = path.find('.');; dot = path.find('.', dot + 1)) {
    std::string_view head = std::string_view(path).substr(0, dot);
    if (Find(head, "*") != nullptr) return ImportVerdict::kDangerous;
    if (dot == std::string::npos) break;
    std::string_view rest = std::string_view(path).substr(dot + 1);
    const Record* step = Find(head, rest.substr(0, rest.find('.')));
    if (step != nullptr && step->kind == kDangerousKind) return ImportVerdict::kDangerous;
  }
  PythonName judged{name.module.substr(0, kPathJudged), name.name.substr(0, kPathJudged)};
  if (LeadsAway(judged)) return ImportVerdict::kDangerous;
  // The types of a TorchScript file, compiled from the code that it brings; no Python package has
  // that name. Source: torch/csrc/jit/serialization/README.md.
  bool torch_script = name.module.starts_with("__torch__.") || name.module == "__torch__";
  return torch_script && IsPlainIdentifier(name.name) ? ImportVerdict::kSafe
                                                      : ImportVerdict::kUnknown;
}

ImportJudgement Imports::Judge(std::string_view module, std::string_view name, int protocol) const {
  ImportJudgement judgement;
  judgement.canonical = CanonicalName(module, name, protocol);
  judgement.verdict = JudgeCanonical(judgement.canonical, judgement.condition);
  // A loader may have the mapping switched off, and a later PROTO may switch it on: the other
  // reading counts where it is worse.
  // A name that Python 3 has renamed is only ever the new one there.
  if (protocol < 3 && judgement.canonical.name != name) return judgement;
  PythonName other = CanonicalName(module, name, protocol < 3 ? 3 : 2);
  ImportCondition ignored = ImportCondition::kNone;
  if (other != judgement.canonical && JudgeCanonical(other, ignored) == ImportVerdict::kDangerous) {
    judgement.verdict = ImportVerdict::kDangerous;
    judgement.condition = ImportCondition::kNone;
  }
  return judgement;
}

}  // namespace picket
