# refs/replace shows git another object; the real one is judged.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work a.txt base
git -C work push -q origin main 2>/dev/null
put work b.txt "$token"
bad=$(oid work)
good=$(echo harmless | git -C work hash-object -w --stdin)
git -C work replace "$(oid work HEAD:b.txt)" "$good"

refused "git -C work push origin main"
names b.txt 1 "$bad" "$USER_TOKEN_RULE"
refused "git -C work push origin main refs/replace/*:refs/replace/*"
names b.txt 1 "$bad" "$USER_TOKEN_RULE"
git -C work replace -d "$(oid work HEAD:b.txt)" >/dev/null
refused "git -C work push origin HEAD:refs/replace/$(oid work HEAD~1)"
names b.txt 1 "$bad" "$USER_TOKEN_RULE"
