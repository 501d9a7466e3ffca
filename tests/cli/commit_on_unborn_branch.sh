# The first commit of a repository has no HEAD to be compared with.
. "$(dirname "$0")/common.sh"

token=$(token)
new_repository work
install_hooks work
printf 'one\n%s\n' "$token" >work/a.txt
git -C work add a.txt

refused "git -C work commit -m First"
names a.txt 2 "" "$USER_TOKEN_RULE"
[ ! -e work/.git/refs/heads/main ] || fail "the branch was born"

echo one >work/a.txt
git -C work add a.txt
passes "git -C work commit -m First"
