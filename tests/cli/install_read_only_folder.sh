#!/bin/sh
# Where the hooks cannot be written, a sentence says so and nothing has changed.
. "$(dirname "$0")/support/install.sh"

git init -q work
if [ "$(id -u)" -eq 0 ]; then
  command -v setpriv >/dev/null || skip 'setpriv is not here'
  chmod -R a+rX "$SCRATCH"
  chown -R 65534 work .home .state
  cp "$PICKET" picket
  as="setpriv --reuid=65534 --clear-groups ./picket"
  $as --version >/dev/null 2>&1 || skip 'another user can not run picket here'
else
  as=$PICKET
fi
chmod a-w work/.git/hooks
before=$(snapshot work/.git)
exits 2 "$as install --repo work" "can't be written to" 'as a user who may'
[ "$(snapshot work/.git)" = "$before" ] || fail 'something changed'
chmod u+w work/.git/hooks
exits 0 "$as install --repo work" Installed
