#!/bin/sh
# How picket audit's time and memory grow with a history: made-up ones of BLOBS blobs each, ten
# versions of a file one after the other and a hundred changes to a commit.
# Usage: PICKET=build/installed/bin/picket tests/bench/growth.sh [BLOBS...]
# By hand only: nothing here is asserted.
set -eu
: "${PICKET:=$(cd "$(dirname "$0")/../.." && pwd)/build/installed/bin/picket}"
[ -x "$PICKET" ] || {
  echo "no picket at $PICKET" >&2
  exit 1
}
[ $# -gt 0 ] || set -- 10000 100000 1000000
. "$(dirname "$0")/common.sh"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1

# A file's next version has another line in the middle.
history() {
  awk -v blobs="$1" 'BEGIN {
    for (i = 0; i < blobs; ++i) {
      if (i % 100 == 0)
        printf "commit refs/heads/main\ncommitter Bench <bench@example.com> %d +0000\ndata 7\nchange\n\n",
          1500000000 + 60 * i
      file = int(i / 1000) * 100 + i % 100
      version = int(i / 100) % 10
      text = ""
      for (line = 0; line < 24; ++line)
        text = text sprintf("value_%d = compute(%d, \"%d\");\n", line, (file * 31 + line) % 9973,
                            line == 2 * version ? i : file)
      printf "M 100644 inline src/%03d/%02d/file%d.cc\ndata %d\n%s\n", int(file / 2000) % 1000,
        int(file / 100) % 20, file, length(text), text
    }
  }'
}

for blobs in "$@"; do
  git init -q --bare "$scratch/$blobs"
  history "$blobs" | git -C "$scratch/$blobs" fast-import --quiet --depth=50
  echo "$(git -C "$scratch/$blobs" rev-list --count main) commits, $blobs blobs:" \
    "$(git -C "$scratch/$blobs" count-objects -v | sed -n 's/^size-pack: //p') KiB packed"
  measured "audit-$blobs" "$PICKET" audit "$scratch/$blobs" --no-cache
  awk -v blobs="$blobs" '{ printf "  %.2f us a blob, processor %.2f us, %.0f bytes of peak a blob\n",
    $1 * 1000 / blobs, $3 * 1000 / blobs, $2 * 1024 / blobs }' "$scratch/audit-$blobs"
  rm -rf "${scratch:?}/$blobs"
done
