# A secret that many versions of a file hold is one finding, where it came first, with the number of
# its other places; another secret, and the same one in a commit message, have findings of their own.
. "$(dirname "$0")/common.sh"

token=$(token)
new_repository work
put work a.txt base
put work config.py "version = 1
token = \"$token\""
first=$(oid work)
for version in 2 3 4; do
  put work config.py "version = $version

token = \"$token\""
done
cp work/config.py work/copy.py
save work Copy

exits 1 "picket audit work --format json >report.json"
holds report.json 'len(d["findings"]) == 1' "d['findings'][0]['commit'] == '$first'" \
  'd["findings"][0]["line"] == 2' 'd["findings"][0]["path"] == "config.py"' \
  'd["findings"][0]["other_places"] == 4'
exits 1 "picket audit work" "1 finding" "4 other places"

git -C work commit -q --allow-empty -m "Out with $token"
put work other.py "token = \"$(token 7)\""
exits 1 "picket audit work --format json >report.json"
holds report.json 'len(d["findings"]) == 3' \
  '[f["other_places"] for f in d["findings"] if f["object_kind"] == "blob"].count(0) == 1' \
  'len({f["fingerprint"] for f in d["findings"]}) == 2'

# In files outside Git each place is told.
mkdir files
cp work/config.py work/copy.py files/
exits 1 "picket scan files" config.py copy.py
