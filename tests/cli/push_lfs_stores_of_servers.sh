# A server says where it keeps the objects of Git LFS; each names them in its own way.
. "$(dirname "$0")/common.sh"

new_server server
new_clone server work
put work a.txt first
smuggle work origin main
policy() { # JSON
  printf '%s' "$1" >policy.json
  arm server "$POLICY_OPTION '$SCRATCH/policy.json'"
}
printf 'nothing\n%s\n' "$(token)" >object
id=$(sha256sum <object | cut -d ' ' -f 1)
pairs=$(printf %.2s "$id")/$(printf %.4s "$id" | cut -c 3-)
rest=$(echo "$id" | cut -c 5-)
printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %s\n' "$id" \
  "$(wc -c <object | tr -d ' ')" >work/data.csv
save work "A pointer"
push='git -C work push origin main'
again() {
  git -C server update-ref refs/heads/main "$(oid work HEAD~1)"
}

# Nobody has said where objects are: what can't be seen is counted.
passes "$push" "skipped: no Git LFS"
again
policy '{"lfs": {"missing": "block"}}'
undecided "$push" data.csv "$id"
policy "{\"lfs\": {\"stores\": [{\"path\": \"$SCRATCH/absent\"}]}}"
undecided "$push" lfs.stores "$SCRATCH/absent"
mkdir empty
policy "{\"lfs\": {\"stores\": [{\"path\": \"$SCRATCH/empty\"}]}}"
undecided "$push" data.csv "is in no store"
policy "{\"lfs\": {\"missing\": \"warn\", \"stores\": [{\"path\": \"$SCRATCH/empty\"}]}}"
passes "$push" "skipped: no Git LFS"
again

stored() { # LAYOUT FILE
  rm -rf store
  mkdir -p "store/$(dirname "$2")"
  cp object "store/$2"
  for layout in "$1" auto; do
    policy "{\"lfs\": {\"stores\": [{\"path\": \"$SCRATCH/store\", \"layout\": \"$layout\"}]}}"
    refused "$push" "$USER_TOKEN_RULE" data.csv:2
  done
}
stored soft-serve "3/objects/$pairs/$id"
stored git-lfs "$pairs/$id"
for server in forgejo gitlab lfs-test-server gitea; do stored "$server" "$pairs/$rest"; done

# The server has held uploads against their ids; where that is not trusted, it is done here, once.
tr 'a-zA-Z0-9' x <object >harmless
cp harmless "store/$pairs/$rest"
passes "$push"
again
mkdir memory
chmod 755 memory
stores="\"stores\": [{\"path\": \"$SCRATCH/store\", \"layout\": \"gitea\"}]"
policy "{\"lfs\": {\"verify\": \"sha256\", \"memory\": \"$SCRATCH/memory\", $stores}}"
refused "$push" lfs.content-mismatch
printf '{"allow": [{"fingerprint": "%s", "reason": "test"}], "lfs": {"verify": "sha256", "memory": "%s", %s}}' \
  "$(picket scan object --format json | sed -n 's/.*"fingerprint": *"\([^"]*\)".*/\1/p' | head -n 1)" \
  "$SCRATCH/memory" "$stores" >policy.json
cp object "store/$pairs/$rest"
sleep 3
passes "$push" allowed
again
[ -s memory/lfs-verified ] || fail 'nothing is remembered'
passes "$push"
again
cp harmless "store/$pairs/$rest"
refused "$push" lfs.content-mismatch

# A repository's own policy names no store.
printf '{"lfs": {%s}}' "$stores" >server/picket.json
undecided "$push" lfs.stores
