#!/bin/sh
# picket pre-commit on ten staged files among 50,000, against the plumbing that lists them, in one
# run, as a ratio and a difference.
# Usage: PICKET=build/picket tests/bench/pre_commit_50k.sh [FILES [STAGED]]
# By hand only: nothing here is asserted.
set -eu
: "${PICKET:=$(cd "$(dirname "$0")/../.." && pwd)/build/picket}"
files=${1:-50000}
staged=${2:-10}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
git init -q "$scratch"
cd "$scratch"
git config user.name Bench
git config user.email bench@example.com

# The commit comes through fast-import, and the index through read-tree: no file but the staged ones
# needs to lie in the worktree.
awk -v files="$files" 'BEGIN {
  text = "int value() { return 1; }\n"
  printf "blob\nmark :1\ndata %d\n%s\n", length(text), text
  print "commit refs/heads/main\ncommitter Bench <bench@example.com> 1700000000 +0000\ndata 5\nfirst"
  for (i = 0; i < files; ++i)
    printf "M 100644 :1 src/%03d/%03d/file%d.cc\n", int(i / 1000), int(i / 50) % 20, i
  print ""
}' | git fast-import --quiet
git symbolic-ref HEAD refs/heads/main
git read-tree HEAD
i=0
while [ "$i" -lt "$staged" ]; do
  blob=$(seq "$i" 400 | git hash-object -w --stdin)
  printf '100644 %s\tsrc/%03d/%03d/file%d.cc\n' "$blob" 0 0 "$i"
  i=$((i + 1))
done | git update-index --index-info
git write-tree >/dev/null # the cache-tree extension, as after any commit
echo "$(git ls-files | wc -l) files, $(git diff-index --cached --name-only HEAD | wc -l) staged"

now() { date +%s%N; }

# time_of COMMAND: microseconds a run, the best of 20.
time_of() {
  best=
  i=0
  while [ "$i" -lt 20 ]; do
    start=$(now)
    "$@" >/dev/null 2>&1 </dev/null || true
    spent=$((($(now) - start) / 1000))
    if [ -z "$best" ] || [ "$spent" -lt "$best" ]; then best=$spent; fi
    i=$((i + 1))
  done
  echo "$best"
}

list() { git diff-index --cached --raw -z --no-renames HEAD; }
git=$(time_of list)
printf '%-44s %8s us\n' "git diff-index --cached --raw -z" "$git"
if ! [ -x "$PICKET" ]; then
  echo "no picket at $PICKET" >&2
  exit 1
fi
GIT_INDEX_FILE=.git/index
export GIT_INDEX_FILE
"$PICKET" pre-commit || echo "picket pre-commit ended with $?"
start=$(time_of "$PICKET" --version)
picket=$(time_of "$PICKET" pre-commit)
printf '%-44s %8s us\n' "picket --version" "$start" "picket pre-commit" "$picket"
awk -v git="$git" -v start="$start" -v picket="$picket" 'BEGIN {
  printf "ratio %.2f; %.2f ms above git + start (target: 5)\n", picket / git,
    (picket - git - start) / 1000
}'
