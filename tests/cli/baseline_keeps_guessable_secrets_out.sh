# A fingerprint under the public key confirms a guess, so passwords go into a baseline only under a
# key that is kept outside the repository.
. "$(dirname "$0")/common.sh"

password=$(letters 20 5)
echo "$password" >>"$TOKENS"
new_repository work
put work app.env "DATABASE=postgres://app:$password@db.internal/app"
put work a.txt "$(token 1)"

exits 0 "picket baseline work" "1 finding " "Left out 1 contextual finding" fingerprint_key_file
[ "$(grep -c '^fp1:' work/.picket-baseline)" -eq 1 ] || fail "a password has a line"
grep -q '^key public$' work/.picket-baseline || fail "the key is not named"

letters 40 9 >work/key
worktree=$SCRATCH/work
echo "{\"fingerprint_key_file\": \"$worktree/key\"}" >inside.json
exits 0 "picket baseline work --policy inside.json" "Left out 1 contextual"
letters 40 9 >key
echo "{\"fingerprint_key_file\": \"$SCRATCH/key\"}" >outside.json
exits 0 "picket baseline work --policy outside.json" "2 findings"
grep -q '^key [0-9a-f]\{8\}$' work/.picket-baseline || fail "the key's id is not named"
cp work/.picket-baseline "$OUTPUT"
hidden

# Under another key the lines can't match, and the report says why.
echo '{"baseline": "work/.picket-baseline"}' >other.json
exits 1 "picket audit work --policy other.json" "was written under another"
sed 's/}/, "baseline": "work\/.picket-baseline"}/' outside.json >same.json
exits 0 "picket audit work --policy same.json" "2 allowed"
