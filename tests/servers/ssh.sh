#!/bin/sh
# A real sshd on a port of its own, a key with a forced command, and git-shell behind it.
. "$(dirname "$0")/common.sh"
needs sshd ssh ssh-keygen git-shell
shell=$(getent passwd "$(id -un)" | cut -d : -f 7)
case $shell in */nologin | */false) skip "nobody may log in as $(id -un)" ;; esac

git init -q --bare repository.git
picket install --server repository.git >"$OUTPUT"
port=$(free_port)
ssh-keygen -q -t ed25519 -N '' -f host
ssh-keygen -q -t ed25519 -N '' -f key
{
  printf 'restrict,command="git-shell -c \\"$SSH_ORIGINAL_COMMAND\\"" '
  cat key.pub
} >authorized
cat >sshd.conf <<CONF
Port $port
ListenAddress 127.0.0.1
HostKey $SCRATCH/host
PidFile $SCRATCH/.state/sshd.pid
AuthorizedKeysFile $SCRATCH/authorized
PasswordAuthentication no
KbdInteractiveAuthentication no
StrictModes no
UsePAM no
PermitRootLogin yes
AllowTcpForwarding no
CONF
[ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd
daemon sshd "$(command -v sshd)" -D -e -f sshd.conf
listens "$port"
GIT_SSH_COMMAND="ssh -F none -i $SCRATCH/key -p $port -o BatchMode=yes -o LogLevel=ERROR \
-o StrictHostKeyChecking=no -o UserKnownHostsFile=$SCRATCH/known"
export GIT_SSH_COMMAND
three_pushes 'ssh, forced command git-shell' \
  "ssh://$(id -un)@127.0.0.1$SCRATCH/repository.git" repository.git
