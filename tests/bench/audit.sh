#!/bin/sh
# picket audit against git cat-file --batch --buffer fed with the same blobs in pack order, in one
# run, as ratios of time and of processor time (user + system, which other work on the machine
# disturbs less); and the peak of RssAnon + RssShmem of both. Where picket_blob_audit (ninja
# picket_blob_audit, copied there) stands beside an installed picket, blobs by themselves too.
# Usage: PICKET=build/picket tests/bench/audit.sh REPO [ARGUMENTS OF picket audit...]
# By hand only: nothing here is asserted.
set -eu
: "${PICKET:=$(cd "$(dirname "$0")/../.." && pwd)/build/picket}"
if [ $# -eq 0 ]; then
  echo "usage: $0 REPO [ARGUMENTS OF picket audit...]" >&2
  exit 2
fi
repository=$(cd "$1" && pwd)
shift

. "$(dirname "$0")/common.sh"

# Pack order: what git lists when it is told not to sort by name.
git -C "$repository" cat-file --batch-all-objects --unordered --buffer \
  --batch-check='%(objectname) %(objecttype) %(objectsize)' |
  awk -v sizes="$scratch/sizes" '$2 == "blob" { print $1; ++count; bytes += $3 }
    END { printf "%d blobs, %.0f bytes inflated\n", count, bytes >sizes }' >"$scratch/blobs"
cat "$scratch/sizes"

git_reads() {
  "$@" sh -c 'exec git -C "$1" cat-file --batch --buffer <"$2" >/dev/null' sh "$repository" \
    "$scratch/blobs"
}

# Once to warm the page cache, once to be measured.
git_reads
git_reads measured git-cat-file
if ! [ -x "$PICKET" ]; then
  echo "no picket at $PICKET" >&2
  exit 1
fi
measured picket-audit "$PICKET" audit "$repository" --no-cache "$@"
tail -n 2 "$scratch/picket-audit.out" | cut -c 1-200
measured picket-audit-1-thread "$PICKET" audit "$repository" --no-cache --threads 1 "$@"
blobs_only=$(dirname "$PICKET")/picket_blob_audit
if [ -x "$blobs_only" ]; then
  measured picket-blobs-only "$blobs_only" "$repository"
  cat "$scratch/picket-blobs-only.out"
fi
awk '{ time[FILENAME] = $1; cpu[FILENAME] = $3 } END {
  for (name in time) if (name ~ /picket/) {
    short = name
    sub(/.*\//, "", short)
    printf "%s: %.2f x git cat-file, processor time %.2f x\n", short, time[name] / time[base],
      cpu[name] / cpu[base]
  }
}' base="$scratch/git-cat-file" "$scratch/git-cat-file" $(find "$scratch" -name 'picket-*' \
  ! -name '*.*')
