#!/bin/sh
# core.hooksPath in any scope is where the hooks go, and the line says so.
. "$(dirname "$0")/support/install.sh"

new_repository work
worktree=$SCRATCH/work
git -C work commit -q --allow-empty -m 'One'
git -C work worktree add -q ../linked
dead=$(snapshot work/.git/hooks)

git -C work config core.hooksPath .githooks
exits 0 'picket install --repo work' "$worktree/.githooks" 'local configuration'
stand_in work/.githooks
(cd work && git commit -q --allow-empty -m 'Two')
logged 'picket pre-commit' 'picket commit-msg'
exits 0 'picket install --repo linked' "$SCRATCH/linked/.githooks"
picket uninstall --repo work >/dev/null
picket uninstall --repo linked >/dev/null
[ ! -e work/.githooks ] || fail 'left behind'
git -C work config --unset core.hooksPath

mkdir "$HOME/hooks of mine"
earlier "$HOME/hooks of mine/commit-msg" 0
# shellcheck disable=SC2088
git config --global core.hooksPath '~/hooks of mine'
exits 0 'picket install --repo work' "$HOME/hooks of mine" 'global configuration' \
  'Every repository that reads'
stand_in "$HOME/hooks of mine"
(cd work && git commit -q --allow-empty -m 'Three')
logged 'picket pre-commit' earlier 'picket commit-msg'
exits 0 'picket uninstall --repo work' 'No repository that reads'
[ "$(ls "$HOME/hooks of mine")" = commit-msg ] || fail 'not restored'
[ "$(snapshot work/.git/hooks)" = "$dead" ] || fail 'wrote where Git does not look'

git config --global core.hooksPath /dev/null
exits 2 'picket install --repo work' 'Git runs no hooks here' /dev/null 'unset core.hooksPath'
git config --global --unset core.hooksPath

# Hooks that died because core.hooksPath was set later are taken out, too.
picket install --repo work >/dev/null
git -C work config core.hooksPath .githooks
exits 0 'picket uninstall --repo work' 'Removed pre-commit'
[ "$(snapshot work/.git/hooks)" = "$dead" ] || fail 'dead hooks left'
