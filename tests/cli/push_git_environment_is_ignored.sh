# Git's own variables, where a client can set them on the server (sshd's AcceptEnv): none of them makes
# less of a push new, and none grants anything.
. "$(dirname "$0")/common.sh"

new_server server
new_clone server work
put work a.txt base
smuggle work origin main
put work b.txt "$(token)"
git -C work rm -q b.txt
save work Gone
bad=$(oid work HEAD~1)
oid work >boundary
# Another repository of the same machine, which has let it in.
git clone -q --bare work other
oid work >graft
printf '[core]\n\tworktree = /\n[extensions]\n\tstrange = 1\n' >config
cat >policy.json <<POLICY
{"server": {"trust_alternates": true, "log": "$SCRATCH/log.jsonl",
  "bypass": [{"identities": ["gitolite:alice"]}]}}
POLICY
arm server "$POLICY_OPTION '$SCRATCH/policy.json'"

for variables in "GIT_SHALLOW_FILE=$SCRATCH/boundary" "GIT_GRAFT_FILE=$SCRATCH/graft" \
  "GIT_ALTERNATE_OBJECT_DIRECTORIES=$SCRATCH/other/objects" "GIT_NAMESPACE=elsewhere" \
  "GIT_CONFIG_GLOBAL=$SCRATCH/config GIT_CONFIG_NOSYSTEM=1" "GIT_REPLACE_REF_BASE=refs/heads/" \
  "GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.worktree GIT_CONFIG_VALUE_0=/" \
  "GIT_INDEX_FILE=$SCRATCH/boundary GIT_LITERAL_PATHSPECS=1 GIT_ATTR_SOURCE=$bad" \
  "GIT_QUARANTINE_PATH=$SCRATCH/other/objects GIT_DEFAULT_HASH=sha256" \
  "GIT_PUSH_OPTION_COUNT=1 GIT_PUSH_OPTION_0=picket.allow=fp1:0"; do
  refused "git -C work push --receive-pack='env $variables git receive-pack' origin main"
  names b.txt 1 "$bad" "$USER_TOKEN_RULE"
done
