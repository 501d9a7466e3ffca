#!/bin/sh
# What picket pre-receive costs, against what Git itself does for the same push, in one run: one
# commit, and a push of many, into a repository with many refs and a long history.
# Usage: PICKET=build/installed/bin/picket tests/bench/pre_receive.sh [REFS [COMMITS [PUSHED]]]
#   PICKET   an installed program: one in a build tree compiles the rules on every start
#   GRAPH=1  the repository has a commit-graph, as git maintenance writes it
#   KEEP=DIR makes the repository there, and takes it from there the next time
# By hand only: nothing here is asserted.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
: "${PICKET:=$here/../../build/installed/bin/picket}"
refs=${1:-50000}
commits=${2:-300000}
pushed=${3:-2000}
hash=${PICKET_HASH:-sha1}
[ -x "$PICKET" ] || {
  echo "no picket at $PICKET" >&2
  exit 1
}
PICKET=$(cd "$(dirname "$PICKET")" && pwd)/$(basename "$PICKET")

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
server=${KEEP:-$scratch}/server-$hash-$refs-$commits
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=Bench GIT_AUTHOR_EMAIL=bench@example.com
export GIT_COMMITTER_NAME=Bench GIT_COMMITTER_EMAIL=bench@example.com

# shellcheck source=tests/bench/history.sh
. "$here/history.sh"

if ! [ -d "$server" ]; then
  git init -q --bare --object-format="$hash" "$server"
  history 0 "$commits" "" | git -C "$server" fast-import --quiet
  git -C "$server" rev-list --reverse main |
    awk -v refs="$refs" -v commits="$commits" '
      NR % int(commits / refs) == 0 && count < refs - 1 {
        printf "create refs/%s/r%05d %s\n", ++count % 3 ? "heads" : "tags", count, $1
      }' | git -C "$server" update-ref --stdin
  git -C "$server" pack-refs --all
fi
cd "$server"
rm -rf objects/info/commit-graph objects/info/commit-graphs
[ -z "${GRAPH:-}" ] || git commit-graph write --reachable --no-progress
tip=$(git rev-parse main)
echo "$(git for-each-ref | wc -l) refs, $commits commits, $(git count-objects -v |
  sed -n 's/^size-pack: //p') KiB packed, $hash${GRAPH:+, with a commit-graph}"

now() { date +%s%N; }

# best RUNS COMMAND...: microseconds a run, the best of so many.
best() {
  runs=$1
  shift
  least=
  i=0
  while [ "$i" -lt "$runs" ]; do
    start=$(now)
    "$@" || return 1
    spent=$((($(now) - start) / 1000))
    if [ -z "$least" ] || [ "$spent" -lt "$least" ]; then least=$spent; fi
    i=$((i + 1))
  done
  echo "$least"
}

# The push comes as a thin pack; what pushes is a repository that borrows everything from the server.
git init -q --bare --object-format="$hash" "$scratch/client"
echo "$server/objects" >"$scratch/client/objects/info/alternates"
make_push() { # COUNT
  git -C "$scratch/client" update-ref refs/heads/main "$tip"
  history "$commits" "$1" "$tip" | git -C "$scratch/client" -c fastimport.unpackLimit=0 fast-import --quiet --force
  new=$(git -C "$scratch/client" rev-parse main)
  printf '%s\n^%s\n' "$new" "$tip" |
    git -C "$scratch/client" pack-objects --quiet --thin --revs --stdout --delta-base-offset >"$scratch/push.pack"
}
unpack() {
  rm -rf "$scratch/quarantine"
  mkdir -p "$scratch/quarantine/pack"
  GIT_OBJECT_DIRECTORY=$scratch/quarantine GIT_ALTERNATE_OBJECT_DIRECTORIES=$server/objects \
    git index-pack --stdin --fix-thin <"$scratch/push.pack" >/dev/null
}
listed() {
  GIT_OBJECT_DIRECTORY=$scratch/quarantine GIT_ALTERNATE_OBJECT_DIRECTORIES=$server/objects \
    git rev-list --objects "$new" --not --all >/dev/null
}
judged() {
  echo "$tip $new refs/heads/main" |
    GIT_DIR=. GIT_QUARANTINE_PATH=$scratch/quarantine GIT_OBJECT_DIRECTORY=$scratch/quarantine \
      GIT_ALTERNATE_OBJECT_DIRECTORIES=$server/objects "$PICKET" pre-receive >"$scratch/said" 2>&1 || {
    cat "$scratch/said" >&2
    return 1
  }
}

for count in 1 "$pushed"; do
  make_push "$count"
  index_pack=$(best 3 unpack)
  rev_list=$(best 7 listed)
  picket=$(best 7 judged)
  echo "$count commits pushed, $(wc -c <"$scratch/push.pack") bytes: $(tail -n 1 "$scratch/said")"
  awk -v index_pack="$index_pack" -v rev_list="$rev_list" -v picket="$picket" 'BEGIN {
    printf "  index-pack %.1f ms, rev-list %.1f ms, picket %.1f ms\n", index_pack / 1000,
      rev_list / 1000, picket / 1000
    printf "  picket - rev-list = %.1f ms (one commit: at most 20)\n", (picket - rev_list) / 1000
    printf "  picket / (index-pack + rev-list) = %.2f (at most 0.5)\n",
      picket / (index_pack + rev_list)
  }'
done
