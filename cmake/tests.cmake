# What ctest runs: one entry per unit test file, one per tests/cli/*.sh, one per fuzz corpus.
foreach(source ${PICKET_TESTS})
  get_filename_component(name ${source} NAME_WE)
  get_filename_component(folder ${source} DIRECTORY)
  get_filename_component(folder ${folder} NAME)
  if(name MATCHES "_test$")
    # Every file is one test suite, named "<folder>/<file>".
    add_test(NAME unit/${folder}/${name}
      COMMAND picket_tests --source-file=*/${folder}/${name}.cc --no-skip)
  endif()
endforeach()

# The scenarios run what a user runs: the installed program with its compiled rules. (A program in a
# build tree compiles the rules on every start, which takes seconds.)
set(PICKET_INSTALLED ${CMAKE_BINARY_DIR}/installed)
add_test(NAME installed COMMAND sh -c "rm -rf '${PICKET_INSTALLED}' && \
'${CMAKE_COMMAND}' --install '${CMAKE_BINARY_DIR}' --prefix '${PICKET_INSTALLED}' && \
'${PICKET_INSTALLED}/bin/picket' rules compile")
set_tests_properties(installed PROPERTIES FIXTURES_SETUP installed)

# Each script is one behaviour, told with real git; exit 77 means that it could not run here. The
# program forbids others to look into it (PR_SET_DUMPABLE), the leak checker included; leaks are
# looked for in the unit tests.
file(GLOB PICKET_SCENARIOS CONFIGURE_DEPENDS tests/cli/*.sh)
foreach(script ${PICKET_SCENARIOS})
  get_filename_component(name ${script} NAME_WE)
  if(NOT name STREQUAL "common")
    add_test(NAME cli/${name} COMMAND sh ${script})
    set_tests_properties(cli/${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 900
      FIXTURES_REQUIRED installed ENVIRONMENT "PICKET=${PICKET_INSTALLED}/bin/picket;PICKET_SOURCE=${CMAKE_SOURCE_DIR};\
PICKET_SANITIZED=${PICKET_ASAN};ASAN_OPTIONS=detect_leaks=0")
  endif()
endforeach()

# A fuzz target is tests/fuzz/<name>_fuzzer.cc with LLVMFuzzerTestOneInput; its corpus is
# tests/fuzz/corpus/<name>/. Without libFuzzer the same targets replay their corpus under ctest.
add_library(picket_replay_corpus OBJECT EXCLUDE_FROM_ALL tests/fuzz/replay_corpus.cc)
target_link_libraries(picket_replay_corpus PRIVATE picket_objects picket_warnings)
file(GLOB PICKET_FUZZERS CONFIGURE_DEPENDS tests/fuzz/*_fuzzer.cc)
foreach(source ${PICKET_FUZZERS})
  get_filename_component(name ${source} NAME_WE)
  string(REPLACE "_fuzzer" "" corpus ${name})
  if(PICKET_FUZZ)
    add_executable(${name} ${source})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  else()
    add_executable(${name} ${source} $<TARGET_OBJECTS:picket_replay_corpus>)
    add_test(NAME fuzz/${corpus} COMMAND ${name} ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${corpus})
  endif()
  if(name STREQUAL "pack_fuzzer")
    target_sources(${name} PRIVATE tests/support/pack_builder.cc)
  endif()
  target_include_directories(${name} PRIVATE tests)
  target_link_libraries(${name} PRIVATE picket_objects picket_warnings)
endforeach()
