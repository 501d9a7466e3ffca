# Progress: JSON lines for programs on standard error, a line for a person on a terminal only, and
# never anything of what is examined.
. "$(dirname "$0")/common.sh"

new_repository work
put work a.txt "$(seq 3000)"
put work "$(token 2).txt" "key = $(token 3)"
exits 1 "picket audit work --no-cache --progress json >report 2>lines"
grep -q '"phase":"scan"' lines || fail "no phase was told"
"$PYTHON" -c '
import json, sys
lines = [json.loads(line) for line in open("lines")]
assert [l["phase"] for l in lines if "percent" not in l] == ["list", "names", "scan", "attribute"]
last = [l for l in lines if "percent" in l][-1]
assert last["percent"] == 100 and last["objects_done"] == last["objects"] > 0, last
assert last["bytes"] > 13000 and last["findings"] >= 2 and last["seconds_left"] == 0, last
assert set(last) >= {"bytes_per_second", "seconds"}
' >"$OUTPUT" 2>&1 || fail "the lines are not as they should be"
cat report lines >"$OUTPUT"
hidden

# The report is the same, and without a terminal nobody is told.
exits 1 "picket audit work --no-cache >plain 2>nothing"
cmp -s report plain || fail "progress changes the report"
[ ! -s nothing ] || fail "a progress line went to a file"

echo "$SCRATCH/work" >list
git init -q other
echo "$SCRATCH/other" >>list
exits 1 "picket audit --repos list --progress json >report 2>lines"
"$PYTHON" -c '
import json
lines = [json.loads(line) for line in open("lines")]
assert {l["repository"] for l in lines} == {1, 2} and {l["repositories"] for l in lines} == {2}
' >"$OUTPUT" 2>&1 || fail "the repositories are not counted"

if script --version >/dev/null 2>&1; then
  script -q -e -c "$PICKET $PICKET_OPTIONS audit work --no-cache --progress none" typescript \
    >/dev/null </dev/null || true
  not grep -q 'GB/s' typescript || fail "a line was told that nobody wanted"
fi
