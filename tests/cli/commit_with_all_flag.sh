# commit -a writes another index, and hands it to the hook by name.
. "$(dirname "$0")/common.sh"

token=$(token)
new_repository work
put work a.txt base
install_hooks work
printf 'base\n%s\n' "$token" >work/a.txt

refused "git -C work commit -a -m Change"
names a.txt 2 "" "$USER_TOKEN_RULE"

echo changed >work/a.txt
passes "git -C work commit -a -m Change"
