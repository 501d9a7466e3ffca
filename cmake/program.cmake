# How the program is linked. It starts for each commit and push, and every library that is mapped
# costs that start: what needs no library of its own is taken from archives where there are any, and
# libgit2 is mapped by its name by whoever needs it. What takes the containers of strangers apart
# stays shared, so that the system's updates reach it.

execute_process(COMMAND ${CMAKE_OBJDUMP} -p ${pkgcfg_lib_LIBGIT2_git2} OUTPUT_VARIABLE headers)
if(NOT headers MATCHES "SONAME +([^ \n]+)")
  message(FATAL_ERROR "${pkgcfg_lib_LIBGIT2_git2} has no SONAME: install libgit2 as a shared library")
endif()
set(PICKET_LIBGIT2 ${CMAKE_MATCH_1})

set(PICKET_PROGRAM_LIBRARIES PkgConfig::LIBRARIES)
if(NOT PICKET_ASAN AND NOT PICKET_TSAN AND NOT PICKET_FUZZ)
  set(archives)
  foreach(name hs re2 crypto sqlite3 seccomp)
    find_library(PICKET_ARCHIVE_${name} lib${name}.a)
    list(APPEND archives ${PICKET_ARCHIVE_${name}})
  endforeach()
  # Elsewhere an archive may need more than itself.
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_INCLUDES ${LIBRARIES_INCLUDE_DIRS})
  # Without -static-libgcc: glibc maps libgcc_s itself when an exception passes through it, which a
  # process that is shut in can't.
  set(CMAKE_REQUIRED_LIBRARIES ${archives} -static-libstdc++ Threads::Threads ${CMAKE_DL_LIBS} m)
  check_cxx_source_compiles("
    #include <hs.h>
    #include <openssl/sha.h>
    #include <re2/re2.h>
    #include <seccomp.h>
    #include <sqlite3.h>
    int main() {
      RE2 regex(\"a\");
      return hs_valid_platform() + regex.ok() + sqlite3_open(nullptr, nullptr) +
             (seccomp_init(0) == nullptr) + SHA1_Init(nullptr);
    }" PICKET_ARCHIVES_LINK)
  if(PICKET_ARCHIVES_LINK)
    set(PICKET_PROGRAM_LIBRARIES ${CMAKE_REQUIRED_LIBRARIES})
  endif()
  unset(CMAKE_REQUIRED_INCLUDES)
  unset(CMAKE_REQUIRED_LIBRARIES)
endif()

# picket_program(NAME LIBRARIES SOURCES...): LIBRARIES as PICKET_PROGRAM_LIBRARIES.
function(picket_program name libraries)
  add_executable(${name} ${ARGN})
  target_include_directories(${name} PRIVATE src)
  target_compile_definitions(${name} PRIVATE PICKET_VERSION="${PROJECT_VERSION}")
  target_link_libraries(${name} PRIVATE ${libraries} PkgConfig::PARSERS BZip2::BZip2
    Threads::Threads ${CMAKE_DL_LIBS} picket_warnings)
  # For libgit2 (git/certificates.cc).
  target_link_options(${name} PRIVATE -Wl,--export-dynamic-symbol=mbedtls_x509_crt_parse_file)
endfunction()
