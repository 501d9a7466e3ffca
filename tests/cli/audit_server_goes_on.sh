#!/bin/sh
# A server's audit leaves nothing out in silence, ends on nothing, and remembers only what it told.
. "$(dirname "$0")/common.sh"
audit() { picket audit --server srv --state state "$@"; }

mkdir -p elsewhere srv/empty
exits 2 'audit' 'no bare repository'
exits 2 'picket audit --server nowhere --state state' nowhere
new_repository srv/with-worktree
put srv/with-worktree a.txt a
git clone -q --bare srv/with-worktree srv/good.git
git clone -q --bare srv/with-worktree elsewhere/linked.git
ln -s ../elsewhere srv/link
exits 0 'audit' '1 repository: 1 pass' 'symbolic link' 'with a worktree was left out'

# One that can't be read does not end the run, and is tried again.
mkdir -p srv/broken.git/objects srv/broken.git/refs
echo 'ref: refs/heads/main' >srv/broken.git/HEAD
echo '[core' >srv/broken.git/config
exits 2 'audit --since-last' '1 pass, 0 blocked, 1 incomplete' broken.git
put srv/with-worktree leak.env "HF_TOKEN=$(token 4)"
git -C srv/good.git fetch -q ../with-worktree main:main

# Output that nobody got was not told, so it is judged again; so is what was killed.
exits 2 'audit --since-last >/dev/full' "can't be written"
exits 1 'audit --since-last --format json >report.json'
holds report.json 'd["verdict"] == "blocked"' 'len(d["repositories"]) == 2' \
  'not d["complete"]' 'any("worktree" in note for note in d["notes"])' \
  '[r for r in d["repositories"] if r["repository"].endswith("good.git")][0]["report"]["verdict"] == "blocked"'
exits 2 'audit --since-last' '1 pass, 0 blocked, 1 incomplete'
rm -r srv/broken.git

# Two at a time would tell some things twice and others never.
if command -v flock >/dev/null; then
  exits 2 'flock state/lock sh -c "\$PICKET audit --server srv --state state"' 'Another audit'
fi

# What says that something was judged must be ours and whole.
for file in state/*.refs; do echo x >>"$file"; done
exits 1 'audit --since-last' 'everything was judged again' "$USER_TOKEN_RULE"
exits 0 'audit --since-last' '1 pass'
chmod g+w state
exits 2 'audit --since-last' 'Somebody else may write'
chmod g-w state
exits 2 'picket audit --since-last' server
exits 2 'picket audit --server srv srv/good.git' REPOSITORY
