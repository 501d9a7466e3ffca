# Files that Git LFS keeps outside Git are judged where their pointers are pushed: git-lfs uploads
# them before Git pushes, so a server that has the store has the object.
. "$(dirname "$0")/common.sh"
git lfs version >/dev/null 2>&1 || skip 'git-lfs is not here'

new_server server
new_clone server work
(cd work && git lfs install --local && git lfs track '*.bin' '*.txt') >/dev/null
save work "Track"
smuggle work origin main

# git-lfs's own hook uploads; picket's stands on the server.
printf 'nothing\n%s\n' "$(token 1)" >work/notes.txt
save work "A token in an object of Git LFS"
refused "git -C work push origin main" "LFS object"
names notes.txt 2 "$(oid work)" "$USER_TOKEN_RULE"
says "audit --lfs-store"
git -C work reset -q --hard HEAD~1

armed_pickle work/model.bin
save work "A pickle in an object of Git LFS"
refused "git -C work push origin main" "$DANGEROUS_RULE" model.bin "of its LFS"
git -C work reset -q --hard HEAD~1

echo fine >work/fine.bin
save work "A harmless object"
passes "git -C work push origin main" "1 object of Git LFS was examined"

# An object that nobody uploaded: later it may be anything.
echo elsewhere >work/absent.bin
save work "An object that stays at home"
mv work/.git/hooks/pre-push held-back
undecided "git -C work push origin main" absent.bin "is in no store"
mv held-back work/.git/hooks/pre-push
passes "git -C work push origin main"

# What git-lfs would check out as a pointer is one, however it is written.
printf '%s\n' "$(token 2)" >secret
id=$(sha256sum <secret | cut -d ' ' -f 1)
pair=server/lfs/objects/$(printf %.2s "$id")/$(printf %.4s "$id" | cut -c 3-)
mkdir -p "$pair"
cp secret "$pair/$id"
rm secret
odd() { # MESSAGE; the blob on standard input
  tick
  blob=$(git -C work hash-object -w --stdin)
  git -C work update-index --add --cacheinfo "100644,$blob,odd.bin"
  git -C work commit -q --no-verify -m "$1"
  git -C work push -q --no-verify origin HEAD:refs/heads/odd 2>"$OUTPUT" &&
    fail "was accepted: $1"
  says "$USER_TOKEN_RULE" "LFS object"
  hidden
  git -C work reset -q HEAD~1
  rm -f work/odd.bin
}
address=https://git-lfs.github.com/spec/v1
size=$(wc -c <"$pair/$id")
printf 'version %s\r\noid sha256:%s\r\nsize %s\r\n' "$address" "$id" "$size" | odd "CR LF"
printf '\n version %s\noid sha256:%s\nsize +%s' "$address" "$id" "$size" | odd "Blanks"
{
  printf 'version %s\noid sha256:%s\nsize %s\n%1000s' "$address" "$id" "$size" ''
  echo 'a text that other programs read'
} | odd "Hidden"
says lfs.hidden-pointer

# A pointer that lies, and an object that is not what its name says.
printf 'version %s\noid sha256:%s\nsize 5\n' "$address" "$id" | odd "A size that lies"
says lfs.size-mismatch
printf '%s\n' "$(token 3)" >"$pair/$id"
printf 'version %s\noid sha256:%s\nsize %s\n' "$address" "$id" "$size" | odd "Other content"
says lfs.content-mismatch

# A link in the store leads nowhere.
echo harmless >outside
ln -sf "$SCRATCH/outside" "$pair/$id"
tick
blob=$(printf 'version %s\noid sha256:%s\nsize 9\n' "$address" "$id" |
  git -C work hash-object -w --stdin)
git -C work update-index --add --cacheinfo "100644,$blob,odd.bin"
git -C work commit -q --no-verify -m "A link in the store"
undecided "git -C work push --no-verify origin HEAD:refs/heads/odd" "symbolic link"
