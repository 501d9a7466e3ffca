# A server whose files are checked out when a push is let in: what they say is not its policy.
. "$(dirname "$0")/common.sh"

new_repository server
put server base.txt base
git -C server config receive.denyCurrentBranch updateInstead
write_hook server/.git/hooks/pre-receive pre-receive
new_clone server work
put work .picket.json '{"exclude": ["**"], "tiers": {"precise": "off"}}'
cp work/.picket.json work/picket.json
mkdir -p work/patterns work/hooks
printf '# nothing\n' >work/patterns/rules.toml
save work "Policies of every name"
passes "git -C work push origin main"
[ -f server/picket.json ] || fail 'nothing was checked out'
put work a.txt "$(token)"
refused "git -C work push origin main"
names a.txt 1 "$(oid work)" "$USER_TOKEN_RULE"
# Nor where the environment says that the repository is its files.
refused "git -C work push --receive-pack='env GIT_WORK_TREE=$SCRATCH/server git receive-pack' origin main" \
  "$USER_TOKEN_RULE"
