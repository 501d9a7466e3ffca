# A token that stands in no parent of a merge, only in its resolution: git log -p does not show it.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
put work notes.txt base
passes "git -C work push origin main"
git -C work switch -q -c side
put work notes.txt theirs
git -C work switch -q main
put work notes.txt ours
tick
not git -C work merge -q side >/dev/null
printf 'both\n%s\n' "$token" >work/notes.txt
save work "Merge side"
[ "$(git -C work log -p --format= | grep -c -F "$token")" -eq 0 ] || fail "git log -p shows the token"

refused "git -C work push origin main"
names notes.txt 2 "$(oid work)" "$USER_TOKEN_RULE"

printf 'both\n' >work/notes.txt
git -C work add notes.txt
git -C work commit -q --amend --no-edit
passes "git -C work push origin main"
