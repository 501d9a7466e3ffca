# What a repository borrows from another one is judged when it is pushed here, unless the policy
# says that both stand behind the same gate.
. "$(dirname "$0")/common.sh"

new_bare pool
new_clone pool work
put work a.txt "$(token)"
smuggle work origin main
git clone -q --bare --shared pool fork
git -C fork update-ref -d refs/heads/main
watch fork
arm fork
git -C fork cat-file -e "$(oid work)" || fail 'the fork does not borrow'
refused "git -C work push 'file://$SCRATCH/fork' main" a.txt "$USER_TOKEN_RULE"

printf '{"server": {"trust_alternates": true}}' >policy.json
arm fork "$POLICY_OPTION '$SCRATCH/policy.json'"
printf '{"server": {"trust_alternates": true}}' >fork/picket.json
undecided "git -C work push 'file://$SCRATCH/fork' main" server
rm fork/picket.json
put work b.txt "$(token 2)"
refused "git -C work push 'file://$SCRATCH/fork' main" b.txt
says_not a.txt
git -C work reset -q --hard HEAD~1
passes "git -C work push 'file://$SCRATCH/fork' main"
