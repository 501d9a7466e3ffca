# The report does not depend on the number of threads, the hour, or the run before; a second run
# says what it knew, and finds the same.
. "$(dirname "$0")/common.sh"

new_repository work
for number in $(seq 12); do
  put work "file$number.txt" "line
$(token "$number")
$(seq "$number" 200)"
done
armed_pickle work/model.pkl
save work Model
git -C work repack -q -a -d

for format in text json; do
  for threads in 1 4 4; do
    exits 1 "picket audit work --no-cache --format $format --threads $threads >again.$format"
    if [ -f "first.$format" ]; then
      cmp -s "first.$format" "again.$format" || fail "$format differs with $threads threads"
    else
      mv "again.$format" "first.$format"
    fi
  done
done
for threads in 1 4 4; do
  exits 1 "picket audit work --format json --threads $threads >known.json"
  "$PYTHON" -c '
import json, sys
a, b = (json.load(open(name)) for name in sys.argv[1:])
assert {**a, "scanned": 0} == {**b, "scanned": 0}
' first.json known.json >"$OUTPUT" 2>&1 || fail "what is remembered changes what is found"
done
exits 1 "picket audit work --no-cache --format json --stats >stats.json 2>/dev/null"
cmp -s first.json stats.json || fail "timings stand in the report"
holds first.json 'len(d["findings"]) >= 13'
