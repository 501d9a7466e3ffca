#!/bin/sh
# A linked worktree shares its hooks with the others; a submodule has its own.
. "$(dirname "$0")/support/install.sh"

new_repository library
put library file text
new_repository work
git -C work -c protocol.file.allow=always submodule --quiet add "file://$SCRATCH/library" part
save work 'Everything'
git -C work worktree add -q ../linked
exits 0 'picket install --repo linked' "$SCRATCH/work/.git/hooks"
exits 0 'picket install --repo work/part' "$SCRATCH/work/.git/modules/part/hooks"
stand_in work/.git/hooks
stand_in work/.git/modules/part/hooks
git -C linked commit -q --allow-empty -m 'Two'
logged 'picket pre-commit' 'picket commit-msg'
git -C work/part commit -q --allow-empty -m 'Three'
logged 'picket pre-commit' 'picket commit-msg'

new_bare server
exits 2 'picket install --repo server' bare --server
exits 2 'picket install --server work' worktree --repo
exits 2 'picket install --repo .state' 'not a git repository'
mkdir many
git init -q --bare many/one
exits 2 'picket install --server many' --recursive
