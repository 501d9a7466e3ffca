#include "weights/python_names.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "core/utf8.h"

namespace picket {
namespace {

struct NameRow {
  std::string_view old_module;
  std::string_view old_name;
  std::string_view module;
  std::string_view name;
};
struct ModuleRow {
  std::string_view old_module;
  std::string_view module;
};

constexpr NameRow kNames[] = {
#define PYTHON2_NAME(a, b, c, d) {a, b, c, d},
#define PYTHON2_MODULE(a, b)
#include "weights/python2_names.def"
#undef PYTHON2_NAME
#undef PYTHON2_MODULE
};

constexpr ModuleRow kModules[] = {
#define PYTHON2_NAME(a, b, c, d)
#define PYTHON2_MODULE(a, b) {a, b},
#include "weights/python2_names.def"
#undef PYTHON2_NAME
#undef PYTHON2_MODULE
};

constexpr ModuleRow kTwins[] = {
#define MODULE_TWIN(a, b) {a, b},
#include "weights/module_twins.def"
#undef MODULE_TWIN
};

const ModuleRow* FindModule(const ModuleRow* first, const ModuleRow* last, std::string_view key) {
  const ModuleRow* row = std::find_if(first, last, [&](auto& r) { return r.old_module == key; });
  return row == last ? nullptr : row;
}

bool IsIdentifierByte(unsigned char c, bool first) {
  if (c >= 0x80 || c == '_') return true;
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
  return !first && c >= '0' && c <= '9';
}

}  // namespace

std::string PythonName::Joined() const { return module + "." + name; }

PythonName MapPython2Name(std::string_view module, std::string_view name) {
  for (const NameRow& row : kNames) {
    if (row.old_module == module && row.old_name == name) {
      return {std::string(row.module), std::string(row.name)};
    }
  }
  if (const ModuleRow* row = FindModule(std::begin(kModules), std::end(kModules), module)) {
    return {std::string(row->module), std::string(name)};
  }
  return {std::string(module), std::string(name)};
}

std::string FoldModule(std::string_view module) {
  size_t dot = module.find('.');
  std::string_view head = module.substr(0, dot);
  const ModuleRow* row = FindModule(std::begin(kTwins), std::end(kTwins), head);
  if (row == nullptr) return std::string(module);
  std::string folded(row->module);
  if (dot != std::string_view::npos) folded += module.substr(dot);
  return folded;
}

PythonName CanonicalName(std::string_view module, std::string_view name, int protocol) {
  PythonName mapped = protocol < 3 ? MapPython2Name(module, name)
                                   : PythonName{std::string(module), std::string(name)};
  mapped.module = FoldModule(mapped.module);
  return mapped;
}

bool IsDottedIdentifier(std::string_view text) {
  bool first = true;
  for (char c : text) {
    if (c == '.') {
      if (first) return false;
      first = true;
      continue;
    }
    if (!IsIdentifierByte(static_cast<unsigned char>(c), first)) return false;
    first = false;
  }
  return !first && IsUtf8(text, false);
}

bool IsPlainIdentifier(std::string_view text) {
  if (text.empty() || text.starts_with("__")) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x80 || !IsIdentifierByte(c, i == 0)) return false;
  }
  return true;
}

}  // namespace picket
