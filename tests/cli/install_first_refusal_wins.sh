#!/bin/sh
# Whichever of two chained hooks refuses, its status is the outcome, and nothing runs after it.
. "$(dirname "$0")/support/install.sh"

git init -q work
earlier work/.git/hooks/pre-commit 0
earlier work/.git/hooks/pre-push 0
picket install --repo work >"$OUTPUT"
stand_in work/.git/hooks
commit='cd work && .git/hooks/pre-commit'
push='cd work && echo refs | .git/hooks/pre-push origin url'

echo 3 >"$PICKET_STATUS"
exits 3 "$commit"
logged earlier 'picket pre-commit'
exits 3 "$push"
logged 'picket pre-push'

echo 0 >"$PICKET_STATUS"
earlier work/.git/hooks/pre-commit.before-picket 7
earlier work/.git/hooks/pre-push.before-picket 7
exits 7 "$commit"
logged earlier
exits 7 "$push"
logged 'picket pre-push' earlier
