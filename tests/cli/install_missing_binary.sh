#!/bin/sh
# A hook that finds no picket says so in one sentence and refuses.
. "$(dirname "$0")/support/install.sh"

new_bare server
new_repository work
git -C work remote add origin "$SCRATCH/server"
git -C work commit -q --allow-empty -m 'One'
cp "$PICKET" gone
./gone install --repo work >/dev/null
./gone install --server server >/dev/null
rm gone
for hook in pre-commit pre-merge-commit commit-msg pre-push; do
  exits 1 "cd work && .git/hooks/$hook" "$SCRATCH/gone is missing" 'nothing was checked' 'install picket again'
  one_line
done
exits 1 'cd server && hooks/pre-receive' "$SCRATCH/gone is missing"
one_line
not git -C work commit -q --allow-empty -m 'Two' 2>"$OUTPUT" || fail 'committed'
not git -C work push -q --no-verify origin main 2>"$OUTPUT" || fail 'pushed'
says 'nothing was checked'
