# A commit message carries the token.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work a.txt base "Use the hub

It works with $token now."

refused "git -C work push origin main"
names "" "" "$(oid work)" "$USER_TOKEN_RULE"

git -C work commit -q --amend -m "Use the hub"
passes "git -C work push origin main"
