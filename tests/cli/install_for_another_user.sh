#!/bin/sh
# Root that installs into a server's repositories writes nowhere but where their own folders are.
. "$(dirname "$0")/support/install.sh"
[ "$(id -u)" -eq 0 ] || skip 'only root installs for others'
chmod 755 "$SCRATCH"

mkdir -p own elsewhere
new_bare own/plain.git
mkdir -p 'own/@hashed/aa'
new_bare own/@hashed/aa/lab.git
new_bare own/gitea.git
mkdir elsewhere/pre-receive.d elsewhere/custom
printf '#!/bin/sh\nfor hook in hooks/pre-receive.d/*; do "$hook"; done\n' \
  >own/gitea.git/hooks/pre-receive
chmod +x own/gitea.git/hooks/pre-receive
chown -R 65534 own
exits 0 'picket install --server own/plain.git' Installed
exits 0 'picket install --server own/@hashed/aa/lab.git' Installed
[ "$(stat -c %u own/@hashed/aa/lab.git/custom_hooks)" = 65534 ] || fail 'a folder of root in it'
exits 0 'picket uninstall --server own --recursive' 'from 2 bare'
[ ! -e own/@hashed/aa/lab.git/custom_hooks ] || fail 'a folder is left'

# Links that the owner made lead root nowhere.
ln -s "$SCRATCH/elsewhere/pre-receive.d" own/gitea.git/hooks/pre-receive.d
exits 2 'picket install --server own/gitea.git' 'belongs to another user'
ln -s "$SCRATCH/elsewhere/custom" own/@hashed/aa/lab.git/custom_hooks
exits 2 'picket install --server own/@hashed/aa/lab.git' 'belongs to another user'
[ -z "$(find elsewhere -type f)" ] || fail 'written elsewhere'

# What gitolite keeps in its home is a program of its owner's.
echo 'die' >own/.gitolite.rc
chown 65534 own/.gitolite.rc
exits 2 'picket install --server own' 'as that user'
