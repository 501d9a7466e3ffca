#!/bin/sh
# install is idempotent, and moves the hooks along when picket itself has moved.
. "$(dirname "$0")/support/install.sh"

new_repository work
earlier work/.git/hooks/pre-push 0
picket install --repo work >"$OUTPUT"
before=$(snapshot work/.git)
exits 0 'picket install --repo work' 'Nothing to change'
one_line
[ "$(snapshot work/.git)" = "$before" ] || fail 'something changed'

cp "$PICKET" "moved picket's"
exits 0 "'./moved picket'\\''s' install --repo work" Installed
grep -q "moved picket" work/.git/hooks/pre-commit || fail 'still the old path'
exits 0 'picket install --repo work' Installed
[ "$(snapshot work/.git)" = "$before" ] || fail 'not as before'

# Something else took our place: neither hook may be lost.
earlier work/.git/hooks/pre-push 0
before=$(snapshot work/.git)
exits 2 'picket install --repo work' 'one would be lost'
[ "$(snapshot work/.git)" = "$before" ] || fail 'something changed'
