# The files of hooks/ as constants, so that one program is all that `picket install` needs.
file(GLOB PICKET_HOOKS CONFIGURE_DEPENDS hooks/*)
set(hook_texts "")
foreach(hook ${PICKET_HOOKS})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${hook})
  get_filename_component(name ${hook} NAME)
  file(READ ${hook} text)
  string(APPEND hook_texts "    {\"${name}\", R\"HOOK(${text})HOOK\"},\n")
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/cli/hook_texts.h @ONLY CONTENT
"// Generated from hooks/.
#pragma once

#include <string_view>

namespace picket {

struct HookText {
  std::string_view name;
  std::string_view text;
};

inline constexpr HookText kHookTexts[] = {
@hook_texts@};

}  // namespace picket
")
