# What can't be read is a gap with a name; the rest is still looked at.
. "$(dirname "$0")/common.sh"

token=$(token)
new_repository work
put work a.txt "this one is cut short $(seq 100)"
put work b.txt "this one goes missing"
put work c.txt "$token"
cut=work/.git/objects/$(oid work HEAD:a.txt | sed 's/^../&\//')
missing=work/.git/objects/$(oid work HEAD:b.txt | sed 's/^../&\//')
chmod u+w "$cut"
head -c 30 "$cut" >short
cp short "$cut"
rm -f "$missing"

exits 1 "picket audit work --format json >report.json"
holds report.json 'd["complete"] is False' 'd["verdict"] == "blocked"' \
  "any(g['object'].startswith('$(oid work HEAD:a.txt)') for g in d['gaps'])" \
  'all(set(g) >= {"object", "path", "reason"} and g["reason"] for g in d["gaps"])' \
  '[f["path"] for f in d["findings"]] == ["c.txt"]'

git -C work update-ref refs/heads/main main~1
rm -f "work/.git/objects/$(git -C work hash-object c.txt | sed 's/^../&\//')"
exits 2 "picket audit work --format json >report.json"
holds report.json 'd["verdict"] == "incomplete"' 'd["complete"] is False'
