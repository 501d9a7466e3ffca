#!/bin/sh
# What came to a server past its hook is judged by `audit --server`, as the hook would have, and
# what was judged is not judged again.
. "$(dirname "$0")/common.sh"

audit() { picket audit --server srv --state state "$@"; }

for name in one team/two; do
  git init -q --bare "srv/$name.git"
done
new_repository work
put work notes.txt 'A clean line.'
git -C work push -q ../srv/one.git main
git -C work push -q ../srv/team/two.git main
exits 0 'audit --since-last' '2 repositories: 2 pass' '2 commits and 2 blobs judged'
exits 0 'audit --since-last' 'In 2 repositories no ref has moved' '0 commits'
exits 0 'audit --since-last --quiet'
[ ! -s "$OUTPUT" ] || fail 'not quiet'

# A mirror's fetch, which runs no hook.
put work settings.env "A=1
HF_TOKEN=$(token 3)
B=2"
bad=$(oid work)
git -C srv/one.git fetch -q ../../work main:main
exits 1 'audit --since-last' 'srv/one.git:' '1 pass, 1 blocked'
names settings.env 2 "$bad" "$USER_TOKEN_RULE"
says_not 'srv/team/two.git:'
exits 0 'audit --since-last' '2 pass'

# Another branch on the same commit is another name; another line of that file is no new leak.
git -C srv/one.git branch also main
put work settings.env "A=1
$(sed -n 2p work/settings.env)
B=3"
git -C srv/one.git fetch -q ../../work main:main
exits 0 'audit --since-last' '1 commit'
exits 1 'audit' '1 blocked' "$USER_TOKEN_RULE"

# A deleted branch is forgotten: what comes back by a restore is judged.
git -C srv/team/two.git fetch -q ../../../work main:feature
exits 1 'audit --since-last' 'srv/team/two.git:'
git -C srv/team/two.git branch -q -D feature
exits 0 'audit --since-last'
git -C srv/team/two.git fetch -q ../../../work main:again
exits 1 'audit --since-last' 'srv/team/two.git:' "$USER_TOKEN_RULE"

# The server's policy: the system's, and what a repository has beside its refs may tighten it.
armed_pickle work/model.pkl
git -C work checkout -q --orphan weights
git -C work rm -q --cached -r .
git -C work add model.pkl
tick
git -C work commit -q -m Weights
echo '{"tiers": {"precise": "off"}}' >srv/one.git/picket.json
git -C srv/one.git fetch -q ../../work weights:weights
exits 2 'audit --since-last' tiers.precise '1 incomplete'
rm srv/one.git/picket.json
cp -R state other
exits 1 'picket audit --server srv --state other --since-last' "$DANGEROUS_RULE" model.pkl
echo '{"exclude": ["model.pkl"]}' >system.json
exits 0 'picket --policy system.json audit --server srv --state state --since-last' '2 pass'

# One line a repository in the server's log, and no secret in it.
mkdir logs
printf '{"server": {"log": "%s/logs/picket.jsonl"}}\n' "$SCRATCH" >system.json
audit_logged() { picket --policy system.json audit --server srv --state logged --since-last; }
exits 1 audit_logged "$DANGEROUS_RULE"
[ "$(wc -l <logs/picket.jsonl)" -eq 2 ] || fail 'the log has not one line for each repository'
sed -n 1p logs/picket.jsonl >first.json
holds first.json 'd["outcome"] == "blocked"' 'd["repository"].endswith("srv/one.git")' \
  '"audit" in d and "push" not in d' 'len(d["refs"]) == d["ref_count"] == 3' \
  '"pickle.dangerous-global" in [f["rule"] for f in d["findings"]]'
cp logs/picket.jsonl "$OUTPUT"
hidden
git -C work push -q ../srv/one.git weights:moved
mv logs/picket.jsonl kept.jsonl
mkdir logs/picket.jsonl
exits 2 audit_logged logs/picket.jsonl
rmdir logs/picket.jsonl
exits 0 audit_logged
sed -n 1p logs/picket.jsonl >second.json
holds second.json 'd["outcome"] == "pass"' \
  '[r["ref"] for r in d["refs"]] == ["refs/heads/moved"]'
