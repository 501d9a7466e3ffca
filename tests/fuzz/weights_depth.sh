#!/bin/sh
# The weights wing, and the containers that it looks into, under their fuzz targets, by hand: a build
# of these alone, with libFuzzer, AddressSanitizer, UndefinedBehaviorSanitizer and coverage. For every
# target, the line coverage that its stored corpus gives the parsers it drives, then RUNS executions.
# Usage: tests/fuzz/weights_depth.sh [RUNS [NAME...]]     (BUILD=folder, default build-depth)
# With RUNS = 0, the coverage alone. What the fuzzer adds to the corpus stays in $BUILD/corpus/NAME;
# `$BUILD/NAME_fuzzer -merge=1` picks what is worth storing.
set -eu
cd "$(dirname "$0")/../.."
runs=${1:-1000000}
[ $# -eq 0 ] || shift
build=${BUILD:-build-depth}
names=${*:-pickle explain imports gguf onnx tensorflow keras hub_files manifest npy safetensors hdf5
  executorch r_data torch_tar weights zip sevenzip packed contents}
mkdir -p "$build"
flags="-std=c++20 -O1 -gline-tables-only -Isrc -Itests -fsanitize=fuzzer-no-link,address,undefined
  -fno-sanitize-recover=all -fprofile-instr-generate -fcoverage-mapping"

cat >"$build/build.ninja" <<END
builddir = $build
flags = $(echo "$flags" | tr '\n' ' ')
rule cc
  command = $(command -v ccache) clang++-14 \$flags -MD -MF \$out.d -c \$in -o \$out
  depfile = \$out.d
rule link
  command = clang++-14 \$flags -fsanitize=fuzzer \$in -o \$out -lcrypto -lz -ldeflate \$
    -llzma -lbz2 -lzstd -llz4
END
objects=
for source in src/core/*.cc src/weights/*.cc src/contents/*.cc; do
  object=$build/$(basename "$(dirname "$source")")_$(basename "$source" .cc).o
  objects="$objects $object"
  echo "build $object: cc $source" >>"$build/build.ninja"
done
for name in $names; do
  echo "build $build/$name.o: cc tests/fuzz/${name}_fuzzer.cc" >>"$build/build.ninja"
  echo "build $build/${name}_fuzzer: link $build/$name.o $objects" >>"$build/build.ninja"
done
ninja -f "$build/build.ninja" >"$build/log" || { cat "$build/log"; exit 1; }

# Parsers that a target is there for.
sources() {
  of=src/weights
  case $1 in
    pickle) set -- pickle 'pickle_machine*' pickle_scan pickle_text pickle_judge python_names ;;
    explain) set -- 'explain*' pickle_trail disassemble pickle_operand tensors ;;
    onnx | tensorflow) set -- "$1" protobuf ;;
    keras) set -- keras json_frames ;;
    hub_files) set -- hub_config chat_template ;;
    executorch) set -- executorch flatbuffer ;;
    r_data) set -- 'r_*' ;;
    torch_tar) set -- 'torch_*' ;;
    weights) set -- chat_template executorch '[f-o]*' pickle 'pickle_[!ot]*' pickle_text 'p[ry]*' \
      '[rsw]*' tensorflow 'torch*' ;;
    zip | sevenzip) of=src/contents && set -- "$1*" ;;
    packed) of=src/contents && set -- packed frames gzip zlib bzip2 lzma zstd lz4 inflate ;;
    contents) of=src/contents && set -- expander child_origin tar notebook escapes split_text ;;
  esac
  # shellcheck disable=SC2086
  for name; do ls "$of"/$name.cc; done
}

# fuzz NAME PROFILE ARGUMENT...: prints what is wrong. Leaks of one execution would be found by the
# tests; looking for them here, keeping what was freed for long and weighing the corpus cost most of
# the speed.
fuzz() {
  target=$1
  profile=$2
  shift 2
  LLVM_PROFILE_FILE=$profile ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=16:malloc_context_size=1 \
    "$build/${target}_fuzzer" -entropic=0 -rss_limit_mb=3000 -artifact_prefix="$build/$target-" "$@" \
    >"$build/$target.log" 2>&1 || { tail -n 30 "$build/$target.log"; echo "FOUND: $target"; }
}

for name in $names; do
  seeds=$build/seeds/$name
  corpus=$build/corpus/$name
  rm -rf "$seeds"
  mkdir -p "$seeds" "$corpus"
  for file in "tests/fuzz/corpus/$name"/*; do
    case $file in
      *.hex) xxd -r -p "$file" >"$seeds/$(basename "$file" .hex)" ;;
      *) cp "$file" "$seeds/" ;;
    esac
  done
  fuzz "$name" "$build/$name.profraw" -runs=0 "$seeds"
  llvm-profdata-14 merge -sparse "$build/$name.profraw" -o "$build/$name.profdata"
  echo "$name"
  # shellcheck disable=SC2046
  llvm-cov-14 report "$build/${name}_fuzzer" -instr-profile="$build/$name.profdata" \
    $(sources "$name") | awk '/\.cc|^TOTAL/ { printf "  %-42s lines %s\n", $1, $10 }'
  [ "$runs" -eq 0 ] || fuzz "$name" /dev/null -runs="$runs" -max_len="${MAX_LEN:-1024}" "$corpus" "$seeds"
  sed -n 's/^Done \([0-9]*\) runs in \([0-9]*\).*/  \1 runs in \2 s/p' "$build/$name.log"
done
