# A wrong allowance is refused with a sentence, which repeats nothing: it may be the secret itself.
. "$(dirname "$0")/common.sh"

token=$(token)
good=fp1:$(printf %040d 0)
new_repository work
put work a.txt base
for wrong in "fp1:xyz" "$token" "$(printf %040d 0)" "FP1:$(printf %040d 0)" "${good}0"; do
  exits 2 "cd work && picket allow '$wrong' --reason x" "no fingerprint"
  says_not "$wrong"
done
exits 2 "cd work && picket allow $good" reason
exits 2 "cd work && picket allow $good --reason ' '" reason
exits 2 "cd work && picket allow $good --reason x --expires 2020-01-01" "has passed"
exits 2 "cd work && picket allow $good --reason x --expires 2999-02-29" YYYY-MM-DD
exits 2 "cd work && picket allow $good --reason x --expires tomorrow" YYYY-MM-DD
exits 2 "cd work && picket allow $good --reason 'it was $token'" "looks like a secret"
exits 2 "cd work && picket allow $good --reason x --owner 'me, $token'" "looks like a secret"
exits 2 "cd work && picket allow $good --reason 'two
lines'" "one line"
exits 2 "cd work && picket allow --reason x" fingerprint
exits 2 "picket allow $good --reason x" repository
[ ! -e work/.picket.json ] || fail "a refused allowance was written"

# A policy that is broken, or no file, is not touched.
echo '{"alow": []}' >work/.picket.json
exits 2 "cd work && picket allow $good --reason x" .picket.json alow
[ "$(cat work/.picket.json)" = '{"alow": []}' ] || fail "a broken policy was changed"
rm work/.picket.json
ln -s elsewhere.json work/.picket.json
exits 2 "cd work && picket allow $good --reason x" "no regular file"
[ ! -e work/elsewhere.json ] || fail "it was written through a link"
git init -q --bare bare.git
exits 2 "cd bare.git && picket allow $good --reason x" --policy
