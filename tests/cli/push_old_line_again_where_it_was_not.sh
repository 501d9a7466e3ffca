# An old token on a second line, or put back after it was removed, is new.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work a.txt "one
$token
three"
smuggle work origin main
put work a.txt "one
$token
three
$token"
refused "git -C work push origin main"
says a.txt "$USER_TOKEN_RULE" "$(oid work | cut -c 1-10)"

git -C work reset -q --hard HEAD~1
put work a.txt "one
three"
passes "git -C work push origin main"
put work a.txt "one
$token
three"
refused "git -C work push origin main"
names a.txt 2 "$(oid work)" "$USER_TOKEN_RULE"
