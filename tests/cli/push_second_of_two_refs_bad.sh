# Two refs in one push, only the second is bad: neither is taken.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work a.txt base
git -C work push -q origin main 2>/dev/null
git -C work switch -q -c good
put work good.txt good
git -C work switch -q -c zbad main
put work bad.txt "$token"

refused "git -C work push origin good zbad"
names bad.txt 1 "$(oid work)" "$USER_TOKEN_RULE"
says zbad
ref_unchanged server refs/heads/good ""
ref_unchanged server refs/heads/zbad ""

passes "git -C work push origin good good:refs/heads/also-good"
