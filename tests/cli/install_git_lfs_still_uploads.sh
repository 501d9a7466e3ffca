#!/bin/sh
# git-lfs's pre-push runs after ours, and uploads nothing that picket refuses.
. "$(dirname "$0")/support/install.sh"

git lfs version >/dev/null 2>&1 || skip 'git-lfs is not here'
new_bare server
new_repository work
git -C work remote add origin "file://$SCRATCH/server"
(cd work && git lfs install --local && git lfs track '*.bin') >/dev/null
exits 0 'picket install --repo work' 'the earlier pre-push kept'
stand_in work/.git/hooks
echo weights >work/model.bin
git -C work add -A
git -C work commit -q -m 'A model'
object=$(sha256sum <work/model.bin | cut -d ' ' -f 1)
stored() { find server -name "$object" | grep -q .; }

echo 1 >"$PICKET_STATUS"
not git -C work push -q origin main 2>"$OUTPUT" || fail 'pushed what picket refused'
not stored || fail 'git-lfs uploaded before picket had looked'
echo 0 >"$PICKET_STATUS"
git -C work push -q origin main 2>"$OUTPUT" || fail 'not pushed'
stored || fail 'git-lfs did not upload'

# git-lfs leaves the hook alone when it comes by again.
before=$(snapshot work/.git/hooks)
(cd work && git lfs track '*.dat') >"$OUTPUT" 2>&1 || fail 'git lfs track'
[ "$(snapshot work/.git/hooks)" = "$before" ] || fail 'git-lfs changed the hooks'
