# What is staged is judged, not what lies in the worktree.
. "$(dirname "$0")/common.sh"

token=$(token)
new_repository work
put work a.txt base
install_hooks work
echo staged >work/a.txt
git -C work add a.txt
echo "$token" >work/a.txt
echo "$token" >work/untracked.txt

passes "git -C work commit -m Change"
not git -C work grep -q -F "$token" HEAD || fail "the token was committed"
