# A file that moves and gains a line.
. "$(dirname "$0")/common.sh"

token=$(token)
new_repository work
lines=$(seq 40)
put work old.txt "$lines"
install_hooks work
git -C work mv old.txt new.txt
echo "$token" >>work/new.txt
git -C work add new.txt

refused "git -C work commit -m Move"
names new.txt 41 "" "$USER_TOKEN_RULE"

echo "$lines" >work/new.txt
echo 41 >>work/new.txt
git -C work add new.txt
passes "git -C work commit -m Move"
