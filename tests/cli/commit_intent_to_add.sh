# A path that is only announced is not part of the commit.
. "$(dirname "$0")/common.sh"

token=$(token)
new_repository work
put work a.txt base
install_hooks work
echo "$token" >work/b.txt
git -C work add -N b.txt
echo changed >work/a.txt
git -C work add a.txt

passes "git -C work commit -m Change"
git -C work add b.txt
refused "git -C work commit -m Add"
names b.txt 1 "" "$USER_TOKEN_RULE"
