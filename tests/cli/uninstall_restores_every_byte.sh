#!/bin/sh
# After install and uninstall the folder of hooks is what it was: content, mode, links, names.
. "$(dirname "$0")/support/install.sh"

new_repository work
hooks=work/.git/hooks
earlier "$hooks/pre-commit" 0
mkdir scripts
printf '#!/bin/sh\r\nexit 0\r\n' >"$hooks/commit-msg"
chmod 751 "$hooks/commit-msg"
printf '#!/bin/sh\nexit 0\n' >"$hooks/pre-merge-commit"
chmod 644 "$hooks/pre-merge-commit"
earlier scripts/push 0
ln -s ../../../scripts/push "$hooks/pre-push"
touch -d '2001-02-03 04:05:06' "$hooks/pre-commit"
date_before=$(stat -c %Y "$hooks/pre-commit")
before=$(snapshot "$hooks")

exits 0 'picket install --repo work' 'is not executable'
stand_in "$hooks"
"$hooks/pre-merge-commit" || fail 'a hook that Git ignored is run'
logged 'picket pre-merge-commit'
(cd work && echo refs | .git/hooks/pre-push origin url) || fail 'a linked hook does not run'
logged 'picket pre-push' earlier

exits 0 'picket uninstall --repo work' 'Removed pre-commit, pre-merge-commit, commit-msg and pre-push'
one_line
[ "$(snapshot "$hooks")" = "$before" ] || fail "not restored: $(snapshot "$hooks")"
[ "$(stat -c %Y "$hooks/pre-commit")" = "$date_before" ] || fail 'another date'
exits 0 'picket uninstall --repo work' 'Nothing to remove'

# A folder that was made for them goes with them; one that was there, though empty, stays.
git init -q --template= bare-of-hooks
picket install --repo bare-of-hooks >/dev/null
picket uninstall --repo bare-of-hooks >/dev/null
[ ! -e bare-of-hooks/.git/hooks ] || fail 'the folder was left'
mkdir bare-of-hooks/.git/hooks
picket install --repo bare-of-hooks >/dev/null
picket uninstall --repo bare-of-hooks >/dev/null
[ -d bare-of-hooks/.git/hooks ] || fail 'the folder was taken'
