# A ref's name is content as well.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work a.txt base
git -C work push -q origin main 2>/dev/null

refused "git -C work push origin main:refs/heads/try-$token" "$USER_TOKEN_RULE" refs/heads/try-
ref_unchanged server "refs/heads/try-$token" ""

passes "git -C work push origin main:refs/heads/try-me"
