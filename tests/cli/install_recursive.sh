#!/bin/sh
# Every bare repository below a folder gets the hook, and one that fails does not stop the others.
. "$(dirname "$0")/support/install.sh"

git init -q --bare all/one.git
git init -q --bare 'all/team/two words.git'
git init -q all/checkout
git init -q --bare all/broken.git
mkdir all/broken.git/hooks/pre-receive
exits 2 'picket install --server all --recursive' 'in 2 bare repositories' 'is a folder, not a hook'
for name in one 'team/two words'; do
  [ -x "all/$name.git/hooks/pre-receive" ] || fail "not installed in $name"
done
[ ! -e all/checkout/.git/hooks/pre-receive ] || fail 'a repository with a worktree got it'
rmdir all/broken.git/hooks/pre-receive
exits 0 'picket install --server all --recursive' 'in 1 bare' '2 had it already'
one_line
exits 0 'picket uninstall --server all --recursive' 'from 3 bare'
[ ! -e all/one.git/hooks/pre-receive ] || fail 'left behind'
mkdir none
exits 2 'picket install --server none --recursive' 'no bare repository'
exits 2 'picket install --repo all/checkout --recursive'
