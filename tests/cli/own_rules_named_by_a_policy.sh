# Which policies may name own rules: the machine's, a server's repository, a person's own tree; what
# was pushed never names a file of the server.
. "$(dirname "$0")/common.sh"

lower=abcdefghijklmnopqrstuvwxyz
own_rules() { # FILE ID PREFIX TIER
  printf '{"rules": [{"id": "%s", "family": "%s", "tier": "%s", "severity": "high",
    "description": "A badge of Acme.", "remediation": "Revoke it.", "pattern": "%s[a-z]{24}",
    "max_width": %d, "not_after": "[a-z]", "examples": ["x = %s{lower:24}"]}]}' \
    "$2" "$2" "$4" "$3" $((24 + ${#3})) "$3" >"$1"
}
badge=acb_$(letters 24 11 $lower)
seal=acs_$(letters 24 12 $lower)
hint=ach_$(letters 24 13 $lower)
printf '%s\n%s\n%s\n' "$badge" "$seal" "$hint" >>"$TOKENS"

# The machine's policy; the name is relative to its own place.
mkdir etc
own_rules etc/badge.json acme.badge acb_ precise
echo '{"rules": ["badge.json"], "server": {"honour": [".picket.json"]}}' >etc/policy.json
new_server server
arm server "$POLICY_OPTION '$SCRATCH/etc/policy.json'"
new_clone server work
put work a.txt clean
passes "git -C work push origin main"
put work b.txt "$badge"
refused "git -C work push origin main" b.txt:1 acme.badge
git -C work reset -q --hard HEAD^

# It is masked wherever it stands, names of refs included.
refused "git -C work push origin main:refs/heads/for-$badge" acme.badge

# A server's repository may add some, since that only tightens. A contextual rule warns.
own_rules server/more.json acme.seal acs_ precise
own_rules server/hints.json acme.hint ach_ contextual
echo '{"rules": ["more.json", "hints.json"]}' >server/picket.json
put work b.txt "$hint"
passes "git -C work push origin main" acme.hint
put work c.txt "$seal"
refused "git -C work push origin main" c.txt:1 acme.seal
put work d.txt "$badge"
refused "git -C work push origin main" d.txt:1 acme.badge
git -C work reset -q --hard HEAD^^
rm server/picket.json

# What was pushed, honoured or not, names nothing: neither its own files nor the server's.
own_rules work/own.json acme.seal acs_ precise
echo "{\"rules\": [\"own.json\", \"$SCRATCH/etc/absent.json\"]}" >work/.picket.json
save work "Rules of my own"
passes "git -C work push origin main"
put work c.txt "$seal"
passes "git -C work push origin main"

# In a person's own clone they count: from the index in pre-commit, from the worktree in pre-push.
new_repository mine
own_rules mine/own.json acme.seal acs_ precise
echo '{"rules": ["own.json"]}' >mine/.picket.json
install_hooks mine
git -C mine add .picket.json
echo "$seal" >mine/c.txt
git -C mine add c.txt
undecided "git -C mine commit -q -m 'Rules that are not staged'" own.json "is not there"
git -C mine add own.json
refused "git -C mine commit -q -m Seal" c.txt:1 acme.seal
save mine Seal
new_bare elsewhere
refused "git -C mine push '$SCRATCH/elsewhere' main" c.txt:1 acme.seal
for name in /etc/passwd ../out.json; do
  echo "{\"rules\": [\"$name\"]}" >mine/.picket.json
  undecided "git -C mine push '$SCRATCH/elsewhere' main" "outside the repository"
done
# audit reads nothing of what it judges, but for --policy.
exits 0 "picket audit mine"
exits 1 "picket $POLICY_OPTION etc/policy.json --rules server/more.json audit mine" acme.seal
