# What was let in with a gap does not count as existing: it is judged again until it can be.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work a.txt one
smuggle work origin main
echo '{"gaps": "warn", "server": {"log": "'"$SCRATCH/log.jsonl"'"}}' >policy.json
arm server "$POLICY_OPTION '$SCRATCH/policy.json'"

# gap PATH SEED: a file that can't be examined as things are, and could be tomorrow.
gap() {
  printf 'Rar!\032\007\001\000%s' "$(letters 200 "$2")" >"work/$1"
}
debts() { if [ -f server/picket/debts ]; then grep -c '^debt ' server/picket/debts; else echo 0; fi; }

age() { sed -i 's/ 20[0-9-]*T/ 2020-01-01T/' server/picket/debts; }

gap a.rar 1
save work "An archive that can't be opened"
passes "git -C work push origin main" "list of debts"
[ "$(debts)" -eq 1 ] || fail "$(debts) debts, not 1"
[ "$(stat -c %a server/picket/debts)" = 600 ] || fail "the list may be read by others"
grep -q "^debt $(oid work) .* refs/heads/main\$" server/picket/debts || fail "the tip is not listed"
grep -q "^judged $(oid work HEAD~1)\$" server/picket/debts || fail "what was judged is not listed"

# A token that came in with it (past the gate here) is found when the next push reaches it.
put work b.txt "$token"
smuggle work origin main
bad=$(oid work)
sed -i "s/^debt [0-9a-f]*/debt $bad/" server/picket/debts
put work c.txt two
refused "git -C work push origin main" b.txt:1: "$USER_TOKEN_RULE" "$(printf %.10s "$bad")"
# From another branch too, and from nothing that does not reach it.
refused "git -C work push origin main:other" b.txt:1:
git -C work checkout -q -b clean "$bad~2"
put work d.txt three
passes "git -C work push origin clean"
[ "$(debts)" -eq 1 ] || fail "$(debts) debts, not 1"
exits 1 "picket audit --debts server $POLICY_OPTION policy.json" b.txt:1: "$USER_TOKEN_RULE"
[ "$(debts)" -eq 1 ] || fail "a debt that blocks was taken off the list"

# The ref goes back: nothing reaches the token any more, and the list forgets it.
git -C server update-ref refs/heads/main "$bad~2"
# But not at once: a push is put on the list before its refs move.
exits 1 "picket audit --debts server $POLICY_OPTION policy.json" b.txt:1:
[ "$(debts)" -eq 1 ] || fail "what may be under way was forgotten"
age
exits 0 "picket audit --debts server $POLICY_OPTION policy.json"
[ "$(debts)" -eq 0 ] || fail "what no ref reaches is still on the list"

# With the gap taken out of the way, the next push judges the debt and takes it off.
git -C work checkout -q main
git -C work reset -q --hard "$bad~2"
gap e.rar 2
save work "Again"
passes "git -C work push origin main" "list of debts"
[ "$(debts)" -eq 1 ] || fail "$(debts) debts, not 1"
exits 2 "picket audit --debts server $POLICY_OPTION policy.json" e.rar
[ "$(debts)" -eq 1 ] || fail "a debt that can't be judged was taken off the list"
cp server/picket/debts kept
exits 0 "picket audit --debts --settle server $POLICY_OPTION policy.json" e.rar
[ "$(debts)" -eq 0 ] || fail "what was settled is still on the list"
cp kept server/picket/debts
put work f.txt four
passes "git -C work push origin main" "e.rar" "list of debts"
# Both tips stay until the older one is no ref's value any more.
[ "$(debts)" -eq 2 ] || fail "$(debts) debts, not 2"
echo '{"gaps": "warn", "exclude": ["*.rar"], "server": {"log": "'"$SCRATCH/log.jsonl"'"}}' >policy.json
cp server/picket/debts debts
put work g.txt five
passes "git -C work push origin main" "Settled: 2 debts"
[ "$(debts)" -eq 0 ] || fail "what was judged is still on the list"
mkdir -p server/picket
cp debts server/picket/debts
exits 0 "picket audit --debts server $POLICY_OPTION policy.json" "were judged"
[ "$(debts)" -eq 0 ] || fail "what was audited is still on the list"
exits 0 "picket audit --debts server $POLICY_OPTION policy.json" "no debts"

# A list that can't be read is a closed gate.
for broken in "" "picket debts 1" "nonsense
" "picket debts 1
debt $(oid work) yesterday refs/heads/main
"; do
  printf %s "$broken" >server/picket/debts
  put work h.txt "$broken"
  undecided "git -C work push origin main" "list of debts"
  exits 2 "picket audit --debts server" "list of debts"
done
rm server/picket/debts
ln -s /etc/hostname server/picket/debts
undecided "git -C work push origin main" "list of debts"
rm server/picket/debts
mkdir server/picket/debts
undecided "git -C work push origin main" "list of debts"
rmdir server/picket/debts
passes "git -C work push origin main"
# A list that can't be written is one too, where something has to be written there.
rm -rf server/picket
: >server/picket
gap i.rar 3
save work "And again"
echo '{"gaps": "warn"}' >policy.json
undecided "git -C work push origin main" "list of debts"

{ echo '['; sed '$!s/$/,/' log.jsonl; echo ']'; } >log.json
holds log.json 'd[0]["outcome"] == "debt"' 'd[0]["not_examined"] == 1' 'd[0]["gaps"]' \
  '"blocked" in [r["outcome"] for r in d]' '"incomplete" in [r["outcome"] for r in d]' \
  'all("why" in r for r in d if r["outcome"] == "incomplete")'
