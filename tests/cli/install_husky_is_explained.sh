#!/bin/sh
# husky rewrites its folder and goes by its hooks' names: nothing is written, and the way out is said.
. "$(dirname "$0")/support/install.sh"

new_repository work
mkdir -p work/.husky/_
earlier work/.husky/_/pre-commit 0
git -C work config core.hooksPath .husky/_
before=$(snapshot work)
exits 2 'picket install --repo work' husky 'picket pre-push "$@"' 'nothing was changed'
[ "$(snapshot work)" = "$before" ] || fail 'something changed'

# Hooks that look at their own name keep it.
new_repository named
# shellcheck disable=SC2016
printf '#!/bin/sh\necho "$(basename "$0")" >>%s\n' "$SCRATCH/.state/names" >named/.git/hooks/pre-commit
chmod +x named/.git/hooks/pre-commit
before=$(snapshot named/.git/hooks)
picket install --repo named >"$OUTPUT"
stand_in named/.git/hooks
git -C named commit -q --allow-empty -m 'One'
[ "$(cat "$SCRATCH/.state/names")" = pre-commit ] || fail 'it lost its name'
logged 'picket pre-commit' 'picket commit-msg'
picket uninstall --repo named >"$OUTPUT"
[ "$(snapshot named/.git/hooks)" = "$before" ] || fail 'not restored'
