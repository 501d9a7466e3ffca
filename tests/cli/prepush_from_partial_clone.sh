# In a partial clone old blobs are absent; that is no reason to refuse, nor to fetch them.
. "$(dirname "$0")/common.sh"

token=$(token)
git init -q --bare server
git -C server config uploadpack.allowFilter true
git clone -q "file://$SCRATCH/server" work 2>/dev/null
put work a.txt one
put work deep/b.txt two
put work a.txt three
smuggle work origin main
git clone -q --filter=blob:none --no-checkout "file://$SCRATCH/server" partial
watch partial
install_hooks partial

# Only trees and commits are needed to add a file; git's own porcelain would fetch blobs.
add() { # CONTENT: prints the new commit
  blob=$(echo "$1" | git -C partial hash-object -w --stdin)
  tree=$({
    git -C partial ls-tree main
    printf '100644 blob %s\tc.txt\n' "$blob"
  } | git -C partial mktree --missing)
  git -C partial commit-tree -p main -m Add "$tree"
}
clean=$(add new)
bad=$(add "$token")

mv server away
echo "refs/heads/topic $clean refs/heads/topic $zero" >input
exits 0 "cd partial && picket pre-push origin 'file://$SCRATCH/server' <../input"
echo "refs/heads/topic $bad refs/heads/topic $zero" >input
exits 1 "cd partial && picket pre-push origin 'file://$SCRATCH/server' <../input"
names c.txt 1 "$bad" "$USER_TOKEN_RULE"
[ "$(git -C partial cat-file --batch-all-objects --batch-check | grep -c blob)" -eq 2 ] ||
  fail "blobs were fetched"

mv away server
refused "git -C partial push origin $bad:refs/heads/topic"
passes "git -C partial push origin $clean:refs/heads/topic"
