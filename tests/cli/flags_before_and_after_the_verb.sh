# Global flags may stand on either side of the verb.
. "$(dirname "$0")/common.sh"

token=$(token)
echo "$token" >a.txt
echo clean >b.txt

exits 1 "picket --format json scan a.txt >before.json"
exits 1 "picket scan a.txt --format json >after.json"
cmp -s before.json after.json || fail "the side of a flag changes the report"
holds before.json 'd["verdict"] == "blocked"'
for words in "--quiet scan b.txt" "scan --quiet b.txt" "scan b.txt --quiet"; do
  exits 0 "picket $words"
  [ ! -s "$OUTPUT" ] || fail "not quiet: $words"
done
exits 1 "picket --no-color scan a.txt"
exits 1 "picket scan --no-color a.txt"
