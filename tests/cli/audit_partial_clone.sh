# Blobs that a promisor may still supply are counted, and are no failure; also by an audit that
# remembers the rest.
. "$(dirname "$0")/common.sh"

git init -q --bare server
git -C server config uploadpack.allowFilter true
git -C server config uploadpack.allowAnySHA1InWant true
git clone -q "file://$SCRATCH/server" work 2>/dev/null
put work a.txt one
put work a.txt two
put work b.txt three
smuggle work origin main
git clone -q --filter=blob:none --no-checkout "file://$SCRATCH/server" partial
mv server hidden-server
missing='sum(s["count"] for s in d["scanned"]["skipped"] if s["what"] == "promised objects")'

exits 0 "picket audit partial"
exits 0 "picket audit partial --format json >report.json"
holds report.json 'd["verdict"] == "pass"' 'd["scanned"]["blobs"] == 0' \
  "$missing == 3"
exits 2 "picket audit partial --require-complete"

mv hidden-server server
git -C partial checkout -q main
mv server hidden-server
exits 0 "picket audit partial --format json >report.json"
holds report.json 'd["scanned"]["blobs"] == 2'
[ -z "$(find partial/.git/objects -name 'tmp_*')" ] || fail "something was fetched"

# What is not here stays counted while the rest is known: the same again, with another ref, when
# more arrives of which some is not here, and when that comes too.
audited() { # BLOBS-SCANNED OBJECTS-MISSING
  exits 0 "picket audit partial --format json >report.json"
  holds report.json "d['scanned']['blobs'] == $1" "$missing == $2"
}
audited 0 1
audited 0 1
git -C partial update-ref refs/heads/other main
audited 0 1
exits 2 "picket audit partial --require-complete"
mv hidden-server server
put work a.txt four
put work key.txt "key = $(token 1)"
smuggle work origin main
git -C partial fetch -q
audited 0 3
git -C partial cat-file -p origin/main:a.txt >"$OUTPUT"
audited 1 2
audited 0 2
exits 0 "picket audit partial --no-cache --format json >report.json"
holds report.json "$missing == 2" 'd["scanned"]["blobs"] == 3'
git -C partial cat-file -p origin/main:key.txt >"$OUTPUT"
exits 1 "picket audit partial --format json >report.json"
holds report.json 'd["findings"][0]["path"] == "key.txt"' "$missing == 1"
exits 1 "picket audit partial --format json >again.json"
cmp -s report.json again.json || fail "another report of the same"
