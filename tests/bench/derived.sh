#!/bin/sh
# By hand: what is found in blobs that are made from others, by what changed, against each rule's
# expression alone over all of every object, in HISTORIES made-up histories (20 CPU seconds for a
# thousand); and for each REPO that a scan by what changed reports, byte for byte, what one reports
# that is told of no base.
# Usage: TESTS=build-test/picket_tests tests/bench/derived.sh [HISTORIES [SEED [REPO...]]]
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
: "${TESTS:=$root/build-test/picket_tests}"
histories=${1:-100000}
seed=${2:-1}
if [ $# -ge 2 ]; then shift 2; else shift $#; fi
# A pack of a hundred at a time; ten thousand for each seed keep one process short.
while [ "$histories" -gt 0 ]; do
  part=$((histories < 10000 ? histories : 10000))
  echo "$part histories, seed $seed"
  PICKET_HISTORIES=$part PICKET_SEED=$seed "$TESTS" --test-case='derived: a scan of what changed*'
  histories=$((histories - part))
  seed=$((seed + 1))
done
for repository in "$@"; do
  echo "$repository"
  PICKET_REPOSITORY=$repository "$TESTS" --test-case='derived: all rules and what is decoded*'
done
