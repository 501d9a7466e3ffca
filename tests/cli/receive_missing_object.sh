# A blob, a tree or a commit that should be new and is not in the store.
. "$(dirname "$0")/common.sh"

new_server server
new_clone server work
put work deep/a.txt "content that goes missing"
smuggle work origin main
commit=$(oid work)
tree=$(oid work HEAD:deep)
blob=$(oid work HEAD:deep/a.txt)
git -C server update-ref -d refs/heads/main
echo "$zero $commit refs/heads/main" >input

exits 0 "receive server <input"
for object in "$blob" "$tree" "$commit"; do
  file=server/objects/$(echo "$object" | sed 's/^../&\//')
  mv "$file" saved
  exits 2 "receive server <input" "$(echo "$object" | cut -c 1-10)"
  mv saved "$file"
done
echo "$zero $(echo nowhere | git -C work hash-object --stdin) refs/heads/main" >input
exits 2 "receive server <input" "$(echo nowhere | git -C work hash-object --stdin | cut -c 1-10)"
