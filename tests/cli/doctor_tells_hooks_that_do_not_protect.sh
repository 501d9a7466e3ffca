#!/bin/sh
# doctor sees a planted token refused, and names each hook that lets it pass or never runs.
. "$(dirname "$0")/support/install.sh"

new_repository work
worktree=$SCRATCH/work
new_bare server
picket install --repo work >/dev/null
picket install --server server >/dev/null
before=$(snapshot work)
stand_in work/.git/hooks
exits 1 'picket doctor --repo work' 'pre-commit: DOES NOT PROTECT' 'commit-msg: DOES NOT PROTECT' \
  'pre-push: DOES NOT PROTECT' 'It let a planted token pass' "$worktree/.git/hooks"
stand_in server/hooks
exits 1 'picket doctor --server server' 'pre-receive: DOES NOT PROTECT'

# A picket that refuses everything can't be told from a broken one.
echo 1 >"$PICKET_STATUS"
exits 2 'picket doctor --server server' 'could not tell' 'refuses clean content'

# One that knows a token when it sees one.
cat >"$SCRATCH/.state/picket" <<'END'
#!/bin/sh
judge() { ! grep -q -E 'h[f]_[A-Za-z]{34}' || { echo 'huggingface.user-token' >&2; exit 1; }; }
case $1 in
  pre-commit) git diff --cached | judge ;;
  commit-msg) judge <"$2" ;;
  pre-push) while read -r ref tip rest; do git log -p "$tip" | judge || exit 1; done ;;
  pre-receive) while read -r old tip ref; do git log -p "$tip" | judge || exit 1; done ;;
  --version) echo 'picket 9' ;;
esac
END
exits 0 'picket doctor --repo work' 'pre-commit: ok' 'pre-merge-commit: ok' 'commit-msg: ok' \
  'pre-push: ok' 'picket 9'
exits 0 'picket doctor --server server' 'pre-receive: ok'
exits 0 'cd work && picket doctor --quiet'
[ ! -s "$OUTPUT" ] || fail 'not quiet'

chmod a-x work/.git/hooks/pre-push
exits 1 'picket doctor --repo work' 'pre-push: DOES NOT PROTECT' 'is not executable'
rm work/.git/hooks/pre-push
exits 1 'picket doctor --repo work' 'pre-push: DOES NOT PROTECT' 'There is none'
earlier work/.git/hooks/pre-push 0
exits 1 'picket doctor --repo work' 'pre-push: DOES NOT PROTECT' 'does not call picket'
not grep -q earlier "$LOG" || fail 'ran the hook of somebody else'
# Somebody else's hook that does call picket is tried as it is.
printf '#!/bin/sh\n%s pre-push "$@"\n' "$SCRATCH/.state/picket" >work/.git/hooks/pre-push
exits 0 'picket doctor --repo work' 'pre-push: ok'
rm work/.git/hooks/pre-push
picket install --repo work >/dev/null
[ "$(snapshot work)" = "$before" ] || fail 'doctor touched the repository'

git -C work config core.hooksPath .githooks
exits 1 'picket doctor --repo work' 'Git never runs pre-commit' "$worktree/.githooks" \
  'local configuration'
exits 2 'picket doctor --repo server' --server

# Nobody's hooks are run with the rights of somebody else.
if [ "$(id -u)" -eq 0 ]; then
  stand_in server/hooks
  chown -R 65534 server
  exits 2 'picket doctor --server server' 'belongs to another user'
  [ ! -s "$LOG" ] || fail 'ran a hook of another user'
  exits 0 'picket install --server server' Installed
  git --git-dir=server config core.hooksPath /etc
  exits 2 'picket install --server server' 'install as that user'
fi
