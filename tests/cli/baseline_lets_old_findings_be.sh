# An old repository adopts picket: what it holds is written down, and only what is new blocks.
. "$(dirname "$0")/common.sh"

first=$(token 1)
second=$(token 2)
new_repository work
put work old.txt "$first"
put work "sub/with space.txt" "$second"
put work again.txt "$first"
git -C work rm -q old.txt
save work "Remove it"
install_hooks work

exits 0 "picket baseline work" "2 findings" .picket-baseline
head -n 1 work/.picket-baseline | grep -q '^# picket baseline 1$' || fail "no head"
grep -q "^fp1:[0-9a-f]* $USER_TOKEN_RULE sub/with space.txt$" work/.picket-baseline ||
  fail "no line for the second finding"
[ "$(grep -c '^fp1:' work/.picket-baseline)" -eq 2 ] || fail "there is not one line a finding"
grep '^fp1:' work/.picket-baseline | LC_ALL=C sort -c || fail "the lines are not sorted"
cp work/.picket-baseline "$OUTPUT"
hidden

# The same bytes every time, from a clone, and when the policy names it already.
cp work/.picket-baseline kept
exits 0 "picket baseline work" "2 findings"
cmp kept work/.picket-baseline || fail "a second run wrote other bytes"
git clone -q work copy
exits 0 "picket baseline copy --output other"
cmp kept other || fail "a clone has another baseline"
printf '{"baseline": ".picket-baseline"}\n' >work/.picket.json
exits 0 "picket baseline work" "2 findings"
cmp kept work/.picket-baseline || fail "named by the policy it wrote other bytes"

git -C work add .
passes "git -C work commit -m Adopt"
exits 1 "picket audit work"
exits 0 "picket audit work --policy work/.picket.json" "2 allowed"
# The old secret may come back at any path; a new one blocks.
echo "$first" >work/moved.txt
git -C work add .
passes "git -C work commit -m Move" "1 allowed"
token 3 >work/new.txt
git -C work add .
refused "git -C work commit -m New" new.txt:1:
git -C work reset -q --hard

# What is gone can be told.
grep -v "with space" work/.picket-baseline >shorter
printf 'fp1:%040d gone.rule nowhere\n' 7 >>shorter
mv shorter work/.picket-baseline
exits 1 "picket audit work --policy work/.picket.json --report-unused" "gone.rule nowhere" \
  "sub/with space.txt"

# A baseline that is missing or broken closes the gate.
git -C work rm -q --cached .picket-baseline
echo x >work/x.txt
git -C work add x.txt
undecided "git -C work commit -m More" .picket-baseline "not staged"
echo nonsense >>work/.picket-baseline
git -C work add .
undecided "git -C work commit -m More" "Line 7" .picket-baseline
says_not nonsense
printf '{"baseline": "../x"}\n' >work/.picket.json
git -C work add .
undecided "git -C work commit -m More" "outside the repository"
