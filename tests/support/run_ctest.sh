# shellcheck shell=sh
# run_ctest BUILD-DIR [CMAKE-OPTION...]: configures, builds, runs every test. The last line is
# ctest's count; the status is ctest's. $root is the source tree.
run_ctest() {
  directory=$1
  shift
  if command -v ccache >/dev/null 2>&1; then
    set -- -DCMAKE_CXX_COMPILER_LAUNCHER=ccache "$@"
  fi
  # shellcheck disable=SC2154
  cmake -S "$root" -B "$directory" -G Ninja -DPICKET_BUILD_TESTS=ON "$@" || return
  cmake --build "$directory" || return
  # A pipe would lose ctest's status.
  {
    ctest --test-dir "$directory" --parallel "$(nproc)" --output-on-failure --no-tests=error &&
      echo 0 >"$directory/ctest.status" || echo $? >"$directory/ctest.status"
  } 2>&1 | tee "$directory/ctest.log"
  grep 'tests passed' "$directory/ctest.log"
  return "$(cat "$directory/ctest.status")"
}
