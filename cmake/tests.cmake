# What ctest runs: one entry per unit test file, one per tests/cli/*.sh, and under the sanitizers one
# per fuzz corpus. An entry with a COST above 0 starts early, so that the last one running is a short
# one.

# What a user has: the installed program with its compiled rules. (A program in a build tree compiles
# the rules on every start, which takes seconds.)
set(PICKET_INSTALLED ${CMAKE_BINARY_DIR}/installed)
set(PICKET_COMPILED_RULES
  PICKET_COMPILED_RULES=${PICKET_INSTALLED}/${CMAKE_INSTALL_DATADIR}/picket/compiled/secrets.rules)
add_test(NAME installed COMMAND sh -c "rm -rf '${PICKET_INSTALLED}' && \
'${CMAKE_COMMAND}' --install '${CMAKE_BINARY_DIR}' --prefix '${PICKET_INSTALLED}' && \
'${PICKET_INSTALLED}/bin/picket' rules compile")
set_tests_properties(installed PROPERTIES FIXTURES_SETUP installed COST 1000
  ENVIRONMENT ASAN_OPTIONS=detect_leaks=0:malloc_context_size=2)

# The same program, but for who is asked for the lists of a repository: Git in all of them. The
# product has no switch for it. It is linked as where there are no archives.
picket_program(picket_plumbing PkgConfig::LIBRARIES src/main.cc tests/support/plumbing_route.cc
  $<FILTER:$<TARGET_OBJECTS:picket_objects>,EXCLUDE,/repository_route[.]cc>
  $<TARGET_OBJECTS:picket_cli>)
if(PICKET_ASAN)
  # A second link of a sanitized program is not worth its time.
  set_target_properties(picket_plumbing PROPERTIES EXCLUDE_FROM_ALL ON)
endif()

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
set(PICKET_WITH_RULES cli_unit/sift_test match/engines_test match/matcher_arriving_test match/rule_store_test
  scan/derived_scan_test secrets/body_trial_test secrets/places_test secrets/rule_check_test
  secrets/secret_detector_test secrets/secret_mask_test)
foreach(source ${PICKET_TESTS})
  get_filename_component(name ${source} NAME_WE)
  get_filename_component(folder ${source} DIRECTORY)
  get_filename_component(folder ${folder} NAME)
  set(shards ${PICKET_SHARDED})
  list(FILTER shards INCLUDE REGEX "^${folder}/${name}=")
  set(tests)
  if(shards)
    string(REGEX REPLACE ".*=" "" shards "${shards}")
    foreach(shard RANGE 1 ${shards})
      picket_unit_test(unit/${folder}/${name}/${shard} ${source}
        ENVIRONMENT PICKET_SHARD=${shard}/${shards})
      list(APPEND tests unit/${folder}/${name}/${shard})
    endforeach()
  elseif(name MATCHES "_test$")
    picket_unit_test(unit/${folder}/${name} ${source})
    set(tests unit/${folder}/${name})
  endif()
  if(${folder}/${name} IN_LIST PICKET_WITH_RULES)
    set_tests_properties(${tests} PROPERTIES FIXTURES_REQUIRED installed COST 50)
    set_property(TEST ${tests} APPEND PROPERTY ENVIRONMENT ${PICKET_COMPILED_RULES})
  endif()
endforeach()

# Each script is one behaviour, told with real git; exit 77 means that it could not run here. The
# program forbids others to look into it (PR_SET_DUMPABLE), the leak checker included; leaks are
# looked for in the unit tests. Where memory was allocated is told by two frames: more of them take
# a third of the time in which rules are compiled.
function(picket_scenario name script program setting fixtures)
  add_test(NAME ${name} COMMAND sh ${CMAKE_SOURCE_DIR}/${script})
  set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 900
    FIXTURES_REQUIRED "${fixtures}" ENVIRONMENT "PICKET=${program};PICKET_SOURCE=${CMAKE_SOURCE_DIR};\
PICKET_SANITIZED=${PICKET_ASAN};ASAN_OPTIONS=detect_leaks=0:malloc_context_size=2;${setting}")
endfunction()
# A hole for the scenario that is about crashes. Git loads it as well, and has no sanitizer.
add_library(crash_when_read MODULE tests/cli/crash_when_read.cc)
target_link_libraries(crash_when_read PRIVATE ${CMAKE_DL_LIBS})
file(GLOB PICKET_SCENARIOS CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} tests/cli/*.sh)
foreach(script ${PICKET_SCENARIOS})
  get_filename_component(name ${script} NAME_WE)
  if(NOT name STREQUAL "common")
    picket_scenario(cli/${name} ${script} ${PICKET_INSTALLED}/bin/picket "PICKET_HASH=sha1" installed)
  endif()
endforeach()
set_tests_properties(cli/masked_wherever_a_secret_stands cli/rules_bench_lists_each_cost
  cli/rules_check_list_and_show PROPERTIES COST 100)

# Both ways to a repository's lists, and both lengths of an object's name, must give the same
# findings: the scenarios that depend on refs, configuration, index or ids once more, with SHA-256
# (where Git is asked for the lists) and with SHA-1 where Git is asked all the same. What files hold
# is the same on every route, so scenarios about that are left out; all of them can be run by hand
# with PICKET_HASH=sha256 or PICKET=build/installed/bin/picket_plumbing.
set(PICKET_SHA256_SCENARIOS
  commit_amend commit_in_linked_worktree commit_in_submodule commit_intent_to_add
  commit_merge_of_side_with_old_token commit_of_one_path commit_on_unborn_branch
  commit_rename_with_edit commit_with_unusual_index commit_with_work_tree_option
  prepush_dry_run_delete_and_nothing prepush_from_partial_clone prepush_new_branch
  prepush_to_bare_address push_again_after_delete push_branch_on_old_history push_delete_ref
  push_first_into_empty_repository push_forced_with_token push_from_shallow_clone push_gitlink
  push_moved_file_with_old_token push_old_line_again_where_it_was_not push_pack
  push_replaced_and_grafted_objects push_secret_copied_out_of_excluded_path
  push_tag_straight_at_blob push_token_in_commit_header push_token_in_note
  push_token_in_octopus_merge push_token_in_tag_message push_token_only_in_merge_resolution
  push_token_removed_in_fifth_commit receive_corrupt_object receive_fork_of_fork
  receive_missing_object audit_bare_and_non_bare audit_damaged_pack_entry
  audit_missing_and_corrupt_objects audit_names_first_commit_and_date audit_packed_and_loose_agree
  audit_partial_clone audit_remembers_what_is_clean audit_shallow_clone
  audit_unreachable_object_labelled audit_carriers_besides_files merge_automatic_with_token)
set(PICKET_PLUMBING_SCENARIOS
  commit_in_linked_worktree commit_merge_of_side_with_old_token commit_on_unborn_branch
  commit_with_unusual_index commit_with_work_tree_option prepush_from_partial_clone
  prepush_new_branch prepush_to_bare_address push_again_after_delete push_branch_on_old_history
  push_environment_is_ignored push_from_shallow_clone push_many_refs
  push_replaced_and_grafted_objects push_tag_straight_at_blob push_token_in_note
  receive_fork_of_fork receive_repository_with_awkward_path receive_unreadable_alternate
  audit_bare_and_non_bare audit_names_first_commit_and_date audit_partial_clone audit_shallow_clone)
if(NOT PICKET_ASAN)
  add_test(NAME installed_plumbing COMMAND ${CMAKE_COMMAND} -E copy
    $<TARGET_FILE:picket_plumbing> ${PICKET_INSTALLED}/bin/)
  set_tests_properties(installed_plumbing PROPERTIES FIXTURES_REQUIRED installed
    FIXTURES_SETUP installed_plumbing COST 900)
  set_tests_properties(cli/receive_crash_refuses_the_push PROPERTIES
    FIXTURES_REQUIRED "installed;installed_plumbing")
  foreach(name ${PICKET_SHA256_SCENARIOS})
    picket_scenario(sha256/${name} tests/cli/${name}.sh ${PICKET_INSTALLED}/bin/picket
      "PICKET_HASH=sha256" installed)
  endforeach()
  foreach(name ${PICKET_PLUMBING_SCENARIOS})
    picket_scenario(plumbing/${name} tests/cli/${name}.sh ${PICKET_INSTALLED}/bin/picket_plumbing
      "PICKET_HASH=sha1" "installed;installed_plumbing")
  endforeach()
endif()

# A target links what it calls, not every object.
add_library(picket_archive STATIC EXCLUDE_FROM_ALL)
set_target_properties(picket_archive PROPERTIES LINKER_LANGUAGE CXX)
target_link_libraries(picket_archive PUBLIC picket_objects picket_cli)

# A fuzz target is tests/fuzz/<name>_fuzzer.cc with LLVMFuzzerTestOneInput; its corpus is
# tests/fuzz/corpus/<name>/. Without libFuzzer the same targets replay their corpus under ctest: in
# the sanitizers' build, which sees more of them. Elsewhere one is built when it is asked for.
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
    if(PICKET_ASAN)
      add_test(NAME fuzz/${corpus} COMMAND ${name} ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${corpus})
    else()
      set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL ON)
    endif()
  endif()
  if(name STREQUAL "pack_fuzzer")
    target_sources(${name} PRIVATE tests/support/pack_builder.cc)
  elseif(name MATCHES "^(audit_rows|hook_script)_fuzzer$")
    target_sources(${name} PRIVATE tests/support/git_fixture.cc)
  elseif(name STREQUAL "secrets_fuzzer")
    target_compile_definitions(${name} PRIVATE PICKET_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  endif()
  target_include_directories(${name} PRIVATE tests)
  target_link_libraries(${name} PRIVATE picket_archive picket_warnings)
endforeach()
if(PICKET_ASAN AND NOT PICKET_FUZZ)
  set_tests_properties(fuzz/secrets PROPERTIES
    ENVIRONMENT ${PICKET_COMPILED_RULES} FIXTURES_REQUIRED installed)
endif()
