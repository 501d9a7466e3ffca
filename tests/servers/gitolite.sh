#!/bin/sh
# gitolite3 as Debian has it: the hook for all repositories in LOCAL_CODE, and its way past sshd.
. "$(dirname "$0")/common.sh"
needs gitolite ssh-keygen
shell=/usr/share/gitolite3/gitolite-shell
[ -x "$shell" ] || skip 'gitolite-shell is not here'

mkdir git
ssh-keygen -q -t ed25519 -N '' -f admin
ssh-keygen -q -t ed25519 -N '' -f ann
HOME=$SCRATCH/git gitolite setup -pk admin.pub >"$OUTPUT" 2>&1 || fail 'gitolite setup'

# In place of sshd, which would run the same from a line of authorized_keys.
cat >ssh <<END2
#!/bin/sh
shift
HOME='$SCRATCH/git' SSH_ORIGINAL_COMMAND="\$*" SSH_CONNECTION='127.0.0.1 1 127.0.0.1 22' \\
  exec '$shell' "\$GITOLITE_USER"
END2
chmod +x ssh
GIT_SSH_COMMAND=$SCRATCH/ssh
GIT_SSH_VARIANT=simple
GITOLITE_USER=admin
export GIT_SSH_COMMAND GIT_SSH_VARIANT GITOLITE_USER

exits 2 'picket install --server git' LOCAL_CODE .gitolite.rc
sed -i 's/^\( *\)# *\(LOCAL_CODE  *=>  *"$ENV{HOME}\/local"\)/\1\2/' git/.gitolite.rc
exits 0 'picket install --server git' 'Installed pre-receive' 'every repository'
exits 0 'picket install --server git' 'Nothing to change'
exits 0 'picket doctor --server git' 'pre-receive: ok'
[ -L git/repositories/testing.git/hooks/pre-receive ] || fail 'not linked'

# A repository that is made afterwards has the hook from its first push on.
git clone -q git@host:gitolite-admin admin-work 2>"$OUTPUT" || fail 'no clone'
cp ann.pub admin-work/keydir/
printf 'repo models\n    RW+ = ann admin\n    RW+ VREF/COUNT/2 = ann\n' >>admin-work/conf/gitolite.conf
save admin-work 'A repository'
git -C admin-work push -q origin HEAD:master >"$OUTPUT" 2>&1 || fail 'the admin push'
GITOLITE_USER=ann
three_pushes gitolite3 git@host:models git/repositories/models.git
exits 0 'picket uninstall --server git' Removed 'taken its links out'
[ ! -L git/repositories/models.git/hooks/pre-receive ] || fail 'a link is left'
git -C work push -q origin leak 2>"$OUTPUT" || fail 'still refused'
