# Blobs that a promisor may still supply are counted, and are no failure.
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

exits 0 "picket audit partial"
exits 0 "picket audit partial --format json >report.json"
holds report.json 'd["verdict"] == "pass"' 'd["scanned"]["blobs"] == 0' \
  'sum(s.get("count", 1) for s in d["scanned"]["skipped"]) == 3'
exits 2 "picket audit partial --require-complete"

mv hidden-server server
git -C partial checkout -q main
mv server hidden-server
exits 0 "picket audit partial --format json >report.json"
holds report.json 'd["scanned"]["blobs"] == 2'
[ -z "$(find partial/.git/objects -name 'tmp_*')" ] || fail "something was fetched"
