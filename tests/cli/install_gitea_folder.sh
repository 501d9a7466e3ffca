#!/bin/sh
# Where the pre-receive that is there runs a whole folder, ours goes into it.
. "$(dirname "$0")/support/install.sh"

new_bare server
mkdir server/hooks/pre-receive.d
cat >server/hooks/pre-receive <<'END'
#!/usr/bin/env bash
data=$(cat)
exitcodes=""
hookname=$(basename $0)
GIT_DIR=${GIT_DIR:-$(dirname $0)/..}
for hook in ${GIT_DIR}/hooks/${hookname}.d/*; do
  test -x "${hook}" && test -f "${hook}" || continue
  echo "${data}" | "${hook}"
  exitcodes="${exitcodes} $?"
done
for i in ${exitcodes}; do [ ${i} -eq 0 ] || exit ${i}; done
END
chmod +x server/hooks/pre-receive
before=$(snapshot server/hooks)
exits 0 'picket install --server server' Installed
[ -x server/hooks/pre-receive.d/picket ] || fail 'not in the folder'
exits 0 'picket install --server server' 'Nothing to change'
cp server/hooks/pre-receive.d/picket server/hooks/pre-receive.d/pre-receive
stand_in server/hooks/pre-receive.d
mv server/hooks/pre-receive.d/pre-receive server/hooks/pre-receive.d/picket
new_repository work
git -C work commit -q --allow-empty -m 'One'
git -C work push -q ../server main 2>"$OUTPUT"
logged 'picket pre-receive'
echo 1 >"$PICKET_STATUS"
not git -C work push -q ../server main:other 2>"$OUTPUT" || fail 'pushed'
exits 0 'picket uninstall --server server' Removed
[ "$(snapshot server/hooks)" = "$before" ] || fail 'not restored'

# A folder that nothing runs is not a place for a guard.
new_bare plain
mkdir plain/hooks/pre-receive.d
picket install --server plain >"$OUTPUT"
[ -x plain/hooks/pre-receive ] || fail 'in a folder that nobody runs'
