// Names as Python's find_class reads them: the Python 2 mapping, twins of modules, identifiers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace picket {

struct PythonName {
  std::string module;
  std::string name;  // may be dotted

  auto operator<=>(const PythonName&) const = default;
  // "module.name".
  std::string Joined() const;
};

// What find_class makes of a Python 2 name under fix_imports, which is on below protocol 3.
// Source: Lib/_compat_pickle.py, CPython 3.11.
PythonName MapPython2Name(std::string_view module, std::string_view name);

// The module under the one name that the import table uses: "posix" and "nt" are "os",
// "_pickle" is "pickle", and "posixpath" is "os.path". Only the first component is looked at.
std::string FoldModule(std::string_view module);

// Mapped where the protocol calls for it, then folded: what reports and allowances call it.
PythonName CanonicalName(std::string_view module, std::string_view name, int protocol);

// One or more identifiers with dots between them. Letters beyond ASCII count as letters.
bool IsDottedIdentifier(std::string_view text);
// One ASCII identifier that is no dunder name.
bool IsPlainIdentifier(std::string_view text);

}  // namespace picket
