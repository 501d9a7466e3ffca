#!/bin/sh
# Emulated: Gitaly never runs hooks/ of a repository, but its own custom hooks, and GitLab's pages
# show lines behind GL-HOOK-ERR: only.
. "$(dirname "$0")/support/server.sh"

model='data/repositories/@hashed/6b/86/6b86.git'
new_bare "$model"
mkdir -p data/custom_hooks gitaly
cat >gitaly/pre-receive <<'END2'
#!/bin/sh
lines=$(cat)
for hook in custom_hooks/pre-receive.d/* "${0%/*}"/../data/custom_hooks/pre-receive.d/*; do
  case $hook in *~) continue ;; esac
  test -x "$hook" && test -f "$hook" || continue
  echo "$lines" | GL_ID=user-1 GL_USERNAME=ann GL_REPOSITORY=project-1 GL_PROTOCOL=ssh "$hook" || exit
done
END2
chmod +x gitaly/pre-receive

exits 0 'picket install --server data/custom_hooks' 'Installed pre-receive'
exits 0 'picket install --server data/custom_hooks --kind gitlab' 'Nothing to change'
exits 0 'picket doctor --server data/custom_hooks' 'pre-receive: ok'
new_clone "$model" work
git -C work config remote.origin.receivepack \
  "git -c core.hooksPath='$SCRATCH/gitaly' receive-pack"
answers_three_pushes
not grep '^remote: picket' "$OUTPUT" || fail 'a line that GitLab would not show'
says 'remote: GL-HOOK-ERR: picket: blocked'

# What could not be set up is told in the same way.
echo '{"no such key": 1}' >"$model/picket.json"
undecided_push() { push_it main:other; }
run undecided_push
[ "$status" -ne 0 ] || fail 'accepted under a broken policy'
says 'remote: GL-HOOK-ERR: picket: The policy'
rm "$model/picket.json"
exits 0 'picket uninstall --server data/custom_hooks' Removed
[ -z "$(ls data/custom_hooks)" ] || fail 'something is left'

# Of one repository: beside its hooks, where alone Gitaly looks.
exits 0 "picket install --server '$model'" custom_hooks
[ -x "$model/custom_hooks/pre-receive.d/picket" ] || fail 'in a place that Gitaly passes by'
refused 'push_it leak' "$USER_TOKEN_RULE"
exits 0 "picket uninstall --server '$model'" Removed
[ ! -e "$model/custom_hooks" ] || fail 'a folder is left'

# Who serves is what was installed, and nothing that a client can set.
new_bare plain
picket install --server plain >"$OUTPUT"
git -C work remote add plain "file://$SCRATCH/plain"
push_plain() { GL_ID=user-1 GL_REPOSITORY=project-1 git -C work push -q plain leak; }
refused push_plain "$USER_TOKEN_RULE"
says_not GL-HOOK-ERR
