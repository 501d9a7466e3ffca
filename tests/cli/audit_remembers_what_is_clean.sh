# A second audit examines what is new and what had something to say, and reports the same: also
# after git gc, from a clone, and when the history has grown.
. "$(dirname "$0")/common.sh"

CACHE=$SCRATCH/.home/.cache/picket/audit.sqlite

# audited NAME [ARGUMENTS]: an audit as NAME.json.
audited() {
  name=$1
  shift
  run "picket audit work --format json $* >$name.json"
  [ "$status" -le 1 ] || fail "ended with $status: $name"
}

# same_findings A B: and the counts of B add up to those of A.
same_findings() {
  "$PYTHON" -c '
import json, sys
a, b = (json.load(open(name)) for name in sys.argv[1:])
assert a["findings"] == b["findings"], "other findings"
assert a["gaps"] == b["gaps"] and a["verdict"] == b["verdict"]
def total(d, what):
    return d["scanned"][what] + sum(s["count"] for s in d["scanned"]["skipped"]
                                    if s["what"] == what)
for what in ("blobs", "commits"):
    assert total(a, what) == total(b, what), (what, total(a, what), total(b, what))
' "$1.json" "$2.json" >"$OUTPUT" 2>&1 || fail "$1 and $2 differ"
}

new_repository work
for number in $(seq 12); do
  put work "file$number.txt" "$(seq "$number" 200)"
done
put work "key.txt" "key = $(token 3)"
put work "names/$(token 4).txt" "a name that speaks" "A name"
put work .git-credentials "https://me@example.com"
put work docs/a.txt "two places"
git -C work tag -a -m "A release" v1
put work docs/b.txt "two places"

audited first
holds first.json 'len(d["findings"]) == 3' 'd["scanned"]["skipped"] == []'
[ "$(stat -c %a "$CACHE")" = 600 ] || fail "others may read the cache"
audited second
same_findings first second
holds second.json 'd["scanned"]["blobs"] == 1' \
  '[s["what"] for s in d["scanned"]["skipped"]] == ["blobs", "commits", "tags"]'

git -C work gc -q
audited packed
same_findings first packed
audited packed-again
cmp -s second.json packed-again.json || fail "the report depends on how objects are packed"

# Only ids and numbers are kept: no secret, no name, no message.
for word in git-credentials file1 names main Thor Change; do
  not grep -q -a -F "$word" "$CACHE" || fail "the cache holds the word $word"
done
cp "$CACHE" "$OUTPUT"
sed 's/^.....\(............\).*/\1/' "$TOKENS" | while read -r piece; do
  not grep -q -a -F "$piece" "$CACHE" || fail "the cache holds a secret"
done

put work new.txt "nothing"
put work docs/key.txt "other = $(token 5)"
audited grown
holds grown.json 'd["scanned"]["blobs"] == 3 and len(d["findings"]) == 4' \
  'd["scanned"]["commits"] == 2'
audited all --no-cache
same_findings all grown
git -C work branch side HEAD~3
audited moved
audited all --no-cache
same_findings all moved

# Other rules, other limits: nothing of it holds.
printf '%s\n' '{"limits": {"findings_per_blob": 7}}' >limits.json
audited limited "$POLICY_OPTION limits.json"
holds limited.json 'd["scanned"]["skipped"] == []'
# A cache of one's own, and none.
audited own "--cache $SCRATCH/own.sqlite"
holds own.json 'd["scanned"]["skipped"] == []'
audited own "--cache $SCRATCH/own.sqlite"
holds own.json 'd["scanned"]["blobs"] == 2'
mkdir folder
audited own "--cache folder"
[ -f folder/audit.sqlite ] || fail "no cache in the folder that was named"
exits 2 "picket audit work --no-cache --cache folder"

# Another build of the same version: nothing of it holds, until it has audited itself.
mkdir -p other/bin
# A build is told by the id that the linker gave it.
id=$(LC_ALL=C readelf -n "$PICKET" | sed -n 's/.*Build ID: //p')
[ -n "$id" ] || fail "the program has no build id"
"$PYTHON" -c '
import sys
program = open(sys.argv[1], "rb").read()
build = bytes.fromhex(sys.argv[2])
assert program.count(build) == 1
open("other/bin/picket", "wb").write(program.replace(build, bytes(b ^ 255 for b in build)))
' "$PICKET" "$id"
chmod +x other/bin/picket
for beside in share patterns; do
  [ ! -e "${PICKET%/*}/../$beside" ] || ln -s "$(cd "${PICKET%/*}/../$beside" && pwd)" other/$beside
done
for round in 1 2; do
  run "other/bin/picket $PICKET_OPTIONS audit work --cache folder --format json >build$round.json"
done
[ "$(picket --version)" = "$(other/bin/picket --version)" ] || fail "it is another version"
holds build1.json 'd["scanned"]["skipped"] == []'
holds build2.json 'd["scanned"]["skipped"] != []'
same_findings all build2

# A home that is not there stays so.
run "HOME=$SCRATCH/nobody picket audit work"
[ "$status" -eq 1 ] || fail "ended with $status without a home"
[ ! -e "$SCRATCH/nobody" ] || fail "made a home"
