# Each finding with the commit that brought it, its path, line and author date.
. "$(dirname "$0")/common.sh"

token=$(token)
new_repository work
put work a.txt base
put work first.txt "one
two
$token"
bad=$(oid work)
date=$(git -C work log -1 --format=%as)
put work a.txt other
git -C work mv first.txt second.txt
save work Move
cp work/second.txt work/copy.txt
save work Copy
git -C work rm -q second.txt copy.txt
save work Remove

exits 1 "picket audit work" "$date"
names first.txt 3 "$bad" "$USER_TOKEN_RULE"
exits 1 "picket audit work --format json >report.json"
holds report.json 'len(d["findings"]) == 1' "d['findings'][0]['commit'] == '$bad'" \
  'd["findings"][0]["path"] == "first.txt"' 'd["findings"][0]["line"] == 3' \
  "d['findings'][0]['date'].startswith('$date')" 'd["findings"][0]["reachable"] is True' \
  '"A U Thor" in d["findings"][0]["author"]'
