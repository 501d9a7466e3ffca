#!/bin/sh
# Emulated: Gogs runs one file of its own in each repository, Bitbucket a script that it was given.
. "$(dirname "$0")/support/server.sh"

cat >gogs <<'END2'
#!/bin/sh
[ "${SSH_ORIGINAL_COMMAND:-}" ] || exit 0
hook=$(pwd)/custom_hooks/pre-receive
[ ! -x "$hook" ] || exec "$hook"
END2
chmod +x gogs
new_bare gogs-repositories/ann/model.git
printf '#!/bin/sh\n"%s/gogs" hook --config=app.ini pre-receive\n' "$SCRATCH" \
  >gogs-repositories/ann/model.git/hooks/pre-receive
chmod +x gogs-repositories/ann/model.git/hooks/pre-receive
exits 0 'picket install --server gogs-repositories --recursive' 'in 1 bare'
exits 0 'picket doctor --server gogs-repositories/ann/model.git' 'pre-receive: ok'
new_clone gogs-repositories/ann/model.git work
SSH_ORIGINAL_COMMAND=git-receive-pack GOGS_AUTH_USER_NAME=ann
export SSH_ORIGINAL_COMMAND GOGS_AUTH_USER_NAME
answers_three_pushes
exits 0 'picket uninstall --server gogs-repositories --recursive' 'from 1 bare'
[ ! -e gogs-repositories/ann/model.git/custom_hooks ] || fail 'a folder is left'

mkdir scripts
exits 0 'picket install --server scripts --kind bitbucket' Installed
new_bare bitbucket
cat >bitbucket/hooks/pre-receive <<END2
#!/bin/sh
BB_HOOK_TYPE=PRE BB_USER_NAME=ann BB_REPO_SLUG=model exec '$SCRATCH/scripts/picket-pre-receive'
END2
chmod +x bitbucket/hooks/pre-receive
rm -rf work
new_clone bitbucket work
answers_three_pushes
exits 0 'picket uninstall --server scripts --kind bitbucket' Removed
[ -z "$(ls scripts)" ] || fail 'something is left'

exits 2 'picket install --server scripts --kind sourceforge' sourceforge
exits 2 'picket install --server scripts --kind gitolite' .gitolite.rc
