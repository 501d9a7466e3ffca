# What is too large for memory is inflated into a file and searched meanwhile. It is told in the same
# words as what is read at once: a token anywhere, encoded ones, those beside a seam, an armed pickle
# in an archive; packed, loose, and as a delta, which Git has to build. Where it breaks off, the push is
# refused for that.
. "$(dirname "$0")/common.sh"

needs_python
new_repository work
{ seq 60000; echo "key = $(token 1)"; seq 60000; } >work/middle.txt
{ seq 90000; printf '%s' "$(token 2)"; } >work/end.txt
{ printf 'key: '; printf 'key = %s\n' "$(token 3)" | base64; seq 90000; } >work/encoded.txt
printf '%-262140s%s\n' key "$(token 4)" >work/seam.txt
armed_pickle armed.pkl
"$PYTHON" -c '
import zipfile
with zipfile.ZipFile("work/model.pt", "w") as archive:
    archive.writestr("archive/data.pkl", open("armed.pkl", "rb").read())
    archive.writestr("archive/data/0", bytes(300000))'
seq 100000 >work/clean.txt
save work Large
{ cat work/clean.txt; echo "key = $(token 5)"; } >work/changed.txt
mv work/changed.txt work/clean.txt
save work "As a delta"

said() { # POLICY OUTPUT UNPACK-LIMIT
  echo "$1" >policy.json
  rm -rf server
  git init -q --bare server
  git -C server config receive.unpackLimit "$3"
  arm server "$POLICY_OPTION '$SCRATCH/policy.json' --format json >'$SCRATCH/$2'"
  : >"$HOOK_LOG"
  not git -C work push -q ../server main >"$OUTPUT" 2>&1 || fail "the push was let in"
  [ "$(cat "$HOOK_LOG")" = "pre-receive 1" ] || fail "the hook ended with $(cat "$HOOK_LOG")"
  hidden
}
small='{"limits": {"blob_memory_bytes": 1024}}'
for limit in 1 100000; do
  said '{}' whole.json "$limit"
  said "$small" arriving.json "$limit"
  cmp whole.json arriving.json ||
    fail "they differ: $(diff whole.json arriving.json | head -n 5)"
done
holds whole.json '{f["path"] for f in d["findings"]} == {"middle.txt", "end.txt", "encoded.txt",
  "seam.txt", "model.pt", "clean.txt"}'

# An audit reads what lies there: a large object that breaks off, and what is beside it.
git clone -q --bare --no-local work broken
mv broken/objects/pack away
for pack in away/*.pack; do git -C broken unpack-objects -q <"$pack"; done
id=$(git -C work rev-parse HEAD:seam.txt)
file=broken/objects/$(echo "$id" | cut -c 1-2)/$(echo "$id" | cut -c 3-)
chmod u+w "$file"
"$PYTHON" -c '
import sys
data = open(sys.argv[1], "rb").read()
open(sys.argv[1], "wb").write(data[:-6])' "$file"
echo "$small" >policy.json
not "$PICKET" audit --policy policy.json --format json broken >audit.json 2>"$OUTPUT" ||
  fail "a broken object passed"
holds audit.json '[g["object"] for g in d["gaps"]] == ["'"$id"'"]' \
  '"damaged" in d["gaps"][0]["reason"]' \
  'not [f for f in d["findings"] if f["path"] == "seam.txt"]' \
  'len({f["path"] for f in d["findings"]}) == 5'
