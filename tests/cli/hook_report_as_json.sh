# Hooks speak JSON as well; what was there before is marked, and does not block.
. "$(dirname "$0")/common.sh"

token=$(token)
new_repository work
put work a.txt "one
$token"
printf 'one\n%s\nmore\n' "$token" >work/a.txt
git -C work add a.txt

exits 0 "cd work && picket pre-commit --format json >../old.json"
holds old.json 'd["verdict"] == "pass"' 'len(d["findings"]) == 1' \
  'd["findings"][0]["preexisting"] is True' 'd["findings"][0]["path"] == "a.txt"'

token 8 >work/b.txt
git -C work add b.txt
exits 1 "cd work && picket pre-commit --format json >../new.json"
holds new.json 'd["verdict"] == "blocked"' \
  'sorted((f["path"], f["preexisting"]) for f in d["findings"])
     == [("a.txt", True), ("b.txt", False)]'
