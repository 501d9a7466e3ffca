#!/bin/sh
# A whole history by picket audit and by every peer on the PATH, on two threads, in one run: time,
# processor time, peak memory, and how many times as long the peer takes. What they find is not
# compared. Validation over the network is off.
# Usage: PICKET=build/installed/bin/picket tests/bench/peers.sh REPO
# By hand only: nothing here is asserted.
set -eu
: "${PICKET:=$(cd "$(dirname "$0")/../.." && pwd)/build/installed/bin/picket}"
if [ $# -ne 1 ] || ! [ -x "$PICKET" ]; then
  echo "usage: PICKET=installed/bin/picket $0 REPO" >&2
  exit 2
fi
repository=$(cd "$1" && pwd)
. "$(dirname "$0")/common.sh"

measured picket "$PICKET" audit "$repository" --no-cache --threads 2 --format=json
for peer in kingfisher gitleaks betterleaks titus trufflehog noseyparker; do
  command -v "$peer" >/dev/null || continue
  case $peer in
    kingfisher)
      set -- kingfisher scan "$repository" --git-history full --no-validate --no-update-check \
        --jobs 2 --format json ;;
    gitleaks | betterleaks) set -- "$peer" git "$repository" --no-banner -r /dev/null ;;
    titus) set -- titus scan "$repository" --git ;;
    trufflehog) set -- trufflehog git "file://$repository" --no-verification --concurrency=2 --json ;;
    noseyparker) set -- noseyparker scan --datastore "$scratch/datastore" --jobs 2 "$repository" ;;
  esac
  measured "$peer" "$@"
  awk -v peer="$peer" '{ time[NR] = $1; cpu[NR] = $3 } END {
    printf "%s: %.1f x picket, processor time %.1f x\n", peer, time[2] / time[1], cpu[2] / cpu[1]
  }' "$scratch/picket" "$scratch/$peer"
done
