# What ctest runs: one entry per unit test file, one per tests/cli/*.sh, one per fuzz corpus. An
# entry with a COST above 0 starts early, so that the last one running is a short one.

# What a user has: the installed program with its compiled rules. (A program in a build tree compiles
# the rules on every start, which takes seconds.)
set(PICKET_INSTALLED ${CMAKE_BINARY_DIR}/installed)
set(PICKET_COMPILED_RULES
  PICKET_COMPILED_RULES=${PICKET_INSTALLED}/${CMAKE_INSTALL_DATADIR}/picket/compiled/secrets.rules)
add_test(NAME installed COMMAND sh -c "rm -rf '${PICKET_INSTALLED}' && \
'${CMAKE_COMMAND}' --install '${CMAKE_BINARY_DIR}' --prefix '${PICKET_INSTALLED}' && \
'${PICKET_INSTALLED}/bin/picket' rules compile")
set_tests_properties(installed PROPERTIES FIXTURES_SETUP installed COST 1000)

# Runs the cases of one file: ARGN is what set_tests_properties takes.
function(picket_unit_test name source)
  get_filename_component(file ${source} NAME)
  get_filename_component(folder ${source} DIRECTORY)
  get_filename_component(folder ${folder} NAME)
  add_test(NAME ${name} COMMAND picket_tests --source-file=*/${folder}/${file} --no-skip)
  if(ARGN)
    set_tests_properties(${name} PROPERTIES ${ARGN})
  endif()
endfunction()

# Files whose items are dealt out to several entries (tests/support/shard.h): <folder>/<file>=<entries>.
set(PICKET_SHARDED match/engines_test=4)
# Files that need the shipped rules and take them compiled (tests/support/shipped_rules.h).
set(PICKET_WITH_RULES secrets/places_test secrets/rule_check_test secrets/secret_detector_test
  secrets/secret_mask_test)
foreach(source ${PICKET_TESTS})
  get_filename_component(name ${source} NAME_WE)
  get_filename_component(folder ${source} DIRECTORY)
  get_filename_component(folder ${folder} NAME)
  set(shards ${PICKET_SHARDED})
  list(FILTER shards INCLUDE REGEX "^${folder}/${name}=")
  if(shards)
    string(REGEX REPLACE ".*=" "" shards "${shards}")
    foreach(shard RANGE 1 ${shards})
      picket_unit_test(unit/${folder}/${name}/${shard} ${source}
        ENVIRONMENT PICKET_SHARD=${shard}/${shards} COST 100)
    endforeach()
  elseif(${folder}/${name} IN_LIST PICKET_WITH_RULES)
    picket_unit_test(unit/${folder}/${name} ${source}
      ENVIRONMENT ${PICKET_COMPILED_RULES} FIXTURES_REQUIRED installed COST 50)
  elseif(name MATCHES "_test$")
    picket_unit_test(unit/${folder}/${name} ${source})
  endif()
endforeach()
set_tests_properties(unit/match/rule_store_test PROPERTIES COST 100)

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
set_tests_properties(cli/masked_wherever_a_secret_stands cli/own_rules_are_compiled_once
  cli/rules_bench_lists_each_cost cli/rules_check_list_and_show PROPERTIES COST 100)

# A target links what it calls, not every object.
add_library(picket_archive STATIC EXCLUDE_FROM_ALL)
set_target_properties(picket_archive PROPERTIES LINKER_LANGUAGE CXX)
target_link_libraries(picket_archive PUBLIC picket_objects picket_cli)

# A fuzz target is tests/fuzz/<name>_fuzzer.cc with LLVMFuzzerTestOneInput; its corpus is
# tests/fuzz/corpus/<name>/. Without libFuzzer the same targets replay their corpus under ctest.
add_library(picket_replay_corpus OBJECT EXCLUDE_FROM_ALL tests/fuzz/replay_corpus.cc)
target_link_libraries(picket_replay_corpus PRIVATE picket_archive picket_warnings)
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
  target_link_libraries(${name} PRIVATE picket_archive picket_warnings)
endforeach()
if(NOT PICKET_FUZZ)
  set_tests_properties(fuzz/secrets PROPERTIES
    ENVIRONMENT ${PICKET_COMPILED_RULES} FIXTURES_REQUIRED installed)
endif()
