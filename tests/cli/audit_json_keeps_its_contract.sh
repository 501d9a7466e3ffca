# The names that other tools read.
. "$(dirname "$0")/common.sh"

token=$(token)
new_repository work
put work a.txt "one
  key = $token"
armed_pickle work/model.pkl
save work Model

exits 1 "picket audit work --format json >report.json"
holds report.json 'd["verdict"] == "blocked"' 'd["complete"] is True' 'd["gaps"] == []' \
  'set(d["scanned"]) >= {"refs", "commits", "blobs", "bytes", "skipped"}' \
  'd["scanned"]["refs"] >= 1 and d["scanned"]["commits"] == 2 and d["scanned"]["blobs"] == 2' \
  'isinstance(d["scanned"]["skipped"], list) and d["scanned"]["bytes"] > 40' \
  'all(set(f) >= {"rule", "kind", "tier", "severity", "path", "member", "line", "column", "offset",
     "commit", "ref", "preexisting", "fingerprint", "masked", "message"} for f in d["findings"])' \
  '{f["kind"] for f in d["findings"]} == {"secret", "weight"}' \
  '[(f["line"], f["column"], f["offset"]) for f in d["findings"] if f["kind"] == "secret"]
     == [(2, 9, 12)]' \
  'all(f["preexisting"] is False and f["tier"] == "precise" for f in d["findings"])' \
  'all(f["ref"] == "refs/heads/main" for f in d["findings"])' \
  'all(len(f["fingerprint"]) == 44 and f["fingerprint"][:4] == "fp1:" for f in d["findings"])'
cp report.json "$OUTPUT"
hidden
