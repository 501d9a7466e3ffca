# What is judged by a name is judged each time, whatever is known of the content: a known blob at a
# path of a token file, a name that speaks and whose first tree is gone.
. "$(dirname "$0")/common.sh"

same_as_without() {
  run "picket audit work --format json >with.json"
  run "picket audit work --format json --no-cache >without.json"
  "$PYTHON" -c '
import json, sys
a, b = (json.load(open(name)) for name in sys.argv[1:])
assert a["findings"] == b["findings"] and a["gaps"] == b["gaps"], (a, b)
' with.json without.json >"$OUTPUT" 2>&1 || fail "the cache changes what is found"
}

new_repository work
put work notes.txt "not a token of any known form"
exits 0 "picket audit work"
exits 0 "picket audit work"

# The same bytes, and where they are matters.
mkdir -p work/home/.cache/huggingface
cp work/notes.txt work/home/.cache/huggingface/token
save work Moved
same_as_without
holds with.json '[f["path"] for f in d["findings"]] == ["home/.cache/huggingface/token"]'

# Two trees hold the name; the one that it was first seen in goes away with its branch.
name=$(token 7)
git -C work checkout -q -b first
put work "$name.txt" one
git -C work checkout -q main
git -C work checkout -q -b second
put work "$name.txt" two
put work extra.txt three
git -C work checkout -q main
for round in 1 2; do
  same_as_without
  holds with.json 'sum(f["object_kind"] == "path name" for f in d["findings"]) == 2'
done
for branch in first second; do
  cp -r work copy
  git -C copy branch -q -D $branch
  git -C copy reflog expire --expire=now --all
  git -C copy gc -q --prune=now
  mv work kept && mv copy work
  for round in 1 2; do
    same_as_without
    holds with.json 'sum(f["object_kind"] == "path name" for f in d["findings"]) == 2'
  done
  rm -rf work && mv kept work
done

# A weight file that was clean as bytes, under the name of a pickle.
put work weights.txt "still text"
same_as_without
git -C work mv weights.txt weights.pkl
save work Renamed
same_as_without
