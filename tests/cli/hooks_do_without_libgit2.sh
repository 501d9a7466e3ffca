#!/bin/sh
# In a plain repository no hook loads libgit2, which takes longer than the rest of a commit's: here
# it is no library at all. Where a configuration includes another file it is needed, and said.
. "$(dirname "$0")/common.sh"

mkdir broken
for version in 1.1 1.3 1.4 1.5 1.6 1.7 1.8 1.9; do
  echo 'no library' >"broken/libgit2.so.$version"
done
LD_LIBRARY_PATH=$SCRATCH/broken${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH

cat >>"$GIT_CONFIG_GLOBAL" <<'END'
[alias]
	lg = "log --graph" # wide
END
cp "$GIT_CONFIG_GLOBAL" "$HOME/.gitconfig"
new_server server
new_repository work-tree
git -C work-tree remote add origin "file://$SCRATCH/server"
install_hooks work-tree
echo one >work-tree/a.txt
git -C work-tree add a.txt
passes 'git -C work-tree commit -m one'
passes 'git -C work-tree push origin main'
echo "$(token)" >work-tree/b.txt
git -C work-tree add b.txt
refused 'git -C work-tree commit -m two' "$USER_TOKEN_RULE" b.txt
save work-tree two
refused 'git -C work-tree push origin main' "$USER_TOKEN_RULE" b.txt
refused 'git -C work-tree push --no-verify origin main' "$USER_TOKEN_RULE" b.txt

git -C work-tree worktree add -q ../linked HEAD^ 2>/dev/null
watch linked
echo three >linked/c.txt
git -C linked add c.txt
passes 'git -C linked commit -m three'
echo "$(token)" >linked/c.txt
refused 'git -C linked commit -a -m four' "$USER_TOKEN_RULE" c.txt

git -C work-tree config include.path more
undecided 'git -C work-tree commit --allow-empty -m five' "can't be loaded"
