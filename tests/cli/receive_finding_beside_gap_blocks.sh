# A finding and a missing object in one push: refused for the finding, and the gap is told.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work a.txt "this one goes missing"
put work b.txt "$token"
smuggle work origin main
blob=$(oid work HEAD:a.txt)
git -C server update-ref -d refs/heads/main
echo "$zero $(oid work) refs/heads/main" >input
rm -f "server/objects/$(echo "$blob" | sed 's/^../&\//')"

exits 1 "receive server <input" "$(echo "$blob" | cut -c 1-10)"
names b.txt 1 "$(oid work)" "$USER_TOKEN_RULE"
