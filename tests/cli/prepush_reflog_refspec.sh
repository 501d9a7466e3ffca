# The hook is told HEAD@{1 second ago} as it was typed, with its spaces.
. "$(dirname "$0")/common.sh"

token=$(token)
new_bare server
new_clone server work
put work a.txt base
smuggle work origin main
install_hooks work
put work b.txt "$token"

refused "git -C work push origin 'HEAD@{0 seconds ago}:refs/heads/topic'"
names b.txt 1 "$(oid work)" "$USER_TOKEN_RULE"
refused "git -C work push origin 'HEAD@{0}:refs/heads/topic'"
names b.txt 1 "$(oid work)" "$USER_TOKEN_RULE"
passes "git -C work push origin 'HEAD@{1}:refs/heads/topic'"
