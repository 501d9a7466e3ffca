#!/bin/sh
# A list of refs far over any pipe buffer reaches both hooks whole, also when one does not read it.
. "$(dirname "$0")/support/install.sh"

new_bare server
earlier server/hooks/pre-receive 0
picket install --server server >"$OUTPUT"
stand_in server/hooks
awk 'BEGIN { for (i = 0; i < 100000; ++i) printf "%040d %040d refs/heads/branch-%d\n", i, i + 1, i }' >list
(cd server && TMPDIR=$SCRATCH/.state ./hooks/pre-receive <../list)
sum=$(cksum <list | tr ' ' .)
[ "$(grep -c -F "$sum" "$LOG")" -eq 2 ] || fail "the list arrived as: $(cat "$LOG")"
logged 'picket pre-receive' earlier
not ls "$SCRATCH"/.state/tmp.* 2>/dev/null || fail 'a temporary file was left'

printf '#!/bin/sh\nexit 0\n' >server/hooks/pre-receive.before-picket
(cd server && ./hooks/pre-receive <../list) || fail 'a hook that does not read its list'

# No room for the list: nothing is let in.
not sh -c "cd server && TMPDIR=$SCRATCH/nowhere ./hooks/pre-receive <../list" 2>"$OUTPUT" ||
  fail 'passed without the list'
