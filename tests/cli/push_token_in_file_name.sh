# A file and a folder named after a token.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work a.txt base
git -C work push -q origin main 2>/dev/null
put work "backup/$token.txt" nothing
refused "git -C work push origin main"
names backup/ "" "$(oid work)" "$USER_TOKEN_RULE"

git -C work reset -q --hard HEAD~1
put work "$token/plain.txt" base
refused "git -C work push origin main"
names plain.txt "" "$(oid work)" "$USER_TOKEN_RULE"

git -C work reset -q --hard HEAD~1
put work backup/plain.txt nothing
passes "git -C work push origin main"
