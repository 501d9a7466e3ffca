#!/bin/sh
# How deep the fuzz targets reach, by hand: builds them with libFuzzer, AddressSanitizer,
# UndefinedBehaviorSanitizer and clang's source-based coverage, and prints for each how often it was
# executed so far, and how many lines of its sources (tests/fuzz/sources) a replay of its corpus
# reaches.
# Usage: tests/fuzz/coverage.sh [-c FOLDER] [-r RUNS] [-m] [NAME...]
#   -c  FOLDER/NAME holds more of the corpus, and gets what the fuzzer finds; without it only the
#       stored corpus is replayed
#   -r  first execute each target until it was executed RUNS times in all, on one core
#   -m  list the lines that are missed
# BUILD is the folder of the build (build-depth), JOBS how many compilers run at a time, MAX_LEN the
# most bytes of an input (4096), SECONDS_EACH the most time that -r spends on a target. The target
# "secrets" compiles the shipped rules, half a minute of each run, unless PICKET_COMPILED_RULES names
# the file that an installed `picket rules compile` has made of them.
set -eu
cd "$(dirname "$0")/../.."
more=
runs=0
missed=
while getopts c:r:m option; do
  case $option in
    c) more=$OPTARG ;;
    r) runs=$OPTARG ;;
    m) missed=yes ;;
    *) exit 2 ;;
  esac
done
shift $((OPTIND - 1))
build=${BUILD:-build-depth}
names=${*:-$(cd tests/fuzz && ls ./*_fuzzer.cc | sed 's,^\./,,; s/_fuzzer\.cc$//')}
executed=$build/executed
mkdir -p "$executed"

cmake -S . -B "$build" -G Ninja -DPICKET_FUZZ=ON -DPICKET_ASAN=ON -DCMAKE_BUILD_TYPE=Debug \
  -DCMAKE_CXX_FLAGS_DEBUG='-O1 -gline-tables-only -fprofile-instr-generate -fcoverage-mapping' \
  -DCMAKE_CXX_COMPILER=clang++-14 \
  -DCMAKE_CXX_COMPILER_LAUNCHER="$(command -v ccache >/dev/null && echo ccache)" >"$build/log"
# shellcheck disable=SC2046
ninja -C "$build" ${JOBS:+-j "$JOBS"} $(printf '%s_fuzzer ' $names) >"$build/log" 2>&1 || {
  tail -n 30 "$build/log"
  exit 1
}

# replay NAME PROFILE ARGUMENT...: leaks of one execution would be found by the tests; looking for
# them here, keeping what was freed for long and weighing the corpus cost most of the speed.
replay() {
  target=$1
  profile=$2
  shift 2
  status=0
  LLVM_PROFILE_FILE=$profile \
    ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=16:malloc_context_size=1 \
    "$build/${target}_fuzzer" -entropic=0 -rss_limit_mb=3000 -timeout=300 \
    -artifact_prefix="$build/$target-" "$@" >"$build/$target.log" 2>&1 || status=$?
  [ "$status" -eq 0 ] || { tail -n 30 "$build/$target.log"; echo "FOUND: $target"; }
}

# What the map says of a target, patterns expanded.
sources() {
  for item in $(sed -n "s/^$1 //p" tests/fuzz/sources); do
    case $item in
      *:*) echo "$item" ;;
      *) (cd src && ls $item) ;;
    esac
  done
}

for name in $names; do
  items=$(sources "$name" | tr '\n' ' ')
  [ -n "$items" ] || { echo "tests/fuzz/sources has no line for $name." >&2; exit 1; }
  seeds=$build/seeds/$name
  rm -rf "$seeds"
  mkdir -p "$seeds"
  for file in "tests/fuzz/corpus/$name"/*; do
    case $file in
      *.hex) xxd -r -p "$file" >"$seeds/$(basename "$file" .hex)" ;;
      *) cp "$file" "$seeds/" ;;
    esac
  done
  found=
  if [ -n "$more" ]; then
    found=$more/$name
    mkdir -p "$found"
  fi
  so_far=$(cat "$executed/$name" 2>/dev/null || echo 0)
  if [ "$so_far" -lt "$runs" ]; then
    # shellcheck disable=SC2086
    replay "$name" /dev/null -runs=$((runs - so_far)) -max_len="${MAX_LEN:-4096}" \
      ${SECONDS_EACH:+-max_total_time="$SECONDS_EACH"} ${found:+"$found"} "$seeds"
    so_far=$((so_far + $(sed -n 's/^#\([0-9][0-9]*\).*/\1/p' "$build/$name.log" | tail -n 1)))
    echo "$so_far" >"$executed/$name"
  fi
  # shellcheck disable=SC2086
  replay "$name" "$build/$name.profraw" -runs=0 $found "$seeds"
  llvm-profdata-14 merge -sparse "$build/$name.profraw" -o "$build/$name.profdata"
  llvm-cov-14 export -format=lcov "$build/${name}_fuzzer" -instr-profile="$build/$name.profdata" |
    awk -v items="$items" -v missed="$missed" -f tests/fuzz/lines.awk |
    awk -v name="$name" -v executed="$so_far" '
      function share(lines, missed) { return lines ? 100 - 100 * missed / lines : 0 }
      /^ / { told = told $0 "\n"; next }
      { lines += $2; missed += $3
        part = part sprintf("    %-60s %5d lines %6.1f %%\n", $1, $2, share($2, $3)) }
      END { printf "%-16s %9d executed %6.1f %% of %d lines\n%s%s", name, executed,
              share(lines, missed), lines, part, told }'
done
