#!/bin/sh
# Earlier hooks run beside ours: first where they may change the content, last where they send it.
. "$(dirname "$0")/support/install.sh"

new_repository work
new_bare server
git -C work remote add origin "$SCRATCH/server"
for hook in pre-commit pre-merge-commit commit-msg pre-push; do
  earlier "work/.git/hooks/$hook" 0
done
earlier server/hooks/pre-receive 0
exits 0 'picket install --repo work' 'pre-commit, pre-merge-commit, commit-msg and pre-push'
one_line
exits 0 'picket install --server server' 'the earlier pre-receive kept'
one_line
stand_in work/.git/hooks
stand_in server/hooks

git -C work commit -q --allow-empty -m 'One'
logged earlier 'picket pre-commit' earlier 'picket commit-msg'
git -C work checkout -q -b side
git -C work commit -q --allow-empty -m 'Two'
git -C work checkout -q main
git -C work commit -q --allow-empty -m 'Three'
: >"$LOG"
git -C work merge -q --no-edit side
logged earlier 'picket pre-merge-commit' earlier 'picket commit-msg'

# Both read the same list, and the same arguments.
git -C work push -q origin main 2>"$OUTPUT"
sort -u -k 3 "$LOG" >"$SCRATCH/.state/both"
[ "$(sed 's/.*\[/[/' "$LOG" | sort -u | wc -l)" -eq 2 ] || fail "not the same input: $(cat "$LOG")"
logged 'picket pre-push' earlier 'picket pre-receive' earlier
