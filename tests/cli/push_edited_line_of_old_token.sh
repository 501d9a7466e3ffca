# The same token on a line that was edited: the line is new.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work a.txt "one
key = $token"
smuggle work origin main
put work a.txt "one
key = $token # still works"

refused "git -C work push origin main"
names a.txt 2 "$(oid work)" "$USER_TOKEN_RULE"
