# Amending replaces a commit: what HEAD held is old, what is added is new.
. "$(dirname "$0")/common.sh"

token=$(token)
new_repository work
put work a.txt base
put work b.txt base
install_hooks work
echo "$token" >work/c.txt
git -C work add c.txt

refused "git -C work commit --amend --no-edit"
names c.txt 1 "" "$USER_TOKEN_RULE"

git -C work rm -q --cached c.txt
passes "git -C work commit --amend -m Reworded"
