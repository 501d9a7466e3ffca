# commit PATH takes that path from the worktree and leaves the index alone.
. "$(dirname "$0")/common.sh"

token=$(token)
new_repository work
put work a.txt base
put work b.txt base
install_hooks work
printf 'base\n%s\n' "$token" >work/a.txt
echo changed >work/b.txt

refused "git -C work commit -m Change a.txt"
names a.txt 2 "" "$USER_TOKEN_RULE"

git -C work add a.txt
passes "git -C work commit -m Change b.txt"
