# Nothing to find: exit 0, and the counts of what was looked at.
. "$(dirname "$0")/common.sh"

new_repository work
put work a.txt one
put work b.txt two
benign_state_dict work/model.pt
save work Model
git -C work tag -a -m "A release" v1

exits 0 "picket audit work"
[ -s "$OUTPUT" ] || fail "no proof of work"
exits 0 "picket audit work --no-cache --format json >report.json"
holds report.json 'd["verdict"] == "pass"' 'd["complete"] is True' 'd["findings"] == []' \
  'd["gaps"] == []' 'd["scanned"]["commits"] == 3' 'd["scanned"]["blobs"] == 3'

git init -q empty
exits 0 "picket audit empty"
