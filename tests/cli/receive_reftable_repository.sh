# Refs kept as reftable: this git can't list them, a newer one can; nobody guesses.
. "$(dirname "$0")/common.sh"

real=$(command -v git)
token=$(token)
new_server server
new_clone server work
put work old.txt "$token"
smuggle work origin main
put work b.txt clean
good=$(oid work)
put work c.txt "$(token 2)"
bad=$(oid work)
smuggle work origin main:refs/heads/passing
git -C server update-ref -d refs/heads/passing
base=$(oid server main)
echo "$base $good refs/heads/main" >good
echo "$base $bad refs/heads/main" >bad

cp -R server twin
rm -rf server/refs/heads server/packed-refs
echo 'ref: refs/heads/.invalid' >server/HEAD
echo 'this repository uses the reftable format' >server/refs/heads
git config --file server/config core.repositoryFormatVersion 1
git config --file server/config extensions.refStorage reftable
export repositories=
if git -C server for-each-ref >/dev/null 2>&1; then skip "this git reads reftable"; fi
exits 2 "receive server <good" reftable "2.45" "git refs migrate"
exits 2 "picket audit server" reftable "2.45"

# A git that reads them: one that is led to the same refs in the other format.
mkdir newer
cat >newer/git <<END
#!/bin/sh
case \$GIT_DIR in
  '$SCRATCH/server') GIT_DIR='$SCRATCH/twin' ;;
esac
exec '$real' "\$@"
END
chmod +x newer/git
PATH=$SCRATCH/newer:$PATH
exits 0 "receive server <good" "1 ref"
exits 1 "receive server <bad"
names c.txt 1 "$bad" "$USER_TOKEN_RULE"
says_not old.txt
exits 1 "picket audit server"
names old.txt 1 "$base" "$USER_TOKEN_RULE"
