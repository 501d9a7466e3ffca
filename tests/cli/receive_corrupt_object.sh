# A loose object that is cut short, empty, or no zlib at all.
. "$(dirname "$0")/common.sh"

new_server server
new_clone server work
put work deep/a.txt "$(seq 500)"
smuggle work origin main
commit=$(oid work)
tree=$(oid work HEAD:deep)
blob=$(oid work HEAD:deep/a.txt)
git -C server update-ref -d refs/heads/main
echo "$zero $commit refs/heads/main" >input

for object in "$blob" "$tree" "$commit"; do
  file=server/objects/$(echo "$object" | sed 's/^../&\//')
  chmod u+w "$file"
  cp "$file" saved
  for damage in "head -c 20" "head -c 0" "tr '[:print:]' x"; do
    eval "$damage" <saved >"$file"
    exits 2 "receive server <input" "$(echo "$object" | cut -c 1-10)"
  done
  cp saved "$file"
done
exits 0 "receive server <input"
