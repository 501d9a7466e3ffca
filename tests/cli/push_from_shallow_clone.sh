# A commit above a shallow boundary is judged like any other.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
git -C server config receive.shallowUpdate true
new_clone server work
put work a.txt one
put work b.txt two
passes "git -C work push origin main"
git clone -q --depth 1 "file://$SCRATCH/server" shallow
watch shallow
put shallow c.txt "$token"

refused "git -C shallow push origin main"
names c.txt 1 "$(oid shallow)" "$USER_TOKEN_RULE"
git -C shallow reset -q --hard HEAD~1
put shallow c.txt three
passes "git -C shallow push origin main"

new_server other
git -C other config receive.shallowUpdate true
passes "git -C shallow push 'file://$SCRATCH/other' main"
