# A killed audit leaves nothing wrong behind, and what it had written is not examined again; two at
# once do each other no harm.
. "$(dirname "$0")/common.sh"

new_repository work
number=0
while [ $number -lt 40 ]; do
  number=$((number + 1))
  seq "$number" 3000 >"work/file$number.txt"
done
save work Files
put work "$(token 8)/a.txt" "in a folder that speaks"
put work key.txt "key = $(token 9)"
needs_python
# Blobs enough for several steps of the cache; fewer where each of them takes long.
blobs=70000
if [ "${PICKET_SANITIZED:-}" = ON ]; then blobs=3000; fi
"$PYTHON" -c '
import sys
count = int(sys.argv[1])
print("feature done")
for i in range(count):
    body = b"text %d" % i
    print("blob\nmark :%d\ndata %d\n%s" % (i + 1, len(body), body.decode()))
print("commit refs/heads/many\ncommitter A <a@example.com> 1700000000 +0000\ndata 4\nMany")
for i in range(count):
    print("M 644 :%d d%d/f%d" % (i + 1, i % 300, i))
print("\ndone")
' $blobs | git -C work fast-import --quiet --done
run "picket audit work --format json --no-cache >whole.json"

same_as_whole() {
  "$PYTHON" -c '
import json, sys
a, b = (json.load(open(name)) for name in ("whole.json", sys.argv[1]))
assert a["findings"] == b["findings"] and a["gaps"] == b["gaps"], (a, b)
' "$1" >"$OUTPUT" 2>&1 || fail "$1 is not as an audit without memory"
}

CACHE=$SCRATCH/.home/.cache/picket/audit.sqlite
killed=0
for delay in 0.02 0.05 0.1 0.15 0.2 0.25 0.3 0.35 0.4 0.5 0.6 0.7 0.8 0.9 1 1.2; do
  # shellcheck disable=SC2086
  "$PICKET" $PICKET_OPTIONS audit work --threads 2 >/dev/null 2>&1 &
  running=$!
  sleep $delay
  if kill -KILL $running 2>/dev/null; then killed=$((killed + 1)); fi
  wait $running || true
  case $delay in
    0.2 | 0.5 | 0.9)
      run "picket audit work --format json >after.json"
      same_as_whole after.json
      rm -f "$CACHE"
      ;;
  esac
done
[ "$killed" -gt 0 ] || fail "no audit was killed"
run "picket audit work --format json >after.json"
same_as_whole after.json

# As if it had been killed at its end: what was written on the way counts, the end does not.
"$PYTHON" -c 'import sqlite3' 2>/dev/null && {
  rm -f "$CACHE"
  run "picket audit work >/dev/null"
  "$PYTHON" -c '
import sqlite3, sys
c = sqlite3.connect(sys.argv[1]); c.execute("DELETE FROM rows"); c.commit()' "$CACHE"
  run "picket audit work --format json >resumed.json"
  same_as_whole resumed.json
  holds resumed.json 'd["scanned"]["blobs"] < 100'
}

rm -f "$CACHE"
for one in 1 2 3; do
  # shellcheck disable=SC2086
  "$PICKET" $PICKET_OPTIONS audit work --format json >at-once-$one.json 2>/dev/null &
done
wait
for one in 1 2 3; do
  same_as_whole at-once-$one.json
done
run "picket audit work --format json >after.json"
same_as_whole after.json
holds after.json 'd["scanned"]["blobs"] < 100' 'not any("cache" in n for n in d["notes"])'
