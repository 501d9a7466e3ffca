#!/bin/sh
# The weights wing under its fuzz targets, by hand: a build of that wing alone, with libFuzzer,
# AddressSanitizer, UndefinedBehaviorSanitizer and coverage; every target runs RUNS times from its
# stored corpus, then the line coverage of the parsers that it drives is printed.
# Usage: tests/fuzz/weights_depth.sh [RUNS [NAME...]]     (BUILD=folder, default build-depth)
# With RUNS = 0, the coverage of the stored corpus alone. What the fuzzer adds to the corpus stays in
# $BUILD/corpus/NAME; `$BUILD/NAME_fuzzer -merge=1` picks what is worth storing.
set -eu
cd "$(dirname "$0")/../.."
runs=${1:-1000000}
[ $# -eq 0 ] || shift
build=${BUILD:-build-depth}
names=${*:-pickle gguf imports keras manifest npy onnx safetensors tensorflow explain}
mkdir -p "$build"
flags="-std=c++20 -O1 -g -Isrc -Itests -fsanitize=fuzzer-no-link,address,undefined
  -fno-sanitize-recover=all -fprofile-instr-generate -fcoverage-mapping"

cat >"$build/build.ninja" <<END
builddir = $build
flags = $(echo "$flags" | tr '\n' ' ')
rule cc
  command = clang++-14 \$flags -MD -MF \$out.d -c \$in -o \$out
  depfile = \$out.d
rule link
  command = clang++-14 \$flags -fsanitize=fuzzer \$in -o \$out -lcrypto -lz -ldeflate \$extra
END
objects=
for source in src/core/*.cc src/weights/*.cc src/contents/zip_directory.cc; do
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
  case $1 in
    pickle) ls src/weights/pickle.cc src/weights/pickle_machine*.cc src/weights/pickle_scan.cc \
      src/weights/pickle_text.cc src/weights/pickle_judge.cc ;;
    explain) ls src/weights/explain*.cc src/weights/pickle_trail.cc src/weights/disassemble.cc \
      src/weights/pickle_operand.cc src/weights/tensors.cc ;;
    keras) ls src/weights/keras.cc src/weights/json_frames.cc src/weights/hdf5*.cc 2>/dev/null || : ;;
    gguf) ls src/weights/gguf.cc src/weights/chat_template.cc ;;
    onnx | tensorflow) ls "src/weights/$1.cc" src/weights/protobuf.cc ;;
    *) ls "src/weights/$1.cc" ;;
  esac
}

for name in $names; do
  corpus=$build/corpus/$name
  mkdir -p "$corpus"
  for file in "tests/fuzz/corpus/$name"/*; do
    case $file in
      *.hex) xxd -r -p "$file" >"$corpus/$(basename "$file" .hex)" ;;
      *) cp "$file" "$corpus/" ;;
    esac
  done
  profile=$build/$name.profraw
  # Leaks of one execution would be found by the tests; looking for them here costs half the speed.
  LLVM_PROFILE_FILE=$profile ASAN_OPTIONS=detect_leaks=0 "$build/${name}_fuzzer" -runs="$runs" \
    -max_len="${MAX_LEN:-4096}" -rss_limit_mb=3000 -artifact_prefix="$build/$name-" \
    "$corpus" >"$build/$name.log" 2>&1 || { tail -n 30 "$build/$name.log"; echo "FOUND: $name"; }
  sed -n 's/^Done \([0-9]*\) runs.*/'"$name: \1 runs"'/p' "$build/$name.log"
  llvm-profdata-14 merge -sparse "$profile" -o "$build/$name.profdata"
  # shellcheck disable=SC2046
  llvm-cov-14 report "$build/${name}_fuzzer" -instr-profile="$build/$name.profdata" \
    $(sources "$name") | awk '/\.cc|^TOTAL/ { printf "  %-42s lines %s\n", $1, $10 }'
done
