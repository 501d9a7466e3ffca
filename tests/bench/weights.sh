#!/bin/sh
# picket on large and awkward weight files, against what else reads them, in one run: times (the best
# of five), their ratios, and the peak of RssAnon + RssShmem.
# Usage: PICKET=PREFIX/bin/picket tests/bench/weights.sh [FOLDER]
# PICKET is an installed one, with compiled rules. PYTHON names an interpreter with picklescan and
# joblib (pip install picklescan joblib numpy); what it lacks is left out. FOLDER keeps the files (12
# MB, and 512 MB for joblib; those of 10 GiB are sparse). By hand only: nothing here is asserted.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
: "${PICKET:=$here/../../build/installed/bin/picket}"
: "${PYTHON:=python3}"
if [ $# -gt 0 ]; then
  folder=$1
  mkdir -p "$folder"
else
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
fi

make() { # NAME FILE
  [ -e "$folder/$2" ] || "$PYTHON" "$here/weights_make.py" "$1" "$folder/$2" 2>/dev/null ||
    rm -f "$folder/$2"
}
make opcodes opcodes.pkl
make torch large.pt
make safetensors large.safetensors
make gguf large.gguf
make members members.pt
make joblib array.joblib
printf 'N.' >"$folder/nothing.pkl"

now() { date +%s%N; }

# best COMMAND...: microseconds, the best of five.
best() {
  least=
  for _ in 1 2 3 4 5; do
    start=$(now)
    "$@" >/dev/null 2>&1 </dev/null || true
    spent=$((($(now) - start) / 1000))
    if [ -z "$least" ] || [ "$spent" -lt "$least" ]; then least=$spent; fi
  done
  echo "$least"
}

anonymous() { # FILE: KiB
  "$PICKET" scan "$1" --stats 2>&1 | awk '/RssAnon|RssShmem/ { sum += $(NF - 1) } END { print sum + 0 }'
}

base=$(best "$PICKET" scan "$folder/nothing.pkl")
row() { # NAME FILE TARGET-MS
  [ -e "$folder/$2" ] || { printf '%-34s left out: can not be made here\n' "$1"; return; }
  time=$(best "$PICKET" scan "$folder/$2")
  awk -v name="$1" -v time="$time" -v base="$base" -v anon="$(anonymous "$folder/$2")" \
    -v target="$3" 'BEGIN { printf "%-34s %8.1f ms (%.1f above an empty pickle; target %s), anonymous %.1f MiB\n",
      name, time / 1000, (time - base) / 1000, target, anon / 1024 }'
}
printf '%-34s %8s us\n' "picket scan, an empty pickle" "$base"
row "torch zip, 10 GiB" large.pt 20
row "safetensors, 10 GiB" large.safetensors 20
row "GGUF, 10 GiB" large.gguf 20
row "joblib, one array of 512 MB" array.joblib 50
row "torch zip, 20,000 members" members.pt 100

opcodes=$(best "$PICKET" scan "$folder/opcodes.pkl")
awk -v time="$opcodes" 'BEGIN { printf "%-34s %8.1f ms\n", "4 million opcodes, picket scan", time / 1000 }'
against() { # NAME COMMAND...
  name=$1
  shift
  other=$(best "$@")
  awk -v name="$name" -v other="$other" -v picket="$opcodes" -v base="$base" 'BEGIN {
    printf "%-34s %8.1f ms = %.0f x picket scan, %.0f x what it takes above an empty pickle\n", name,
      other / 1000, other / picket, other / (picket - base) }'
}
against "pickletools.genops" "$PYTHON" -c '
import pickletools, sys
for _ in pickletools.genops(open(sys.argv[1], "rb")): pass' "$folder/opcodes.pkl"
if "$PYTHON" -c 'import picklescan' 2>/dev/null; then
  against "picklescan" "$PYTHON" -m picklescan -p "$folder/opcodes.pkl"
fi
