# The same findings from loose objects, from a pack with deltas, and through an alternate.
. "$(dirname "$0")/common.sh"

token=$(token)
new_repository work
put work a.txt "$(seq 400)"
put work a.txt "$(seq 400)
$token"
put work a.txt "$(seq 401)
$token"
exits 1 "picket audit work --format json >loose.json"
git -C work gc -q
[ "$(find work/.git/objects/pack -name '*.pack' | wc -l)" -eq 1 ] || fail "no pack was made"
exits 1 "picket audit work --format json >packed.json"
git clone -q --bare --shared work shared.git
exits 1 "picket audit shared.git --format json >shared.json"

for form in loose packed shared; do
  "$PYTHON" -c '
import json, sys
keys = ("rule", "path", "line", "commit", "object", "fingerprint")
findings = json.load(open(sys.argv[1]))["findings"]
print(sorted([str(f[k]) for k in keys] for f in findings))
' "$form.json" >"$form.list"
  cmp -s loose.list "$form.list" || fail "loose.json and $form.json differ"
done
[ "$(grep -c -F a.txt loose.list)" -eq 1 ] || fail "nothing was found"
