#!/bin/sh
# The hooks as installed, with nothing stood in: a commit, a message and both ends of a push.
. "$(dirname "$0")/support/install.sh"
[ -z "$PICKET_OPTIONS" ] || skip 'installed hooks take no options'

new_bare server
new_repository work
git -C work remote add origin "$SCRATCH/server"
picket install --repo work >/dev/null
picket install --server server >/dev/null
exits 0 'picket doctor --repo work' 'pre-commit: ok' 'commit-msg: ok' 'pre-push: ok'
exits 0 'picket doctor --server server' 'pre-receive: ok'
cd work || exit

echo clean >file
git add file
git commit -q -m 'Clean' 2>"$OUTPUT" || fail 'a clean commit is refused'
git push -q origin main 2>"$OUTPUT" || fail 'a clean push is refused'
token >file
git add file
not git commit -q -m 'Leak' >"$OUTPUT" 2>&1 || fail 'committed'
says "$USER_TOKEN_RULE" file
hidden
git reset -q --hard
not git commit -q --allow-empty -m "Use $(token 2)" >"$OUTPUT" 2>&1 || fail 'committed'
says "$USER_TOKEN_RULE"
hidden

token >file
git commit -q --no-verify -a -m 'Leak'
not git push -q origin main >"$OUTPUT" 2>&1 || fail 'pushed'
says "$USER_TOKEN_RULE" file
hidden
not git push -q --no-verify origin main >"$OUTPUT" 2>&1 || fail 'received'
says "$USER_TOKEN_RULE" file remote:
hidden
[ "$(git -C ../server rev-parse main)" = "$(git rev-parse HEAD~1)" ] || fail 'the ref moved'
