# Every object in the store is looked at; what no ref leads to is labelled.
. "$(dirname "$0")/common.sh"

token=$(token)
other=$(token 9)
new_repository work
put work a.txt "$token"
kept=$(oid work)
put work gone.txt "$other"
git -C work reset -q --hard HEAD~1
git -C work reflog expire --expire=now --all
printf 'loose\n%s\n' "$(token 10)" | git -C work hash-object -w --stdin >stray

exits 1 "picket audit work" unreachable
names a.txt 1 "$kept" "$USER_TOKEN_RULE"
exits 1 "picket audit work --format json >report.json"
holds report.json 'len(d["findings"]) == 3' \
  '[f["path"] for f in d["findings"] if f["reachable"]] == ["a.txt"]' \
  'sum(not f["reachable"] for f in d["findings"]) == 2' \
  "any(f['object'] == '$(cat stray)' for f in d['findings'])"
git -C work gc -q --prune=now
exits 1 "picket audit work --format json >report.json"
holds report.json 'len(d["findings"]) == 1'
