# An entry of a pack that is damaged is a gap that names the pack and the offset, and so is what
# was made from it; everything else is audited.
. "$(dirname "$0")/common.sh"

token=$(token)
new_repository work
put work whole.txt "$token"
put work broken.txt "$(seq 1 2000)"
git -C work repack -q -a -d
victim=$(oid work HEAD:broken.txt)
pack=$(echo work/.git/objects/pack/pack-*.pack)
offset=$(git -C work verify-pack -v "$SCRATCH/$pack" | awk -v oid="$victim" '$1 == oid { print $5 }')
chmod u+w "$pack"
printf 'XXXXXXXX' | dd of="$pack" bs=1 seek=$((offset + 20)) conv=notrunc 2>/dev/null

exits 1 "picket audit work --format json >report.json"
holds report.json 'd["complete"] is False' \
  "[g['object'] for g in d['gaps']] == ['$victim']" \
  "'offset $offset of ' in d['gaps'][0]['reason'] and '.pack' in d['gaps'][0]['reason']" \
  '[f["path"] for f in d["findings"]] == ["whole.txt"]'

# The same object loose beside it is as good as before.
git init -q other
put other broken.txt "$(seq 1 2000)"
hex=$(oid other HEAD:broken.txt)
[ "$hex" = "$victim" ] || fail "the two files differ"
folder=$(echo "$hex" | cut -c 1-2)
mkdir -p "work/.git/objects/$folder"
cp "other/.git/objects/$folder/$(echo "$hex" | cut -c 3-)" "work/.git/objects/$folder/"
exits 1 "picket audit work --format json >report.json"
holds report.json 'd["complete"] is True' '[f["path"] for f in d["findings"]] == ["whole.txt"]'
