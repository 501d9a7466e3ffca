#!/bin/sh
# Process start with nothing to do: picket against git, in one run, as a ratio.
# Usage: PICKET=build/picket tests/bench/start.sh [ROUNDS]
# By hand only: nothing here is asserted.
set -eu
: "${PICKET:=$(cd "$(dirname "$0")/../.." && pwd)/build/picket}"
rounds=${1:-300}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
git init -q "$scratch/work"
git init -q --bare "$scratch/server"

now() { date +%s%N; }

# time_of COMMAND: microseconds a run, the best of five batches.
time_of() {
  best=
  for _ in 1 2 3 4 5; do
    start=$(now)
    i=0
    while [ "$i" -lt "$((rounds / 5))" ]; do
      "$@" >/dev/null 2>&1 </dev/null || true
      i=$((i + 1))
    done
    spent=$((($(now) - start) / (rounds / 5) / 1000))
    if [ -z "$best" ] || [ "$spent" -lt "$best" ]; then best=$spent; fi
  done
  echo "$best"
}

against() { # NAME TIME BASE
  awk -v name="$1" -v time="$2" -v base="$3" \
    'BEGIN { printf "%-34s %8.2f ms  %5.1f x git --version\n", name, time / 1000, time / base }'
}

base=$(time_of git --version)
against "git --version" "$base" "$base"
against "/bin/true" "$(time_of /bin/true)" "$base"
if ! [ -x "$PICKET" ]; then
  echo "no picket at $PICKET" >&2
  exit 1
fi
against "picket --version" "$(time_of "$PICKET" --version)" "$base"
cd "$scratch/work"
against "picket pre-push, up to date" "$(time_of "$PICKET" pre-push origin /nowhere)" "$base"
against "picket pre-commit, nothing staged" "$(time_of "$PICKET" pre-commit)" "$base"
cd "$scratch/server"
GIT_DIR=.
export GIT_DIR
against "picket pre-receive, empty stdin" "$(time_of "$PICKET" pre-receive)" "$base"
