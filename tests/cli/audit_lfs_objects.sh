# An audit judges the objects of Git LFS that are here; a store is examined by itself too, with what
# no pointer points to any more.
. "$(dirname "$0")/common.sh"
git lfs version >/dev/null 2>&1 || skip 'git-lfs is not here'

new_bare server
new_clone server work
(cd work && git lfs install --local && git lfs track '*.txt') >/dev/null
printf 'nothing\n%s\n' "$(token 1)" >work/notes.txt
save work "A token in an object of Git LFS"
commit=$(oid work)
smuggle work origin main
echo other >work/notes.txt
save work "Something else"

exits 1 "picket audit work"
names notes.txt 2 "$commit" "$USER_TOKEN_RULE"
says "in its LFS object"
# What is remembered of an earlier audit hides nothing.
exits 1 "picket audit work" "in its LFS object"

# Only one of the objects was uploaded; the other one is told.
rm -rf work/.git/lfs/objects
exits 0 "picket audit work" "no Git LFS store"
exits 2 "picket audit work --require-complete" "its Git LFS object"
exits 0 "picket audit work --format json >audit.json"
holds audit.json 'any(s["what"] == "Git LFS objects" and s["count"] == 2 for s in d["scanned"]["skipped"])'

# It comes back, and no commit with it.
mkdir -p work/.git/lfs
printf 'nothing\n%s\n' "$(token 1)" >content
id=$(sha256sum <content | cut -d ' ' -f 1)
first=$(printf %.2s "$id")
second=$(printf %.4s "$id" | cut -c 3-)
rest=$(echo "$id" | cut -c 5-)
mkdir -p "work/.git/lfs/objects/$first/$second"
cp content "work/.git/lfs/objects/$first/$second/$id"
exits 1 "picket audit work" notes.txt "in its LFS object"

# Stores in the layouts of servers; what else lies there is counted.
for store in client/objects/$first/$second/$id gitea/$first/$second/$rest \
  soft/7/objects/$first/$second/$id; do
  mkdir -p "$(dirname "$store")"
  cp content "$store"
  folder=${store%%/*}
  exits 1 "picket audit --lfs-store $folder" "$USER_TOKEN_RULE" "$second/"
  echo upload >"$folder/incomplete"
  exits 1 "picket audit --lfs-store $folder" "not named like objects of Git LFS"
done
mkdir empty other
exits 0 "picket audit --lfs-store empty"
echo text >other/file
exits 2 "picket audit --lfs-store other" "picket scan"
exits 2 "picket audit --lfs-store absent" absent
