#!/bin/sh
# Emulated from GitHub's documentation: a hook environment of our making, entered by a real chroot,
# without /proc and /dev, with GIT_DIR absolute; all hooks of a push have five seconds there.
. "$(dirname "$0")/common.sh"
needs busybox chroot tar
[ "$(id -u)" -eq 0 ] || skip 'only root may chroot'

mkdir made environment
exits 0 'picket install --server made --kind github' picket-environment.tar.gz pre-receive.sh
[ "$(tar -tzf made/picket-environment.tar.gz | grep -c '^[./]')" -eq 0 ] || fail 'leading folders'
tar -xzf made/picket-environment.tar.gz -C environment
# The appliance mounts the repository; here it lies inside.
git init -q --bare environment/data/repository.git
server=$SCRATCH/environment/data/repository.git
cp made/pre-receive.sh environment/hook
cat >"$server/hooks/pre-receive" <<END2
#!/bin/sh
root='$SCRATCH/environment'
inside() { printf '%s' "\$1" | sed "s|\$root||g"; }
start=\$(date +%s%3N)
env -i PATH=/usr/local/bin:/usr/bin:/bin GIT_DIR="\$(inside "\$(pwd -P)")" \\
  GIT_QUARANTINE_PATH="\$(inside "\$GIT_QUARANTINE_PATH")" \\
  GIT_OBJECT_DIRECTORY="\$(inside "\$GIT_OBJECT_DIRECTORY")" \\
  GIT_ALTERNATE_OBJECT_DIRECTORIES="\$(inside "\$GIT_ALTERNATE_OBJECT_DIRECTORIES")" \\
  GITHUB_USER_LOGIN=ann GITHUB_REPO_NAME=acme/models \\
  '$(command -v chroot)' "\$root" /bin/sh -c 'cd "\$GIT_DIR" && exec /hook'
status=\$?
echo "\$(( \$(date +%s%3N) - start ))" >>'$SCRATCH/times'
exit \$status
END2
chmod +x "$server/hooks/pre-receive"
three_pushes 'GitHub Enterprise (emulated, real chroot)' "file://$server" "$server"
# With a value in quotes libgit2 is mapped, which lies in the environment too.
git -C "$server" config picket.note 'one # two'
git -C work checkout -q main
save work 'After the note'
accepts main
# Larger than an object that is kept in memory.
git -C work checkout -q main
head -c 100000000 /dev/urandom >work/large.bin
save work 'Large'
accepts main
slowest=$(sort -n times | tail -n 1)
[ "$slowest" -lt 5000 ] || fail "a hook took $slowest ms"
echo "   slowest hook, a push of 100 MB, $slowest ms of 5000; environment $(du -h \
  made/picket-environment.tar.gz | cut -f 1)"
