# A token that is staged and gone from the worktree would be committed.
. "$(dirname "$0")/common.sh"

token=$(token)
new_repository work
put work a.txt base
install_hooks work
printf 'base\n%s\n' "$token" >work/a.txt
git -C work add a.txt
echo base >work/a.txt

refused "git -C work commit -m Change"
names a.txt 2 "" "$USER_TOKEN_RULE"

git -C work add a.txt
echo other >work/a.txt
git -C work add a.txt
passes "git -C work commit -m Change"
