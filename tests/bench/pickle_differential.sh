#!/bin/sh
# The pickle machine against CPython's own unpicklers at length: the test of the same name, again and
# again with other seeds. Every difference is printed by the test and ends in exit 1.
# Usage: TESTS=build/picket_tests tests/bench/pickle_differential.sh [STREAMS [FIRST-SEED]]
# By hand only.
set -eu
: "${TESTS:=$(cd "$(dirname "$0")/../.." && pwd)/build/picket_tests}"
streams=${1:-1000000}
seed=${2:-1000}
chunk=50000
done=0
code=0
while [ "$done" -lt "$streams" ]; do
  PICKET_SEED=$seed PICKET_CASES=$chunk "$TESTS" \
    --source-file='*/weights/pickle_differential_test.cc' --no-skip >/dev/null || {
    code=1
    PICKET_SEED=$seed PICKET_CASES=$chunk "$TESTS" \
      --source-file='*/weights/pickle_differential_test.cc' --no-skip || true
  }
  done=$((done + chunk))
  seed=$((seed + 1))
  echo "$done streams"
done
exit "$code"
