#!/bin/sh
# A linked worktree shares its hooks with the others; a submodule has its own.
. "$(dirname "$0")/support/install.sh"

new_repository library
put library file text
new_repository superproject
git -C superproject -c protocol.file.allow=always submodule --quiet add \
  "file://$SCRATCH/library" part
save superproject 'Everything'
git -C superproject worktree add -q ../linked
exits 0 'picket install --repo linked' "$SCRATCH/superproject/.git/hooks"
exits 0 'picket install --repo superproject/part' "$SCRATCH/superproject/.git/modules/part/hooks"
stand_in superproject/.git/hooks
stand_in superproject/.git/modules/part/hooks
git -C linked commit -q --allow-empty -m 'Two'
logged 'picket pre-commit' 'picket commit-msg'
git -C superproject/part commit -q --allow-empty -m 'Three'
logged 'picket pre-commit' 'picket commit-msg'

new_bare server
exits 2 'picket install --repo server' bare --server
exits 2 'picket install --server superproject' worktree --repo
exits 2 'picket install --repo .state' 'not a git repository'
mkdir many
git init -q --bare many/one
exits 2 'picket install --server many' --recursive
