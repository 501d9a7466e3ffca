# The same at a commit: the token was in HEAD already.
. "$(dirname "$0")/common.sh"

token=$(token)
new_repository work
put work a.txt "one
key = $token"
install_hooks work
printf 'changed\nkey = %s\n' "$token" >work/a.txt
git -C work add a.txt

passes "git -C work commit -m Change" pre-existing a.txt "$USER_TOKEN_RULE"
passes "git -C work commit --amend -m Reworded"
