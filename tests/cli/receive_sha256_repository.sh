# Repositories whose objects have 64-digit names are judged like any other, at every gate.
. "$(dirname "$0")/common.sh"

git init -q --bare --object-format=sha256 server 2>/dev/null || skip "this git knows no SHA-256"
watch server
arm server
git init -q --object-format=sha256 work
watch work
git -C work remote add origin "file://$SCRATCH/server"
token=$(token)
printf 'base\n%s\n' "$token" >work/new.txt
git -C work add new.txt
install_hooks work
refused "git -C work commit -m First"
names new.txt 2 "" "$USER_TOKEN_RULE"
rm work/.git/hooks/pre-commit
save work First
refused "git -C work push origin main"
names new.txt 2 "$(oid work)" "$USER_TOKEN_RULE"
rm work/.git/hooks/pre-push
refused "git -C work push origin main"
names new.txt 2 "$(oid work)" "$USER_TOKEN_RULE"
exits 1 "picket audit work"
names new.txt 2 "$(oid work)" "$USER_TOKEN_RULE"

# What was there before is not new; a pack is read like loose objects.
smuggle work origin main
seq 200 >work/new.txt
for number in $(seq 40); do put work "some/$number.txt" "$number"; done
git -C work repack -q -a -d
passes "git -C work push origin main"
put work "some/deep/er.txt" "$token"
passes "git -C work push origin HEAD~1:refs/heads/other"
refused "git -C work push origin main"
names some/deep/er.txt 1 "$(oid work)" "$USER_TOKEN_RULE"

# One input, one length.
echo "$(printf %040d 0) $(oid work) refs/heads/topic" >input
exits 2 "receive server <input" "another length"
# Without git there is nobody to list the refs.
echo "$(oid server main) $(oid work HEAD~1) refs/heads/main" >input
exits 2 "PATH=/nonexistent receive server <input" "No \`git\` was found on PATH"
