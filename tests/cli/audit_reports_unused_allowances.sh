# Allowances that match nothing are listed, with reason and owner; expired ones say so.
. "$(dirname "$0")/common.sh"

token=$(token)
new_repository work
put work a.txt "$token"
exits 1 "picket audit work" fp1:
print=$(grep -o 'fp1:[0-9a-f]*' "$OUTPUT" | head -n 1)
old=fp1:$(printf %040d 1)
gone=fp1:$(printf %040d 2)
cat >policy.json <<END2
{"allow": [
  {"fingerprint": "$print", "reason": "still needed"},
  {"fingerprint": "$old", "reason": "long ago", "owner": "platform team", "expires": "2020-01-31"},
  {"fingerprint": "$gone", "reason": "rewritten", "owner": "data team"}
]}
END2
exits 0 "picket audit work --policy policy.json"
says_not "matched nothing"
exits 0 "picket audit work --policy policy.json --report-unused" "2 allowances matched nothing" \
  "$old" "owner: platform team" expired 2020-01-31 "long ago" "$gone" "data team" rewritten
says_not "still needed"
exits 0 "picket audit work --policy policy.json --report-unused --format json >report.json"
holds report.json '[(u["fingerprint"][-1], u["expired"], u["owner"], u["source"])
  for u in d["unused_allowances"]]
  == [("1", True, "platform team", "policy"), ("2", False, "data team", "policy")]'
echo "{\"allow\": [{\"fingerprint\": \"$print\", \"reason\": \"x\"}]}" >policy.json
exits 0 "picket audit work --policy policy.json --report-unused" "Every allowance is in use"
